// The message of the collection bench: about 450 bytes, so that a thousand stay under Segment's 500 kB a batch.

import type { SegmentMessage } from '../src/collect/index.ts';

export function messageOf(i: number, messageId = `bench-${i}-0a1b2c3d4e5f`): SegmentMessage {
  return {
    type: 'track',
    messageId,
    anonymousId: `visitor-${i % 20_000}`,
    timestamp: new Date(1_760_000_000_000 + i * 100).toISOString(),
    event: 'Product Viewed',
    properties: { product_id: `p${i % 500}`, category: 'Shoes', brand: 'Heron', price: 49.9, currency: 'EUR' },
    context: {
      library: { name: 'analytics.js', version: '2.0.0' },
      page: { url: `https://shop.example/p/${i % 500}`, path: `/p/${i % 500}` },
      locale: 'de-DE',
    },
  };
}
