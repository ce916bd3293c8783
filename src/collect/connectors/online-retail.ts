// Online Retail, and Online Retail II: the orders of a British gift wholesaler, one line per article, 2010-12 to
// 2011-12. Chen, Sain & Guo (2012), J. Database Marketing & Customer Strategy Mgmt 19:197-208; UCI data sets 352, 502.
// What is billed beside goods (postage, carriage, manual lines, discounts) counts as revenue but is no product; what
// the shop pays itself (bank charges, marketplace fees, donations, samples, bad debt) is no act of a customer.

import { Type } from 'typebox';
import type { SegmentMessage } from '../message.ts';
import { gatherBaskets, toCents } from './baskets.ts';
import { identifierIn, isoMoment, numberIn, textIn } from './cells.ts';
import {
  defineConnector,
  hasColumns,
  placesOf,
  platformSetting,
  type Row,
  refuse,
  tableSettings,
} from './connector.ts';

const columns = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
];
const spellings = [
  ['InvoiceNo', 'Invoice'],
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  ['UnitPrice', 'Price'],
  ['CustomerID', 'Customer ID'],
  'Country',
];
const billed = new Set(['POST', 'DOT', 'C2', 'C3', 'M', 'D']);
const ofTheShop = new Set(['BANK CHARGES', 'AMAZONFEE', 'CRUK', 'S', 'B']);

type Line = {
  at: string;
  customer: string;
  country: string;
  code: string;
  name: string;
  quantity: number;
  price: number;
};

export const onlineRetail = defineConnector({
  name: 'online-retail',
  sentence: 'Orders and cancellations of a British gift wholesaler, 2010-12 to 2011-12 (UCI Online Retail).',
  settings: Type.Object({ ...platformSetting('web'), ...tableSettings }, { additionalProperties: false }),
  shapes: ['csv', 'parquet'],
  columns,
  conversionEvent: 'purchase',
  trade: 'gifts',
  protocol: {
    sentence: 'People known by 10 October and by 1 November 2011, asked whether they order in the days that follow.',
    testMoments: ['2011-10-10', '2011-11-01'],
  },
  recognises: ({ header }) =>
    hasColumns(header, columns) || hasColumns(header, ['Invoice', 'StockCode', 'InvoiceDate', 'Customer ID']),
  read: (batches, { header }) => {
    const places = placesOf(header, spellings);
    return gatherBaskets<Row, Line>(batches, {
      openAtMost: 200,
      line: (record) => readLine(record, places),
      message: toMessage,
    });
  },
});

function readLine(record: Row, places: readonly number[]) {
  const [invoiceAt, codeAt, nameAt, quantityAt, dateAt, priceAt, customerAt, countryAt] = places;
  const customer = identifierIn(record[customerAt]);
  if (customer === '') return refuse('CustomerID', '', 'no customer: nobody to credit the line to');
  const order = textIn(record[invoiceAt]);
  if (order === '') return refuse('InvoiceNo', '', 'no invoice number');
  const code = textIn(record[codeAt]);
  if (code === '') return refuse('StockCode', '', 'no stock code');
  if (ofTheShop.has(code.toUpperCase()))
    return refuse('StockCode', code, 'a cost of the shop, not an act of a customer');
  const at = isoMoment(record[dateAt]);
  if (at === undefined) return refuse('InvoiceDate', record[dateAt], 'not a moment');
  const quantity = numberIn(record[quantityAt]);
  if (quantity === undefined) return refuse('Quantity', record[quantityAt], 'not a number');
  const price = numberIn(record[priceAt]);
  if (price === undefined) return refuse('UnitPrice', record[priceAt], 'not a number');
  if (quantity < 0 && !isRefund(order) && !billed.has(code.toUpperCase()))
    return refuse('Quantity', quantity, 'a negative quantity outside of a cancellation');
  const country = textIn(record[countryAt]);
  return { order, line: { at, customer, country, code, name: textIn(record[nameAt]), quantity, price } };
}

const isRefund = (invoice: string) => invoice.startsWith('C') || invoice.startsWith('c');

function toMessage(invoice: string, lines: readonly Line[]): SegmentMessage {
  const sign = isRefund(invoice) ? -1 : 1;
  const [{ at, customer, country }] = lines;
  const goods = lines.filter(({ code }) => !billed.has(code.toUpperCase()));
  const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  return {
    type: 'track',
    event: sign < 0 ? 'Order Refunded' : 'Order Completed',
    userId: customer,
    timestamp: at,
    properties: {
      order_id: invoice,
      revenue: toCents(sign < 0 ? Math.abs(total) : total),
      currency: 'GBP',
      products: goods.map(({ code, name, quantity, price }) => ({
        product_id: code,
        name,
        price,
        quantity: sign * quantity,
      })),
    },
    context: country === '' || country === 'Unspecified' ? {} : { location: { country } },
  };
}
