// Exports of Stripe, one JSON object a line: events (`stripe events list`), or charges, checkout sessions, invoices,
// subscriptions, refunds and customers (Data Pipeline, the CLI, the API's lists). The same payment has the same id as
// when it comes by the webhook. What the objects mean stands in platforms/stripe.ts.

import { Type } from 'typebox';
import type { Fields } from '../fields.ts';
import { textOf } from '../fields.ts';
import { readStripe, type StripeReading, stripePurchases } from '../platforms/stripe.ts';
import { defineConnector, readEach } from './connector.ts';

const columns = ['id', 'object', 'created'];
const objects = new Set([
  'event',
  'list',
  'charge',
  'checkout.session',
  'invoice',
  'subscription',
  'refund',
  'customer',
]);

export const stripeSettings = {
  purchases: Type.Union(
    stripePurchases.map((kind) => Type.Literal(kind)),
    { default: 'charge', description: 'Which object counts as the purchase, for one payment is told by several.' },
  ),
  userIdKey: Type.String({
    default: 'user_id',
    description: "The key of the metadata that holds the person's id in your own system.",
  }),
};

export const stripe = defineConnector({
  name: 'stripe',
  sentence: 'Events, charges, checkouts, invoices, subscriptions, refunds and customers of Stripe, in NDJSON.',
  settings: Type.Object(stripeSettings, { additionalProperties: false }),
  shapes: ['objects'],
  columns,
  idsOf: ['stripe'],
  conversionEvent: 'purchase',
  recognises: ({ shape, first }) =>
    shape === 'objects' && objects.has(textOf((first as Fields | undefined)?.['object'])),
  read: (batches, { settings }) =>
    readEach<Fields>(batches, (record) => readStripe(record, settings as unknown as StripeReading)),
});
