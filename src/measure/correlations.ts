// How do levels of intent go with what people are worth, whether they come back, and what they like [INT-20]? Scores of a
// moment that lies far enough back are held against the days after it: revenue so far (before the moment) and after it,
// whether they came again, and the categories they had looked at before. Rank correlations are Spearman's, with the interval
// of Bonett & Wright (2000).

import { currencyOf, inCurrency } from '../govern/index.ts';
import { resolvedEventsSql } from '../identify/index.ts';
import { normalQuantile, wilsonInterval } from '../math/index.ts';
import { findDataSpan, LEVELS, type Level, type ModelRecord } from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import { addDays, DAY_MS, fromClickHouseTime, toClickHouseTime } from '../time.ts';

export type Interval = [low: number, high: number];

export type LevelWorth = {
  level: Level;
  people: number;
  /** Mean revenue per person before the moment, in the days after it, and both. */
  revenueBefore: number | null;
  revenueAfter: number | null;
  revenueAfterInterval: Interval | null;
  lifetimeValue: number | null;
  lifetimeValueInterval: Interval | null;
  /** Share that did anything in the days after. */
  retention: number | null;
  retentionInterval: Interval | null;
  categories: CategoryAffinity[];
};

export type CategoryAffinity = {
  category: string;
  /** Share of the level that acted on it in the 90 days before, and that share over everyone's. */
  share: number;
  interval: Interval;
  lift: number;
};

export type Correlation = {
  with: 'revenueBefore' | 'revenueAfter' | 'retention';
  rho: number | null;
  interval: Interval | null;
};

export type IntentCorrelations = {
  modelId: string;
  /** The scoring that was looked at; null while there is none. */
  asOf: string | null;
  /** Days after it that are known. */
  daysAfter: number;
  currency: string | null;
  levels: LevelWorth[];
  correlations: Correlation[];
  statement: string;
};

const DAYS_AFTER = 30;
const DAYS_BEFORE = 90;
const MOST_CATEGORIES = 10;

export async function readCorrelations(store: Store, model: ModelRecord): Promise<IntentCorrelations> {
  const currency = await currencyOf(store, model.workspace);
  const chosen = await momentToJudge(store, model);
  const begun = { modelId: model.id, currency, asOf: chosen?.asOf.toISOString() ?? null, daysAfter: chosen?.days ?? 0 };
  if (chosen === undefined) {
    const statement = 'No scoring has a day after it yet, so nothing can be said of what came of it.';
    return { ...begun, levels: [], correlations: [], statement };
  }
  const [worth, affinity] = [await readWorth(store, model, chosen, currency), await readAffinity(store, model, chosen)];
  const levels = LEVELS.map((level) => describeLevel(level, worth, affinity));
  const correlations = worth.correlations;
  return { ...begun, levels, correlations, statement: inWords(levels, chosen.days, correlations) };
}

type Chosen = { asOf: Date; days: number };

/** The last scoring with 30 whole days after it; else the one with most days. */
async function momentToJudge(store: Store, model: ModelRecord): Promise<Chosen | undefined> {
  const span = await findDataSpan(store, model.workspace);
  if (span === undefined) return undefined;
  const end = span.to.getTime() + 1;
  const rows = await store.facts.rows<{ full: string; first: string; fulls: string; n: string }>(
    `SELECT maxIf(at, at <= {latest:DateTime64(3, 'UTC')}) AS full, min(at) AS first,
       countIf(at <= {latest:DateTime64(3, 'UTC')}) AS fulls, count() AS n
     FROM (SELECT DISTINCT as_of AS at FROM scores WHERE workspace = {workspace:String} AND model_id = {model:String})`,
    { workspace: model.workspace, model: model.id, latest: toClickHouseTime(end - DAYS_AFTER * DAY_MS) },
    'batch',
  );
  const [row] = rows;
  if (Number(row?.n ?? 0) === 0) return undefined;
  const asOf = fromClickHouseTime(Number(row.fulls) > 0 ? row.full : row.first);
  const days = Math.min(DAYS_AFTER, Math.floor((end - asOf.getTime()) / DAY_MS));
  return days >= 1 ? { asOf, days } : undefined;
}

const scoredSql = `SELECT profile, score, segment FROM scores FINAL WHERE workspace = {workspace:String}
  AND model_id = {model:String} AND as_of = {asOf:DateTime64(3, 'UTC')}`;

type WorthRow = {
  segment: Level;
  people: string;
  before: number;
  after: number;
  after_sd: number;
  life: number;
  life_sd: number;
  stayed: string;
};

type Worth = { rows: Map<Level, WorthRow>; correlations: Correlation[] };

