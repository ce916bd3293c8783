// Ways in by code and by file, ready to copy, and the names under which their events arrive.

export type Snippet = {
  name: string;
  label: string;
  sentence: string;
  text: string;
  /** Whether events of this source are its. */
  sends(source: string): boolean;
};

export function snippetsFor(origin: string, key: string): Snippet[] {
  return [
    {
      name: 'browser',
      label: 'Web page',
      sentence: 'One line in the head of each page: page views, clicks, forms and more by themselves.',
      text: `<script async src="${origin}/sdk.js" data-key="${key}"></script>`,
      sends: (source) => source === 'inkling-browser' || source === 'analytics.js',
    },
    {
      name: 'node',
      label: 'Node',
      sentence: 'From a server, with batches and a queue.',
      text: `import { Inkling } from 'inkling-node';

const inkling = new Inkling({ key: '${key}', address: '${origin}' });
inkling.track({ userId: 'u1', event: 'Order Completed', properties: { total: 25 } });`,
      sends: (source) => source === 'inkling-node',
    },
    {
      name: 'python',
      label: 'Python',
      sentence: 'From a server, with the standard library only.',
      text: `from inkling import Inkling

inkling = Inkling(key='${key}', address='${origin}')
inkling.track('Order Completed', user_id='u1', properties={'total': 25})`,
      sends: (source) => source === 'inkling-python',
    },
    {
      name: 'java',
      label: 'Java',
      sentence: 'From a server, with JDK 11 or newer only.',
      text: `Inkling inkling = new Inkling("${key}", "${origin}");
inkling.track("Order Completed", Message.of("u1").with("properties", Map.of("total", 25)));`,
      sends: (source) => source === 'inkling-java',
    },
    {
      name: 'segment-library',
      label: 'A Segment library',
      sentence: 'Any library of Segment works; point it at this address.',
      text: `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${key}', host: '${origin}' });
analytics.track({ userId: 'u1', event: 'Product Viewed', properties: { product_id: 'p1', price: 19.9 } });`,
      sends: (source) => /^(@segment\/|analytics|rudder)/i.test(source),
    },
    {
      name: 'curl',
      label: 'curl',
      sentence: 'One event from anywhere. The answer comes when it is on disk.',
      text: `curl ${origin}/v1/track -u ${key}: \\
  -H 'content-type: application/json' \\
  -d '{"userId": "u1", "event": "Product Viewed", "properties": {"product_id": "p1", "price": 19.9}}'`,
      sends: (source) => source === 'http',
    },
    {
      name: 'file',
      label: 'A file or an export',
      sentence:
        'CSV, NDJSON or Parquet, also gzipped; exports of GA4, Snowplow, PostHog, Mixpanel, RudderStack, Stripe, Shopify and CRMs are recognised.',
      text: 'npm run -s inkling -- import FILE',
      sends: (source) => files.has(source),
    },
  ];
}

/** Formats of files whose events come no other way. */
const files = new Set(
  (
    'csv ndjson parquet ga4 snowplow posthog mixpanel rudderstack shopify-csv crm online-retail complete-journey rees46 ' +
    'retailrocket taobao'
  ).split(' '),
);
