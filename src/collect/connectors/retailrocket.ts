// Retailrocket's events.csv: what visitors of a web shop viewed, added and bought in 4.5 months of 2015. The visitor
// number is the only identity there is and stays the same throughout, so it is the user id: each visitor is a person.
// Articles of one transaction become one order. There are no prices, so orders carry no revenue.

import { Type } from 'typebox';
import type { SegmentMessage } from '../message.ts';
import { gatherBaskets } from './baskets.ts';
import { identifierIn, isBlank, isoMoment, textIn } from './cells.ts';
import {
  defineConnector,
  hasColumns,
  placesOf,
  platformSetting,
  type Row,
  refuse,
  tableSettings,
} from './connector.ts';

const columns = ['timestamp', 'visitorid', 'event', 'itemid', 'transactionid'];
const events: Readonly<Record<string, string>> = { view: 'Product Viewed', addtocart: 'Product Added' };

type Line = { timestamp: string; userId: string; product: string };

export const retailrocket = defineConnector({
  name: 'retailrocket',
  sentence: 'Views, carts and transactions of a web shop by visitor, 2015 (Retailrocket recommender data).',
  settings: Type.Object({ ...platformSetting('web'), ...tableSettings }, { additionalProperties: false }),
  shapes: ['csv', 'parquet'],
  columns,
  conversionEvent: 'purchase',
  recognises: ({ header }) => hasColumns(header, columns),
  read: (batches, { header }) => {
    const places = placesOf(header, columns);
    return gatherBaskets<Row, Line>(batches, {
      openAtMost: 20_000,
      line: (record) => readLine(record, places),
      message: toOrder,
    });
  },
});

function readLine(record: Row, [timeAt, visitorAt, eventAt, itemAt, orderAt]: readonly number[]) {
  const userId = identifierIn(record[visitorAt]);
  if (userId === '') return refuse('visitorid', '', 'no visitor: nobody to credit the line to');
  const timestamp = isoMoment(record[timeAt]);
  if (timestamp === undefined) return refuse('timestamp', record[timeAt], 'not a moment');
  const product = identifierIn(record[itemAt]);
  if (product === '') return refuse('itemid', '', 'no item');
  const word = textIn(record[eventAt]);
  if (word === 'transaction') {
    if (isBlank(record[orderAt])) return refuse('transactionid', '', 'a transaction without its number');
    return { order: identifierIn(record[orderAt]), line: { timestamp, userId, product } };
  }
  const event = events[word];
  if (event === undefined) return refuse('event', word, 'not view, addtocart or transaction');
  const alone: SegmentMessage = { type: 'track', event, userId, timestamp, properties: { product_id: product } };
  return { alone };
}

function toOrder(order: string, lines: readonly Line[]): SegmentMessage {
  const [{ timestamp, userId }] = lines;
  return {
    type: 'track',
    event: 'Order Completed',
    userId,
    timestamp,
    properties: { order_id: order, products: lines.map(({ product }) => ({ product_id: product })) },
  };
}
