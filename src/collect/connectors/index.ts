// The sources that can be imported. A new one is one file and one line here; the first that recognises a file takes it,
// so public formats stand before the general ones.

import { completeJourney } from './complete-journey.ts';
import type { Connector } from './connector.ts';
import { csv } from './csv.ts';
import { ndjson } from './ndjson.ts';
import { onlineRetail } from './online-retail.ts';
import { parquet } from './parquet.ts';
import { rees46 } from './rees46.ts';
import { retailrocket } from './retailrocket.ts';
import { segment } from './segment.ts';
import { taobao } from './taobao.ts';

export const connectors: readonly Connector[] = [
  onlineRetail,
  completeJourney,
  rees46,
  retailrocket,
  taobao,
  segment,
  parquet,
  ndjson,
  csv,
];
