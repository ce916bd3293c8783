// Did what was loaded arrive whole [WH-1]? Each check holds the star schema that analysts query against the rows it is drawn
// from, or against what such a row has to be; a check that fails says how many rows and which statement finds them.

import type { Store } from '../store/index.ts';

export type WarehouseCheck = {
  name: string;
  sentence: string;
  passed: boolean;
  /** Rows that break it, of how many. */
  broken: number;
  of: number;
  /** Finds the rows; bind {workspace:String}. */
  sql: string;
};

export type WarehouseReport = {
  /** Rows of every view. */
  counts: Record<string, number>;
  checks: WarehouseCheck[];
  statement: string;
};

const views = [
  ...['dim_customer', 'dim_identity', 'dim_product', 'dim_category', 'dim_platform', 'dim_date'],
  ...['fact_event', 'fact_session', 'fact_transaction', 'fact_exposure', 'intent_score'],
];

type Check = { name: string; sentence: string; broken: string; of: string };

const here = 'workspace = {workspace:String}';
const customers = `SELECT customer_id FROM dim_customer WHERE ${here}`;

/** How many rows of a table or view there are, of those that fit. */
const rowsOf = (table: string, and = '') => `SELECT count() AS of FROM ${table} WHERE ${here}${and && ` AND ${and}`}`;
/** How many of them break a rule. */
const breaking = (table: string, rule: string) => `SELECT count() AS broken FROM ${table} WHERE ${here} AND ${rule}`;

const checks: readonly Check[] = [
  {
    name: 'every event once',
    sentence: 'fact_event has as many rows as there are events.',
    broken: `SELECT abs(toInt64((SELECT count() FROM events WHERE ${here})) - toInt64((SELECT count() FROM fact_event WHERE ${here}))) AS broken`,
    of: rowsOf('events'),
  },
  {
    name: 'no message twice',
    sentence: 'No message id stands in two events.',
    broken: `SELECT count() - uniqExact(event_id) AS broken FROM fact_event WHERE ${here} AND event_id != ''`,
    of: rowsOf('fact_event'),
  },
  {
    name: 'every event has its person',
    sentence: 'Each customer_id of fact_event stands in dim_customer.',
    broken: breaking('fact_event', `customer_id NOT IN (${customers})`),
    of: rowsOf('fact_event'),
  },
  {
    name: 'every event has its day',
    sentence: 'Each date_key of fact_event stands in dim_date.',
    broken: breaking('fact_event', `date_key NOT IN (SELECT date_key FROM dim_date WHERE ${here})`),
    of: rowsOf('fact_event'),
  },
  {
    name: 'no event from the future',
    sentence: 'No event happened more than a day after it was received.',
    broken: breaking('events', 'at > received_at + INTERVAL 1 DAY'),
    of: rowsOf('events'),
  },
  {
    name: 'orders add up',
    sentence: 'The lines of a purchase or refund in fact_transaction sum to its revenue.',
    broken: `SELECT count() AS broken FROM (SELECT transaction_id, transaction_type, customer_id, transaction_datetime,
      abs(sum(total_value) - any(order_value)) > 0.005 * greatest(1, abs(any(order_value))) AS off FROM fact_transaction
      WHERE ${here} GROUP BY transaction_id, transaction_type, customer_id, transaction_datetime
      HAVING count() = uniqExact(line_number) AND off)`,
    of: rowsOf('fact_event', "event_type IN ('purchase', 'refund')"),
  },
  {
    name: 'purchases have a price',
    sentence: 'No purchase has a revenue below zero.',
    broken: breaking('fact_event', "event_type = 'purchase' AND revenue < 0"),
    of: rowsOf('fact_event', "event_type = 'purchase'"),
  },
  {
    name: 'totals of people are those of their events',
    sentence: 'total_events of dim_customer sums to the events.',
    broken: `SELECT abs(toInt64((SELECT sum(total_events) FROM dim_customer WHERE ${here})) - toInt64((SELECT count() FROM fact_event WHERE ${here}))) AS broken`,
    of: rowsOf('fact_event'),
  },
  {
    name: 'every visit has its person',
    sentence: 'Each customer_id of fact_session stands in dim_customer.',
    broken: breaking('fact_session', `customer_id NOT IN (${customers})`),
    of: rowsOf('fact_session'),
  },
  {
    name: 'visits end after they begin',
    sentence: 'No visit ends before it begins.',
    broken: breaking('fact_session', 'end_time < start_time'),
    of: rowsOf('fact_session'),
  },
  {
    name: 'scores are what they say',
    sentence: 'Each score is its probability in percent, and each level that of its score.',
    broken: breaking(
      'intent_score',
      `(abs(score - 100 * probability) > 0.501
      OR intent_level != multiIf(score >= 70, 'HIGH', score >= 40, 'MEDIUM', 'LOW'))`,
    ),
    of: rowsOf('intent_score'),
  },
];

export async function validateWarehouse(store: Store, workspace: string): Promise<WarehouseReport> {
  const one = async (sql: string) => {
    const [row] = await store.facts.rows<Record<string, string | number>>(sql, { workspace }, 'batch');
    return Number(Object.values(row ?? {})[0] ?? 0);
  };
  const counts: Record<string, number> = {};
  for (const view of views) counts[view] = await one(`SELECT count() AS n FROM ${view} WHERE ${here}`);
  const done: WarehouseCheck[] = [];
  for (const { name, sentence, broken: sql, of: whole } of checks) {
    const [broken, of] = [await one(sql), await one(whole)];
    done.push({ name, sentence, passed: broken === 0, broken, of, sql });
  }
  return { counts, checks: done, statement: inWords(counts, done) };
}

function inWords(counts: Readonly<Record<string, number>>, done: readonly WarehouseCheck[]): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const loaded = `${number(counts['fact_event'])} events of ${number(counts['dim_customer'])} people`;
  const failed = done.filter(({ passed }) => !passed);
  if (failed.length === 0) return `${loaded}; all ${done.length} checks hold.`;
  const told = failed.map(({ sentence, broken, of }) => `"${sentence}" fails for ${number(broken)} of ${number(of)}`);
  return `${loaded}; ${failed.length} of ${done.length} checks fail: ${told.join('; ')}.`;
}
