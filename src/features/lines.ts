// Measures over the product lines of events: what baskets hold, how much of it, and whether it is always the same.

import type { Filter } from './filter.ts';
import type { HistoryEvent } from './history.ts';
import { constant, distinct, type Measure, minus, ratio, total } from './measure.ts';
import { keptNumber, keptValues, linesOf, type Use, type Window } from './past.ts';
import type { ProductColumn } from './products.ts';

type LineColumn = 'prices' | 'quantities';

/** Sum over the product lines of the events. */
export function sumLines(column: LineColumn, filter: Filter, window?: Window): Measure {
  const positive = (row: HistoryEvent) => {
    let sum = 0;
    for (const x of row[column]) if (x > 0) sum += x;
    return sum;
  };
  return total(filter, window, `arraySum(x -> if(x > 0, toFloat64(x), 0), ${column})`, positive);
}

/** Number of product lines; of a line column, those with a value above zero. */
export function countLines(column: LineColumn | 'product_ids', filter: Filter, window?: Window): Measure {
  if (column === 'product_ids') return total(filter, window, 'length(product_ids)', (row) => row.product_ids.length);
  const positive = (row: HistoryEvent) => {
    let count = 0;
    for (const x of row[column]) if (x > 0) count++;
    return count;
  };
  return total(filter, window, `arrayCount(x -> x > 0, ${column})`, positive);
}

/** The amount of the latest such event, the largest of several at the same moment; unknown without an event. */
export function latest(amount: 'revenue' | 'lines', filter: Filter): Measure {
  const sql = amount === 'lines' ? 'length(product_ids)' : 'revenue';
  const of = (row: HistoryEvent) => (amount === 'lines' ? row.product_ids.length : row.revenue);
  return {
    sql: (use) => {
      const values = keptValues(use, filter, sql);
      return `if(empty(${values}), nan, ${values}[-1])`;
    },
    evaluate: (history) => {
      const all = history.passing(filter);
      const last = all.at(-1);
      if (!last) return Number.NaN;
      return Math.max(...all.filter((row) => row.at === last.at).map(of));
    },
  };
}

/** Share of the products of the latest such event that were in an earlier one; unknown without an earlier one. */
export function knownShareOfLatest(filter: Filter): Measure {
  return {
    sql: (use) => {
      const { times, products, last } = linesSql(use, filter);
      const [now, before] = ['=', '<'].map((is) =>
        use.prepare(`arrayDistinct(arrayFilter((x, t) -> t ${is} ${last}, ${products}, ${times}))`),
      );
      return keptNumber(use, `if(empty(${before}), nan, length(arrayIntersect(${now}, ${before})) / length(${now}))`);
    },
    evaluate: (history) => {
      const rows = history.passing(filter).filter((row) => row.product_ids.length > 0);
      const last = rows.at(-1)?.at;
      const now = new Set(rows.filter((row) => row.at === last).flatMap((row) => row.product_ids));
      const before = new Set(rows.filter((row) => row.at !== last).flatMap((row) => row.product_ids));
      return before.size === 0 ? Number.NaN : [...now].filter((product) => before.has(product)).length / now.size;
    },
  };
}

/**
 * Mean over the products of such events of what everybody does with them (`products.ts`), of each line or of those of
 * the latest event; unknown without a product that is in the table. What has no
 * upper bound takes the geometric mean.
 */
export function ofProducts(column: ProductColumn, basket: 'every' | 'latest', filter: Filter): Measure {
  const geometric = column !== 'returnRate';
  return {
    sql: (use) => {
      const { times, products, last } = linesSql(use, filter);
      const ofLast = `arrayFilter((x, t) -> t = ${last}, ${products}, ${times})`;
      const chosen = use.keep('integers', basket === 'every' ? products : ofLast);
      const looked = use.derive(`arrayMap(x -> ${use.product('x', column)}, ${chosen})`);
      const values = use.derive(`arrayFilter(v -> NOT isNaN(v), ${looked})`);
      const mean = geometric ? `exp(arrayAvg(v -> log(v), ${values}))` : `arrayAvg(${values})`;
      return `if(empty(${values}), nan, ${mean})`;
    },
    evaluate: (history) => {
      const rows = history.passing(filter).filter((row) => row.product_ids.length > 0);
      const last = rows.at(-1)?.at;
      const chosen = basket === 'every' ? rows : rows.filter((row) => row.at === last);
      const values = chosen.flatMap((row) => row.product_ids).flatMap((id) => history.products.get(id)?.[column] ?? []);
      const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
      return geometric ? Math.exp(mean(values.map(Math.log))) : mean(values);
    },
  };
}

/** Share of the product lines that repeat a product already among them. */
export function repeatShare(filter: Filter): Measure {
  return minus(constant(1), ratio(distinct('product_ids', filter), countLines('product_ids', filter)));
}

/** Share of the most frequent value among all values of the lines; 1 = always the same. */
export function consistency(column: 'brands' | 'categories', filter: Filter): Measure {
  const hashes = `groupArrayArrayIf(arrayMap(x -> cityHash64(x), arrayFilter(x -> x != '', ${column})), ${filter.sql})`;
  return {
    sql: (use) => {
      const values = use.aggregate(hashes);
      const most = `arrayMax(arrayEnumerateUniq(${values}))`;
      return keptNumber(use, `if(empty(${values}), nan, ${most} / length(${values}))`);
    },
    evaluate: (history) => {
      const tally = new Map<string, number>();
      let all = 0;
      for (const row of history.passing(filter)) {
        for (const value of row[column]) {
          if (value === '') continue;
          tally.set(value, (tally.get(value) ?? 0) + 1);
          all++;
        }
      }
      return all === 0 ? Number.NaN : Math.max(...tally.values()) / all;
    },
  };
}

/** Moment and product of every product line, in order, and the latest moment. */
function linesSql(use: Use, filter: Filter): Record<'times' | 'products' | 'last', string> {
  const { times, hashes } = linesOf(use, filter, 'product_ids');
  return {
    times: use.prepare(`arraySort(${times})`),
    products: use.prepare(`arraySort((h, t) -> (t, h), ${hashes}, ${times})`),
    last: use.prepare(`arrayMax(${times})`),
  };
}
