// Complete Journey 2.0 (84.51° and dunnhumby): a year of a grocer's baskets by household, one line per article. The
// package's sample is a random draw of lines in random order, so many baskets are open at once. A table of products
// beside the file gives category and brand. Times are the shops' own, taken as UTC.

import { createReadStream, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import type { SegmentMessage } from '../message.ts';
import { gatherBaskets, toCents } from './baskets.ts';
import { identifierIn, isBlank, isoMoment, numberIn, textIn } from './cells.ts';
import {
  defineConnector,
  hasColumns,
  placesOf,
  platformSetting,
  type ReadContext,
  type Row,
  refuse,
  tableSettings,
} from './connector.ts';

const columns = [
  'household_id',
  'store_id',
  'basket_id',
  'product_id',
  'quantity',
  'sales_value',
  'retail_disc',
  'coupon_disc',
  'coupon_match_disc',
  'transaction_timestamp',
];

type Line = {
  at: string;
  household: string;
  store: string;
  product: string;
  quantity: number;
  paid: number;
  discount: number;
  coupon: number;
};
type Product = { category: string; brand: string };

const settings = Type.Object(
  {
    ...platformSetting('store'),
    products: Type.Optional(
      Type.String({ description: 'Path of the table of products; absent = products.csv or .csv.gz beside the file.' }),
    ),
    category: Type.Union([Type.Literal('department'), Type.Literal('product_category'), Type.Literal('product_type')], {
      default: 'product_category',
      description: 'Which level of the assortment is the category.',
    }),
    ...tableSettings,
  },
  { additionalProperties: false },
);

export const completeJourney = defineConnector({
  name: 'complete-journey',
  sentence: "A grocer's baskets by household over one year (84.51° Complete Journey 2.0).",
  settings,
  shapes: ['csv', 'parquet'],
  columns,
  conversionEvent: 'purchase',
  trade: 'food',
  recognises: ({ header }) => hasColumns(header, columns),
  read: async function* (batches, context) {
    const places = placesOf(context.header, columns);
    const products = await readProducts(context);
    yield* gatherBaskets<Row, Line>(batches, {
      openAtMost: 100_000,
      line: (record) => readLine(record, places),
      message: (basket, lines) => toMessage(basket, lines, products),
    });
  },
});

function readLine(record: Row, places: readonly number[]) {
  const [householdAt, storeAt, basketAt, productAt, quantityAt, paidAt, retailAt, couponAt, matchAt, timeAt] = places;
  const household = identifierIn(record[householdAt]);
  if (household === '') return refuse('household_id', '', 'no household: nobody to credit the line to');
  const order = wholeNumber(record[basketAt]);
  if (order === '') return refuse('basket_id', '', 'no basket number');
  const product = wholeNumber(record[productAt]);
  if (product === '') return refuse('product_id', '', 'no product number');
  const at = isoMoment(record[timeAt]);
  if (at === undefined) return refuse('transaction_timestamp', record[timeAt], 'not a moment');
  const quantity = numberIn(record[quantityAt]);
  if (quantity === undefined) return refuse('quantity', record[quantityAt], 'not a number');
  if (quantity <= 0) return refuse('quantity', quantity, 'no article changed hands');
  const paid = numberIn(record[paidAt]);
  if (paid === undefined) return refuse('sales_value', record[paidAt], 'not a number');
  const coupon = (numberIn(record[couponAt]) ?? 0) + (numberIn(record[matchAt]) ?? 0);
  const discount = (numberIn(record[retailAt]) ?? 0) + coupon;
  const store = identifierIn(record[storeAt]);
  return { order, line: { at, household, store, product, quantity, paid, discount, coupon } };
}

/** R writes 40128000000 as 4.0128e+10. */
function wholeNumber(cell: unknown): string {
  const text = identifierIn(cell);
  return /^\d[\d.]*e\+?\d+$/i.test(text) ? String(Number(text)) : text;
}

function toMessage(basket: string, lines: readonly Line[], products: ReadonlyMap<string, Product>): SegmentMessage {
  const [{ at, household, store }] = lines;
  const sum = (of: (line: Line) => number) => toCents(lines.reduce((total, line) => total + of(line), 0));
  return {
    type: 'track',
    event: 'Order Completed',
    userId: household,
    timestamp: at,
    properties: {
      order_id: basket,
      revenue: sum(({ paid }) => paid),
      currency: 'USD',
      discount: sum(({ discount }) => discount),
      ...(lines.some(({ coupon }) => coupon > 0) ? { coupon: 'manufacturer coupon' } : {}),
      store_id: store,
      products: lines.map(({ product, quantity, paid }) => ({
        product_id: product,
        price: Math.round((paid / quantity) * 10_000) / 10_000,
        quantity,
        ...products.get(product),
      })),
    },
  };
}

async function readProducts(context: ReadContext<Static<typeof settings>>): Promise<Map<string, Product>> {
  const products = new Map<string, Product>();
  const path = placeOfProducts(context);
  if (path === undefined) return products;
  const bytes = createReadStream(path);
  const text = path.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  const rows = text.pipe(parse({ bom: true, relax_column_count: true, skip_empty_lines: true }));
  for (const stream of new Set<Readable>([bytes, text])) stream.on('error', (error) => rows.destroy(error));
  let places: number[] | undefined;
  for await (const row of rows as AsyncIterable<string[]>) {
    if (places === undefined) {
      places = placesOf(row, ['product_id', 'department', context.settings.category, 'brand']);
      continue;
    }
    const [id, department, category, brand] = places.map((place) => (isBlank(row[place]) ? '' : textIn(row[place])));
    products.set(id, { category: category || department, brand });
  }
  return products;
}

function placeOfProducts({ path, settings: { products } }: ReadContext<Static<typeof settings>>): string | undefined {
  if (products === undefined) {
    return ['products.csv', 'products.csv.gz']
      .map((name) => join(dirname(path), name))
      .find((file) => existsSync(file));
  }
  if (existsSync(products)) return products;
  throw new InklingError('invalid_input', `There is no table of products at ${products}.`, {
    field: 'settings.products',
    value: products,
    hint: 'Correct the path, or leave the setting out to import without categories.',
  });
}
