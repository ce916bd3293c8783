// The orders that the admin of Shopify exports in CSV: one row per article, where what belongs to the order stands in the
// first of its rows only. Rows of one order are gathered by its name; the customer is known by the e-mail address.
// https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders

import { Type } from 'typebox';
import type { Fields } from '../fields.ts';
import { gatherBaskets } from './baskets.ts';
import { identifierIn, isoMoment, numberIn, textIn } from './cells.ts';
import {
  checked,
  defineConnector,
  hasColumns,
  type Meaning,
  placesOf,
  type Row,
  refuse,
  tableSettings,
} from './connector.ts';
import { objectOf, withoutBlanks } from './objects.ts';

const columns = [
  'Name',
  'Email',
  'Financial Status',
  'Created at',
  'Total',
  'Lineitem quantity',
  'Lineitem name',
  'Lineitem price',
];

/** Rows of an order stand together. */
const OPEN_ORDERS = 100;

export const shopifyCsv = defineConnector({
  name: 'shopify-csv',
  sentence: 'Orders as the admin of Shopify exports them in CSV, with one row per article.',
  settings: Type.Object(tableSettings, { additionalProperties: false }),
  shapes: ['csv'],
  columns,
  idsOf: ['shopify', 'shopify-csv'],
  conversionEvent: 'purchase',
  recognises: ({ header }) => hasColumns(header, columns),
  read: (batches, { header }) => {
    placesOf(header, columns);
    return gatherBaskets<Row, Fields>(batches, {
      openAtMost: OPEN_ORDERS,
      line: (record) => {
        const line = objectOf(record, header);
        const order = textIn(line['Name']);
        if (order === '') return refuse('Name', '', 'no name of an order');
        return numberIn(line['Lineitem quantity']) === undefined
          ? refuse('Lineitem quantity', line['Lineitem quantity'], 'not a number')
          : { order, line };
      },
      message: orderOf,
    });
  },
});

function orderOf(name: string, lines: readonly Fields[]): Meaning | Meaning[] {
  const [head] = lines;
  const at = isoMoment(head['Created at']);
  if (at === undefined) return refuse('Created at', head['Created at'], 'not a moment');
  const [email, phone] = [textIn(head['Email']), textIn(head['Phone'])];
  if (email === '' && phone === '')
    return refuse('Email', '', 'no e-mail address or phone number: nobody to credit the order to');
  const id = identifierIn(head['Id']);
  const traits = withoutBlanks({ email, phone });
  const country = textIn(head['Shipping Country']) || textIn(head['Billing Country']);
  const context = { platform: 'web', traits, location: { country } };
  const messageId = `shopify_order_${id || name}`;
  const order_id = id || name;
  const done = checked({
    type: 'track',
    event: 'Order Completed',
    messageId,
    timestamp: at,
    properties: withoutBlanks({
      order_id,
      order_name: name,
      revenue: numberIn(head['Total']),
      tax: numberIn(head['Taxes']),
      shipping: numberIn(head['Shipping']),
      discount: numberIn(head['Discount Amount']),
      coupon: head['Discount Code'],
      currency: head['Currency'],
      financial_status: head['Financial Status'],
      // The export does not say when it was given back, so it is no refund of its own.
      refunded_amount: numberIn(head['Refunded Amount']) || undefined,
      products: lines.map(productOf),
    }),
    context,
  });
  const off = isoMoment(head['Cancelled at']);
  if (off === undefined) return done;
  const called = {
    event: 'Order Cancelled',
    messageId: `${messageId}_cancelled`,
    timestamp: off,
    properties: { order_id },
  };
  return [done, { type: 'track', ...called, context }];
}

function productOf(line: Fields): Record<string, unknown> {
  const sku = textIn(line['Lineitem sku']);
  return withoutBlanks({
    product_id: sku || textIn(line['Lineitem name']),
    sku,
    name: line['Lineitem name'],
    brand: line['Vendor'],
    price: numberIn(line['Lineitem price']),
    quantity: numberIn(line['Lineitem quantity']),
  });
}
