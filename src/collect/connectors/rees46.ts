// REES46's click logs of web shops ("eCommerce behavior data from multi category store" and its siblings): one line per
// view, cart, removal or purchase of an article. A purchase of several articles is several lines, minutes apart in the
// file, without an order number, so each line is one purchase of one article.

import { Type } from 'typebox';
import { identifierIn, isBlank, isoMoment, numberIn, textIn } from './cells.ts';
import {
  defineConnector,
  hasColumns,
  placesOf,
  platformSetting,
  type Row,
  readEach,
  refuse,
  tableSettings,
} from './connector.ts';

const columns = [
  'event_time',
  'event_type',
  'product_id',
  'category_id',
  'category_code',
  'brand',
  'price',
  'user_id',
  'user_session',
];
const events: Readonly<Record<string, string>> = {
  view: 'Product Viewed',
  cart: 'Product Added',
  remove_from_cart: 'Product Removed',
  purchase: 'Order Completed',
};

export const rees46 = defineConnector({
  name: 'rees46',
  sentence: 'Views, carts and purchases of a web shop with categories, brands and prices (REES46 open data).',
  settings: Type.Object({ ...platformSetting('web'), ...tableSettings }, { additionalProperties: false }),
  shapes: ['csv', 'parquet'],
  columns,
  conversionEvent: 'purchase',
  recognises: ({ header }) => hasColumns(header, columns),
  read: (batches, { header }) => {
    const [timeAt, typeAt, productAt, categoryIdAt, categoryAt, brandAt, priceAt, userAt, sessionAt] = placesOf(
      header,
      columns,
    );
    return readEach<Row>(batches, (record) => {
      const userId = identifierIn(record[userAt]);
      if (userId === '') return refuse('user_id', '', 'no user: nobody to credit the line to');
      const event = events[textIn(record[typeAt])];
      if (event === undefined)
        return refuse('event_type', record[typeAt], 'not view, cart, remove_from_cart or purchase');
      const timestamp = isoMoment(record[timeAt]);
      if (timestamp === undefined) return refuse('event_time', record[timeAt], 'not a moment');
      const product = identifierIn(record[productAt]);
      if (product === '') return refuse('product_id', '', 'no product');
      const price = numberIn(record[priceAt]);
      if (price === undefined && !isBlank(record[priceAt])) return refuse('price', record[priceAt], 'not a number');
      return {
        type: 'track',
        event,
        userId,
        timestamp,
        properties: {
          product_id: product,
          category: isBlank(record[categoryAt]) ? identifierIn(record[categoryIdAt]) : textIn(record[categoryAt]),
          ...(isBlank(record[brandAt]) ? {} : { brand: textIn(record[brandAt]) }),
          price,
        },
        context: { sessionId: isBlank(record[sessionAt]) ? '' : textIn(record[sessionAt]) },
      };
    });
  },
});