async function readWorth(
  store: Store,
  model: ModelRecord,
  { asOf, days }: Chosen,
  currency: string | null,
): Promise<Worth> {
  const events = resolvedEventsSql({
    to: addDays(asOf, days),
    columns: ['at', 'event', 'revenue', 'currency'],
    where: 'bot = 0',
  });
  const money = `multiIf(NOT (${inCurrency(currency)}), 0, event = 'purchase', revenue, event = 'refund', -revenue, 0)`;
  const people = `SELECT s.segment AS segment, s.score AS score, e.earlier AS earlier, e.later AS later, e.again AS again
    FROM (${scoredSql}) AS s LEFT JOIN (
      SELECT profile, sumIf(${money}, at < {asOf:DateTime64(3, 'UTC')}) AS earlier,
        sumIf(${money}, at >= {asOf:DateTime64(3, 'UTC')}) AS later, max(at >= {asOf:DateTime64(3, 'UTC')}) AS again
      FROM (${events}) GROUP BY profile) AS e ON s.profile = e.profile`;
  const params = { workspace: model.workspace, model: model.id, asOf: toClickHouseTime(asOf) };
  const rows = await store.facts.rows<WorthRow>(
    `SELECT segment, count() AS people, avg(earlier) AS before, avg(later) AS after, stddevSamp(later) AS after_sd,
       avg(earlier + later) AS life, stddevSamp(earlier + later) AS life_sd, sum(again) AS stayed
     FROM (${people}) GROUP BY segment`,
    params,
    'batch',
  );
  const [ranks] = await store.facts.rows<Record<'n' | 'before' | 'after' | 'stayed', string | number | null>>(
    `SELECT count() AS n, rankCorr(score, earlier) AS before, rankCorr(score, later) AS after, rankCorr(score, again) AS stayed
     FROM (${people}) HAVING n > 3`,
    params,
    'batch',
  );
  const of = (name: 'before' | 'after' | 'stayed') =>
    spearman(Number(ranks?.[name] ?? Number.NaN), Number(ranks?.n ?? 0));
  return {
    rows: new Map(rows.map((row) => [row.segment, row])),
    correlations: [
      { with: 'revenueBefore', ...of('before') },
      { with: 'revenueAfter', ...of('after') },
      { with: 'retention', ...of('stayed') },
    ],
  };
}

function spearman(rho: number, n: number): Omit<Correlation, 'with'> {
  if (!Number.isFinite(rho) || n <= 3) return { rho: null, interval: null };
  const half = normalQuantile(0.975) * Math.sqrt((1 + rho ** 2 / 2) / (n - 3));
  const z = Math.atanh(Math.max(-0.999999, Math.min(0.999999, rho)));
  return { rho, interval: [Math.tanh(z - half), Math.tanh(z + half)] };
}

type AffinityRow = { segment: Level; category: string; people: string; everyone: string; all: string };

async function readAffinity(store: Store, model: ModelRecord, { asOf }: Chosen): Promise<AffinityRow[]> {
  const events = resolvedEventsSql({
    from: addDays(asOf, -DAYS_BEFORE),
    to: asOf,
    columns: ['at', 'categories'],
    where: 'bot = 0 AND notEmpty(categories)',
  });
  return store.facts.rows<AffinityRow>(
    `SELECT segment, category, people, everyone, (SELECT count() FROM (${scoredSql})) AS all FROM (
       SELECT segment, category, people, sum(people) OVER (PARTITION BY category) AS everyone FROM (
         SELECT s.segment AS segment, e.category AS category, uniqExact(s.profile) AS people
         FROM (SELECT profile, toString(arrayJoin(arrayDistinct(categories))) AS category FROM (${events})) AS e
         INNER JOIN (${scoredSql}) AS s ON s.profile = e.profile WHERE category != '' GROUP BY segment, category))
     ORDER BY people DESC, category LIMIT ${MOST_CATEGORIES} BY segment`,
    { workspace: model.workspace, model: model.id, asOf: toClickHouseTime(asOf) },
    'batch',
  );
}

function describeLevel(level: Level, worth: Worth, affinity: readonly AffinityRow[]): LevelWorth {
  const row = worth.rows.get(level);
  const people = Number(row?.people ?? 0);
  if (row === undefined || people === 0) {
    const unknown = { revenueBefore: null, revenueAfter: null, revenueAfterInterval: null, lifetimeValue: null };
    return {
      level,
      people: 0,
      ...unknown,
      lifetimeValueInterval: null,
      retention: null,
      retentionInterval: null,
      categories: [],
    };
  }
  const stayed = Number(row.stayed);
  return {
    level,
    people,
    revenueBefore: row.before,
    revenueAfter: row.after,
    revenueAfterInterval: meanInterval(row.after, row.after_sd, people),
    lifetimeValue: row.life,
    lifetimeValueInterval: meanInterval(row.life, row.life_sd, people),
    retention: stayed / people,
    retentionInterval: wilsonInterval(stayed, people),
    categories: affinity
      .filter(({ segment }) => segment === level)
      .map((one) => ({
        category: one.category,
        share: Number(one.people) / people,
        interval: wilsonInterval(Number(one.people), people),
        lift: Number(one.people) / people / (Number(one.everyone) / Number(one.all)),
      })),
  };
}

/** By the normal law of means; null for one person, of whom no spread is known. */
function meanInterval(mean: number, sd: number, n: number): Interval | null {
  if (n < 2 || !Number.isFinite(sd)) return null;
  const half = (normalQuantile(0.975) * sd) / Math.sqrt(n);
  return [mean - half, mean + half];
}

function inWords(levels: readonly LevelWorth[], days: number, correlations: readonly Correlation[]): string {
  const told = levels
    .filter(({ people }) => people > 0)
    .map(
      ({ level, retention, revenueAfter }) =>
        `${level[0]}${level.slice(1).toLowerCase()}: ${Math.round(100 * (retention ?? 0))} % came again, ${(revenueAfter ?? 0).toFixed(2)} each`,
    );
  const rho = correlations.find((one) => one.with === 'revenueAfter');
  const rank =
    rho?.rho === null || rho?.interval == null
      ? ''
      : ` Score and revenue after it: rank correlation ${rho.rho.toFixed(2)} (${rho.interval.map((value) => value.toFixed(2)).join(' to ')}).`;
  return `In the ${days} days after the scoring: ${told.join('; ')}.${rank}`;
}
