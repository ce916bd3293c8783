// Taobao's UserBehavior.csv: what shoppers viewed, put in the cart, marked and bought in nine days of 2017. A file
// without a line of column names: user, item, category, behaviour (pv, cart, fav, buy), epoch seconds. There are
// neither prices nor order numbers. Some times lie years outside of the nine days; they are kept as they are written
// as long as they are moments that can be meant.

import { Type } from 'typebox';
import { identifierIn, isoMoment, textIn } from './cells.ts';
import { defineConnector, platformSetting, type Row, readEach, refuse, tableSettings } from './connector.ts';

const columns = ['user', 'item', 'category', 'behaviour', 'timestamp'];
const events: Readonly<Record<string, string>> = {
  pv: 'Product Viewed',
  cart: 'Product Added',
  fav: 'Product Added To Wishlist',
  buy: 'Order Completed',
};

export const taobao = defineConnector({
  name: 'taobao',
  sentence: 'Views, carts, favourites and purchases of a market place over nine days (Alibaba UserBehavior).',
  settings: Type.Object({ ...platformSetting('web'), ...tableSettings }, { additionalProperties: false }),
  shapes: ['csv'],
  columns,
  headerless: true,
  conversionEvent: 'purchase',
  recognises: ({ shape, header }) => shape === 'csv' && header.length === columns.length && header[3] in events,
  read: (batches) =>
    readEach<Row>(batches, ([user, item, category, behaviour, time]) => {
      const userId = identifierIn(user);
      if (userId === '') return refuse('user', '', 'no user: nobody to credit the line to');
      const event = events[textIn(behaviour)];
      if (event === undefined) return refuse('behaviour', behaviour, 'not pv, cart, fav or buy');
      const timestamp = isoMoment(time);
      if (timestamp === undefined) return refuse('timestamp', time, 'not a moment');
      const product = identifierIn(item);
      if (product === '') return refuse('item', '', 'no item');
      return {
        type: 'track',
        event,
        userId,
        timestamp,
        properties: { product_id: product, category: identifierIn(category) },
      };
    }),
});
