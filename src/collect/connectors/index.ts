// The sources that can be imported. A new one is one file and one line here; the first that recognises a file takes it,
// so public formats stand before the general ones.

import { completeJourney } from './complete-journey.ts';
import type { Connector } from './connector.ts';
import { crm } from './crm.ts';
import { csv } from './csv.ts';
import { ga4 } from './ga4.ts';
import { mixpanel } from './mixpanel.ts';
import { ndjson } from './ndjson.ts';
import { onlineRetail } from './online-retail.ts';
import { parquet } from './parquet.ts';
import { posthog } from './posthog.ts';
import { rees46 } from './rees46.ts';
import { retailrocket } from './retailrocket.ts';
import { rudderstack } from './rudderstack.ts';
import { segment } from './segment.ts';
import { shopify } from './shopify.ts';
import { shopifyCsv } from './shopify-csv.ts';
import { snowplow } from './snowplow.ts';
import { stripe } from './stripe.ts';
import { taobao } from './taobao.ts';

export const connectors: readonly Connector[] = [
  onlineRetail,
  completeJourney,
  rees46,
  retailrocket,
  taobao,
  ga4,
  snowplow,
  posthog,
  mixpanel,
  rudderstack,
  stripe,
  shopify,
  shopifyCsv,
  crm,
  segment,
  parquet,
  ndjson,
  csv,
];
