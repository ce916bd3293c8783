// What everybody does with a product: how often it sells, whether it sells more than a month ago, whether its buyers
// come back. A short past says little about a person; what they bought says more. Each figure is held against the usual
// one of that day: it tells products apart, and lets no season or growth of the shop into what a model learns of them.
// The table is as of the midnight (UTC) at or before the moment, so that training, scoring and the live answers of a day
// read the same one.

import { resolvedEventsSql } from '../identify/index.ts';
import type { Store } from '../store/index.ts';
import { DAY_MS, startOfDay } from '../time.ts';

export type ProductColumn = 'popularity' | 'trend' | 'returnRate';

/** One product as of a midnight, against the usual product line bought by then: 1 = as usual. */
export type Product = {
  /** Purchases with it so far, one per person and day. */
  popularity: number;
  /** Those of the last 30 days against those of the 30 days before, both plus two. */
  trend: number;
  /** Share of its purchases whose buyer bought anything again within 30 days, drawn to that of all products. */
  returnRate: number;
};

export type Products = ReadonlyMap<string, Product>;

export const noProducts: Products = new Map();

const columns: readonly ProductColumn[] = ['popularity', 'trend', 'returnRate'];

/** The best sold; what hardly anybody bought says nothing yet, and the table has to fit in memory. */
const MOST_PRODUCTS = 100_000;
const RETURN_DAYS = 30;
/** A product's rate is drawn to the rate of all as if by so many purchases, that one to 0.3 as if by ten more. */
const PRIOR_PURCHASES = 10;
const PRIOR_RATE = 0.3;

/** A SELECT of (product, popularity, trend, returnRate); binds {workspace:String}. */
export function productsSql(moment: Date): string {
  const asOf = startOfDay(moment);
  const today = asOf.getTime() / DAY_MS;
  const bought = resolvedEventsSql({
    asOf,
    columns: ['at', 'product_ids'],
    where: `event = 'purchase' AND bot = 0 AND notEmpty(product_ids)`,
  });
  // A person's purchases of one day are one, and `again` is the day of the next.
  const purchases = `SELECT arrayDistinct(groupArrayArray(product_ids)) AS products,
      toInt64(intDiv(toUnixTimestamp64Milli(at), ${DAY_MS})) AS day,
      leadInFrame(day, 1, ${today + RETURN_DAYS}) OVER (
        PARTITION BY profile ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS again
    FROM (${bought}) GROUP BY profile, day`;
  const counts = `SELECT arrayJoin(products) AS product, count() AS sold,
      countIf(day >= ${today - 30}) AS lately, countIf(day >= ${today - 60} AND day < ${today - 30}) AS before,
      countIf(day < ${today - RETURN_DAYS}) AS asked,
      countIf(day < ${today - RETURN_DAYS} AND again - day <= ${RETURN_DAYS}) AS returned
    FROM (${purchases}) GROUP BY product`;
  const usual = `(sum(returned) OVER () + ${PRIOR_RATE * PRIOR_PURCHASES}) / (sum(asked) OVER () + ${PRIOR_PURCHASES})`;
  const figures = `SELECT product, sold, (lately + 2) / (before + 2) AS growth, ${usual} AS usual,
      (returned + ${PRIOR_PURCHASES} * usual) / (asked + ${PRIOR_PURCHASES}) AS returns
    FROM (${counts})`;
  const againstLines = (value: string) => `${value} / exp(sum(sold * log(${value})) OVER () / sum(sold) OVER ())`;
  return `SELECT product, ${againstLines('sold')} AS popularity, ${againstLines('growth')} AS trend,
      returns / usual AS returnRate
    FROM (${figures}) ORDER BY sold DESC, product LIMIT ${MOST_PRODUCTS}`;
}

/**
 * The table as one scalar for a WITH clause, whose parts `lookUp` names. With the version of one that is kept nobody's
 * purchases are counted again.
 */
export function productTableSql(moment: Date, kept?: number): string {
  // An entry that stands for no product: the engine looks nothing up in an empty list.
  const values = columns.map((column) => `arrayPushBack(groupArray(toFloat64(${column})), nan)`);
  const [hash, source] = kept === undefined ? [hashOfProduct, productsSql(moment)] : ['product', keptProductsSql(kept)];
  return `(SELECT (arrayPushBack(groupArray(${hash}), 0), ${values.join(', ')})
    FROM (${source})) AS product_table`;
}

const hashOfProduct = 'toInt64(cityHash64(product))';

/** Keeps the table as of a moment instead of the one before; answers its version. */
export async function keepProducts({ facts }: Store, workspace: string, moment: Date): Promise<number> {
  const [row] = await facts.rows<{ version: string }>(
    'SELECT max(version) AS version FROM product_figures WHERE workspace = {workspace:String}',
    { workspace },
    'batch',
  );
  const version = Number(row.version) + 1;
  await facts.command(
    `INSERT INTO product_figures (workspace, version, product, popularity, trend, return_rate)
     SELECT {workspace:String}, ${version}, ${hashOfProduct}, ${columns.map((column) => `toFloat64(${column})`).join(', ')}
     FROM (${productsSql(moment)})`,
    { workspace },
  );
  await facts.remove('product_figures', `workspace = {workspace:String} AND version < ${version}`, { workspace });
  return version;
}

function keptProductsSql(version: number): string {
  return `SELECT product, popularity, trend, return_rate AS returnRate FROM product_figures
    WHERE workspace = {workspace:String} AND version = ${version}`;
}

/** The value of the product with that hash, NaN where it is not in the table. */
export function lookUp(hash: string, column: ProductColumn): string {
  return `transform(${hash}, product_table.1, product_table.${columns.indexOf(column) + 2}, nan)`;
}

/** The same table for those who ask in memory. */
export async function readProducts({ facts }: Store, workspace: string, moment: Date): Promise<Products> {
  const rows = await facts.rows<Record<'product' | ProductColumn, number | string>>(productsSql(moment), { workspace });
  return new Map(
    rows.map(({ product, popularity, trend, returnRate }) => [
      String(product),
      { popularity: Number(popularity), trend: Number(trend), returnRate: Number(returnRate) },
    ]),
  );
}
