// Measures over the product lines of events: what baskets hold, how much of it, and whether it is always the same.

import type { Filter } from './filter.ts';
import type { HistoryEvent } from './history.ts';
import {
  conditionOf,
  constant,
  distinct,
  type Measure,
  minus,
  ratio,
  total,
  type Use,
  type Window,
} from './measure.ts';
import type { ProductColumn } from './products.ts';

type LineColumn = 'prices' | 'quantities';

/** Sum over the product lines of the events. */
export function sumLines(column: LineColumn, filter: Filter, window?: Window): Measure {
  const positive = (row: HistoryEvent) => row[column].filter((x) => x > 0).reduce((sum, x) => sum + x, 0);
  return total(filter, window, `arraySum(x -> if(x > 0, toFloat64(x), 0), ${column})`, positive);
}

/** Number of product lines; of a line column, those with a value above zero. */
export function countLines(column: LineColumn | 'product_ids', filter: Filter, window?: Window): Measure {
  if (column === 'product_ids') return total(filter, window, 'length(product_ids)', (row) => row.product_ids.length);
  const positive = (row: HistoryEvent) => row[column].filter((x) => x > 0).length;
  return total(filter, window, `arrayCount(x -> x > 0, ${column})`, positive);
}

/** The amount of the latest such event, the largest of several at the same moment; unknown without an event. */
export function latest(amount: 'revenue' | 'lines', filter: Filter): Measure {
  const sql = amount === 'lines' ? 'toFloat64(length(product_ids))' : 'toFloat64(revenue)';
  const of = (row: HistoryEvent) => (amount === 'lines' ? row.product_ids.length : row.revenue);
  return {
    sql: (use) => {
      const last = use.aggregate(`argMaxIf(${sql}, (at_ms, ${sql}), ${filter.sql})`);
      return `if(${use.aggregate(`countIf(${conditionOf(filter)})`)} = 0, nan, ${last})`;
    },
    evaluate: (history) => {
      const last = history.events.findLast(filter.test);
      if (!last) return Number.NaN;
      return Math.max(...history.events.filter((row) => row.at === last.at && filter.test(row)).map(of));
    },
  };
}

/** Share of the products of the latest such event that were in an earlier one; unknown without an earlier one. */
export function knownShareOfLatest(filter: Filter): Measure {
  return {
    sql: (use) => {
      const all = linesSql(use, filter);
      const last = use.derive(`arrayMax(${all}.1)`);
      const [now, before] = ['=', '<'].map((is) =>
        use.derive(`arrayDistinct(arrayFilter(x -> x.1 ${is} ${last}, ${all}).2)`),
      );
      return `if(empty(${all}) OR empty(${before}), nan, length(arrayIntersect(${now}, ${before})) / length(${now}))`;
    },
    evaluate: (history) => {
      const rows = history.events.filter((row) => filter.test(row) && row.product_ids.length > 0);
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
      const all = linesSql(use, filter);
      const last = use.derive(`arrayMax(${all}.1)`);
      const chosen = basket === 'every' ? all : use.derive(`arrayFilter(x -> x.1 = ${last}, ${all})`);
      const looked = use.derive(`arrayMap(x -> ${use.product('x.2', column)}, ${chosen})`);
      const values = use.derive(`arrayFilter(v -> NOT isNaN(v), ${looked})`);
      const mean = geometric ? `exp(arrayAvg(v -> log(v), ${values}))` : `arrayAvg(${values})`;
      return `if(empty(${values}), nan, ${mean})`;
    },
    evaluate: (history) => {
      const rows = history.events.filter((row) => filter.test(row) && row.product_ids.length > 0);
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
      const most = `arrayMax(arrayMap(x -> countEqual(${values}, x), arrayDistinct(${values})))`;
      return `if(empty(${values}), nan, ${most} / length(${values}))`;
    },
    evaluate: (history) => {
      const tally = new Map<string, number>();
      let all = 0;
      for (const row of history.events) {
        if (!filter.test(row)) continue;
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

/** (moment, product) of every product line. */
function linesSql(use: Use, filter: Filter): string {
  return use.aggregate(`groupArrayArrayIf(arrayMap(x -> (at_ms, cityHash64(x)), product_ids), ${filter.sql})`);
}
