// Orders of Shopify: one JSON order a line, of the REST or the GraphQL API; a page of the REST API ({ "orders": [...] });
// the lines of a bulk operation, where the items of an order stand on lines of their own (`__parentId`); and customers.
// What they mean stands in platforms/shopify.ts.
// https://shopify.dev/docs/api/usage/bulk-operations/queries (the JSONL data format)

import { Type } from 'typebox';
import { type Fields, textOf } from '../fields.ts';
import { numberOfId, pick, readCustomer, readOrder } from '../platforms/shopify.ts';
import { gatherBaskets } from './baskets.ts';
import { defineConnector, type Meaning, refuse } from './connector.ts';

/** A bulk operation writes the items of an order behind it, though those of others may stand in between. */
const OPEN_ORDERS = 5000;

const columns = ['id', 'name', 'created_at', 'currency', 'total_price', 'line_items', 'customer'];

export const shopify = defineConnector({
  name: 'shopify',
  sentence: 'Orders and customers of Shopify as its REST and GraphQL APIs and bulk operations write them, in NDJSON.',
  settings: Type.Object({}, { additionalProperties: false }),
  shapes: ['objects'],
  columns,
  idsOf: ['shopify', 'shopify-csv'],
  conversionEvent: 'purchase',
  recognises: ({ shape, header, first }) =>
    shape === 'objects' &&
    (isGlobal((first as Fields | undefined)?.['id']) ||
      (header.includes('line_items') && header.includes('total_price')) ||
      (header.length === 1 && header[0] === 'orders')),
  read: (batches) =>
    gatherBaskets<Fields, Fields>(batches, {
      openAtMost: OPEN_ORDERS,
      line: (record) => {
        const parent = textOf(record['__parentId']);
        if (parent !== '') return { order: parent, line: record };
        if (Array.isArray(record['orders'])) return { alone: ordersOf(record['orders']) };
        const id = textOf(record['id']);
        return isGlobal(id) ? { order: id, line: record } : { alone: meaningOf(record) };
      },
      message: (id, lines) => meaningOf(gathered(id, lines)),
    }),
});

function isGlobal(id: unknown): boolean {
  return textOf(id).startsWith('gid://shopify/');
}

function ordersOf(orders: readonly unknown[]): Meaning | Meaning[] {
  const all = orders.flatMap((order) => meaningOf(order as Fields));
  return all.length > 0 ? all : refuse('orders', '', 'no order in the list');
}

function meaningOf(record: Fields): Meaning[] {
  if (textOf(record['id']).includes('/Customer/') || isCustomer(record)) return readCustomer(record);
  return readOrder(record);
}

/** Of REST, where nothing names the kind. */
function isCustomer(record: Fields): boolean {
  return 'orders_count' in record && !('line_items' in record);
}

/** An order with what stands on lines of its own put where the API would have nested it. */
function gathered(id: string, lines: readonly Fields[]): Fields {
  const head = lines.find((line) => textOf(line['id']) === id);
  if (head === undefined) return { id: numberOfId(id) };
  const items = lines.filter((line) => line !== head && textOf(line['id']).includes('/LineItem/'));
  const refunds = lines.filter((line) => line !== head && textOf(line['id']).includes('/Refund/'));
  return {
    ...head,
    ...(items.length > 0 ? { lineItems: { nodes: items } } : {}),
    ...(refunds.length > 0 && pick(head, 'refunds') === undefined ? { refunds } : {}),
  };
}
