// How a model did in life [INT-7]: once the timeframe of a day's scores has passed, who converted is held against what
// was predicted. A day is logged as its counts per score, from which every figure at every threshold follows. Only
// scores that were predictions count: a moment that the model's own training data reach beyond proves nothing. People who
// were acted upon are set aside, and those who were held back weigh more and stand for them (acted.ts).

import { labelsSql } from '../features/index.ts';
import { getWorkspace } from '../govern/index.ts';
import { calibrationError, rocAuc } from '../learn/index.ts';
import { normalQuantile, wilsonInterval } from '../math/index.ts';
import type { Store } from '../store/index.ts';
import { addDays, fromClickHouseTime, toClickHouseTime } from '../time.ts';
import { actedUpon, withActed } from './acted.ts';
import type { Interval } from './evaluate.ts';
import { findDataSpan } from './history.ts';
import { listModels, type ModelRecord } from './registry.ts';
import { levelRange } from './score.ts';

/**
 * People with one score, how many of them converted, and how many were expected to. Whoever stands for people who were
 * set aside counts as many times; `squares` is the sum of the squared weights.
 */
export type ScoreTally = { score: number; people: number; conversions: number; expected: number; squares: number };

/** People who are in no figure, because something was done to them while their outcome was awaited. */
export type SetAside = {
  setAside: number;
  /** Held back at random from the same audiences: they stand for those set aside. */
  heldBack: number;
  /** Set aside by an activation that holds nobody back: nobody stands for them. */
  unrepresented: number;
};

/** The figures of one or more days at a threshold: everybody with at least that score was predicted to convert. */
export type AccuracyFigures = {
  predictionsCount: number;
  conversionsCount: number;
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
  accuracy: number | null;
  precision: number | null;
  precisionInterval: Interval | null;
  recall: number | null;
  f1Score: number | null;
  /**
   * By how many percent more of the people predicted to convert did so than of as many people chosen at random from all
   * that were scored, the control; with its 95 % interval.
   */
  conversionLiftVsControl: number | null;
  liftInterval: Interval | null;
  auc: number | null;
  /** Mean |observed − predicted| over ten groups of equal size. */
  calibrationError: number | null;
  expectedConversions: number;
};

export type AccuracyDay = AccuracyFigures & SetAside & { date: string; asOf: string; knownAt: string };

export type AccuracyReport = {
  modelId: string;
  timeframeDays: number;
  threshold: number;
  days: AccuracyDay[];
  /** All days together; somebody who was scored on several days counts on each. Null without a day. */
  overall: (AccuracyFigures & SetAside) | null;
  /** Counts per score over all days, for a threshold of one's own. */
  scores: ScoreTally[];
  /** When the next day's outcomes will be known; null when no scoring waits. */
  nextKnownAt: string | null;
  statement: string;
};

/** Late events still count when they come within so many days after the timeframe. */
const LATE_DAYS = 3;
const [HIGH_FROM] = levelRange('HIGH');

/** Logs the days whose outcomes are known by now; answers how many were logged or brought up to date. */
export async function logAccuracy(store: Store, { workspace, now }: { workspace: string; now: Date }): Promise<number> {
  const span = await findDataSpan(store, workspace);
  if (span === undefined) return 0;
  const { timeZone } = await getWorkspace(store, workspace);
  let logged = 0;
  for (const model of await listModels(store, workspace)) {
    for (const { date, asOf } of await scoringsOf(store, model, timeZone)) {
      const knownAt = addDays(asOf, model.timeframeDays);
      if (knownAt.getTime() > span.to.getTime() + 1 || knownAt > now) break;
      if (!(await isDue(store, model, date, knownAt))) continue;
      await writeDay(store, model, { date, asOf, knownAt, ...(await tally(store, model, asOf)), now });
      logged++;
    }
  }
  return logged;
}

export type AccuracyQuery = { from?: string; to?: string; threshold?: number };

/** The log of a model, oldest day first; `from` and `to` are days, both included. */
export async function readAccuracy(
  store: Store,
  model: ModelRecord,
  { from, to, threshold = HIGH_FROM }: AccuracyQuery,
): Promise<AccuracyReport> {
  const rows = await store.state.query<DayRow>(
    `SELECT to_char(date, 'YYYY-MM-DD') AS date, as_of, known_at, scores, set_aside, held_back, unrepresented
     FROM accuracy_logs
     WHERE workspace = $1 AND model_id = $2 AND ($3::date IS NULL OR date >= $3) AND ($4::date IS NULL OR date <= $4)
     ORDER BY date`,
    [model.workspace, model.id, from ?? null, to ?? null],
  );
  const days = rows.map(({ date, as_of, known_at, scores, set_aside, held_back, unrepresented }) => ({
    date,
    asOf: new Date(as_of).toISOString(),
    knownAt: new Date(known_at).toISOString(),
    ...figuresAt(scores.map(toTally), threshold),
    ...{ setAside: set_aside, heldBack: held_back, unrepresented },
  }));
  const scores = sumTallies(rows.map((row) => row.scores.map(toTally)));
  const overall = days.length > 0 ? { ...figuresAt(scores, threshold), ...sumSetAside(days) } : null;
  return {
    modelId: model.id,
    timeframeDays: model.timeframeDays,
    threshold,
    days,
    overall,
    scores,
    nextKnownAt: await nextKnownAt(store, model, days.at(-1)?.asOf),
    statement: stateInWords(model, days.length, overall, threshold),
  };
}

/** Every figure at a threshold, from counts per score; weighted counts are told as whole people. */
export function figuresAt(tallies: readonly ScoreTally[], threshold: number): AccuracyFigures {
  const called = sumOf(tallies.filter(({ score }) => score >= threshold));
  const all = sumOf(tallies);
  const truePositives = called.conversions;
  const falsePositives = called.people - called.conversions;
  const falseNegatives = all.conversions - called.conversions;
  const trueNegatives = all.people - called.people - falseNegatives;
  const mixed = all.conversions > 0 && all.conversions < all.people;
  return {
    predictionsCount: Math.round(all.people),
    conversionsCount: Math.round(all.conversions),
    truePositives: Math.round(truePositives),
    falsePositives: Math.round(falsePositives),
    trueNegatives: Math.round(trueNegatives),
    falseNegatives: Math.round(falseNegatives),
    accuracy: share(truePositives + trueNegatives, all.people),
    precision: share(truePositives, called.people),
    precisionInterval:
      called.people > 0 ? wilsonInterval(truePositives / worth(called), called.people / worth(called)) : null,
    recall: share(truePositives, all.conversions),
    f1Score: share(2 * truePositives, called.people + all.conversions),
    ...liftOf(called, all),
    auc: mixed ? ranking(tallies) : null,
    calibrationError: all.people > 0 ? miscalibration(tallies) : null,
    expectedConversions: all.expected,
  };
}

type Scoring = { date: string; asOf: Date };

/** The last scoring of each day (of the workspace's zone) that looked further than the training did, oldest first. */
async function scoringsOf(store: Store, model: ModelRecord, timeZone: string): Promise<Scoring[]> {
  const learnedTo = model.lineage?.dataTo;
  if (learnedTo == null) return [];
  const rows = await store.facts.rows<{ date: string; last: string }>(
    `SELECT toString(toDate(as_of, {timeZone:String})) AS date, max(as_of) AS last FROM
       (SELECT DISTINCT as_of FROM scores WHERE workspace = {workspace:String} AND model_id = {model:String}
        AND as_of >= {learnedTo:DateTime64(3, 'UTC')})
     GROUP BY date ORDER BY date`,
    { workspace: model.workspace, model: model.id, timeZone, learnedTo: toClickHouseTime(new Date(learnedTo)) },
    'batch',
  );
  return rows.map(({ date, last }) => ({ date, asOf: fromClickHouseTime(last) }));
}

/** Not logged yet, or logged while late events could still come in. */
async function isDue(store: Store, model: ModelRecord, date: string, knownAt: Date): Promise<boolean> {
  const [row] = await store.state.query<{ created_at: Date }>(
    'SELECT created_at FROM accuracy_logs WHERE model_id = $1 AND date = $2',
    [model.id, date],
  );
  return row === undefined || new Date(row.created_at) < addDays(knownAt, LATE_DAYS);
}

type Tallied = SetAside & { tallies: ScoreTally[] };

async function tally(store: Store, model: ModelRecord, asOf: Date): Promise<Tallied> {
  const { workspace, conversionEvent: event, timeframeDays, productCategory } = model;
  const labels = labelsSql({ event, timeframeDays, category: productCategory ?? undefined }, asOf);
  const acted = await actedUpon(store, { workspace, asOf, days: timeframeDays });
  const scored = `SELECT profile, score, probability FROM scores FINAL WHERE workspace = {workspace:String}
    AND model_id = {model:String} AND as_of = {asOf:DateTime64(3, 'UTC')}`;
  const people = acted ? withActed(scored, acted) : `SELECT *, 0 AS acted, 1. AS kept, 0 AS reached FROM (${scored})`;
  const rows = await store.facts.rows<Record<keyof ScoreTally | keyof SetAside, number | string>>(
    `SELECT score, sum(weight) AS people, sumIf(weight, converted) AS conversions, sum(weight * probability) AS expected,
       sum(weight * weight) AS squares, countIf(acted = 1) AS setAside, countIf(acted = 0 AND reached) AS heldBack,
       countIf(acted = 1 AND kept < 1e-6) AS unrepresented
     FROM (SELECT p.score AS score, toFloat64(p.probability) AS probability, p.acted AS acted, p.kept AS kept,
         p.reached AS reached, multiIf(p.acted = 1, 0, p.reached, 1 / p.kept, 1) AS weight, l.profile != 0 AS converted
       FROM (${people}) AS p LEFT JOIN (${labels}) AS l ON p.profile = l.profile)
     GROUP BY score ORDER BY score`,
    { ...acted?.params, workspace, model: model.id, asOf: toClickHouseTime(asOf) },
    'batch',
  );
  const numbers = rows.map((row) => ({
    score: Number(row.score),
    people: Number(row.people),
    conversions: Number(row.conversions),
    expected: Number(row.expected),
    squares: Number(row.squares),
    setAside: Number(row.setAside),
    heldBack: Number(row.heldBack),
    unrepresented: Number(row.unrepresented),
  }));
  return {
    tallies: numbers
      .filter(({ people }) => people > 0)
      .map(({ score, people, conversions, expected, squares }) => ({ score, people, conversions, expected, squares })),
    ...sumSetAside(numbers),
  };
}

function sumSetAside(parts: readonly SetAside[]): SetAside {
  return addUp(parts, ['setAside', 'heldBack', 'unrepresented']);
}

type NewDay = Scoring & Tallied & { knownAt: Date; now: Date };

async function writeDay(store: Store, model: ModelRecord, day: NewDay) {
  const { date, asOf, knownAt, tallies, setAside, heldBack, unrepresented, now } = day;
  const all = sumOf(tallies);
  const scores = tallies.map((at) => [at.score, at.people, at.conversions, at.expected, at.squares]);
  await store.state.query(
    `INSERT INTO accuracy_logs (workspace, model_id, date, as_of, known_at, predictions_count, conversions_count, scores,
       created_at, set_aside, held_back, unrepresented)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, $12)
     ON CONFLICT (model_id, date) DO UPDATE SET as_of = excluded.as_of, known_at = excluded.known_at,
       predictions_count = excluded.predictions_count, conversions_count = excluded.conversions_count,
       scores = excluded.scores, created_at = excluded.created_at, set_aside = excluded.set_aside,
       held_back = excluded.held_back, unrepresented = excluded.unrepresented`,
    [
      ...[model.workspace, model.id, date, asOf, knownAt, Math.round(all.people), Math.round(all.conversions)],
      ...[JSON.stringify(scores), now, setAside, heldBack, unrepresented],
    ],
  );
}

type DayRow = {
  date: string;
  as_of: Date;
  known_at: Date;
  /** Days logged before anybody could be set aside have no squares: everybody counts once. */
  scores: [score: number, people: number, conversions: number, expected: number, squares?: number][];
  set_aside: number;
  held_back: number;
  unrepresented: number;
};

function toTally([score, people, conversions, expected, squares = people]: DayRow['scores'][number]): ScoreTally {
  return { score, people, conversions, expected, squares };
}

function sumTallies(days: readonly ScoreTally[][]): ScoreTally[] {
  const byScore = Map.groupBy(days.flat(), ({ score }) => score);
  return [...byScore].map(([score, tallies]) => ({ score, ...sumOf(tallies) })).sort((a, b) => a.score - b.score);
}

type Sum = Omit<ScoreTally, 'score'>;

function sumOf(tallies: readonly ScoreTally[]): Sum {
  return addUp(tallies, ['people', 'conversions', 'expected', 'squares']);
}

/** The sum of each of the figures. */
function addUp<Figure extends string>(
  parts: readonly Readonly<Record<Figure, number>>[],
  figures: readonly Figure[],
): Record<Figure, number> {
  const sums = figures.map((figure) => [figure, parts.reduce((sum, part) => sum + part[figure], 0)]);
  return Object.fromEntries(sums) as Record<Figure, number>;
}

/** People per person who was seen (Kish 1965): 1 where everybody counts once. */
function worth({ people, squares }: Sum): number {
  return people > 0 ? squares / people : 1;
}

/**
 * The ratio of two rates of which one group is part of the other. With n people called, of whom a share p converted,
 * and N in all with a share q: Var log(p/q) ≈ (1 − p)/np + [np(1 − p) + mr(1 − r)]/(Nq)² − 2(1 − p)/Nq by the delta
 * method, where m = N − n people, of whom a share r converted, were not called.
 */
function liftOf(called: Sum, all: Sum): Pick<AccuracyFigures, 'conversionLiftVsControl' | 'liftInterval'> {
  const p = called.conversions / called.people;
  const q = all.conversions / all.people;
  if (!(p >= 0) || !(q > 0)) return { conversionLiftVsControl: null, liftInterval: null };
  const lift = 100 * (p / q - 1);
  if (p === 0) return { conversionLiftVsControl: lift, liftInterval: null };
  const others = all.people - called.people;
  const r = others > 0 ? (all.conversions - called.conversions) / others : 0;
  const ofAll = (called.people * p * (1 - p) + others * r * (1 - r)) / (all.people * q) ** 2;
  const variance = (1 - p) / (called.people * p) + ofAll - (2 * (1 - p)) / (all.people * q);
  // Of weighted people fewer were seen than they stand for, most so among those called.
  const half = normalQuantile(0.975) * Math.sqrt(Math.max(0, variance) * Math.max(worth(called), worth(all)));
  const bound = (sign: number) => 100 * ((p / q) * Math.exp(sign * half) - 1);
  return { conversionLiftVsControl: lift, liftInterval: [bound(-1), bound(1)] };
}

/** A row for those who converted at a score and one for those who did not, weighted by how many they are. */
function weighted(tallies: readonly ScoreTally[]): { y: number[]; p: number[]; w: number[] } {
  const rows = tallies.flatMap(({ people, conversions, expected }) => {
    const p = Math.min(1, expected / people);
    return [
      [1, p, conversions],
      [0, p, people - conversions],
    ];
  });
  return { y: rows.map(([y]) => y), p: rows.map(([, p]) => p), w: rows.map(([, , w]) => w) };
}

function ranking(tallies: readonly ScoreTally[]): number {
  const { y, p, w } = weighted(tallies);
  return rocAuc(y, p, w);
}

function miscalibration(tallies: readonly ScoreTally[]): number {
  const { y, p, w } = weighted(tallies);
  return calibrationError(y, p, { w });
}

/** When the outcomes of the first scoring after the last logged one are due. */
async function nextKnownAt(store: Store, model: ModelRecord, lastAsOf: string | undefined): Promise<string | null> {
  const { timeZone } = await getWorkspace(store, model.workspace);
  const waiting = (await scoringsOf(store, model, timeZone)).find(
    ({ asOf }) => lastAsOf === undefined || asOf > new Date(lastAsOf),
  );
  return waiting ? addDays(waiting.asOf, model.timeframeDays).toISOString() : null;
}

function stateInWords(
  model: ModelRecord,
  days: number,
  overall: (AccuracyFigures & SetAside) | null,
  threshold: number,
): string {
  const within = `within ${model.timeframeDays} ${model.timeframeDays === 1 ? 'day' : 'days'}`;
  if (overall === null) return `No score is ${model.timeframeDays} days old yet, so no outcome is known.`;
  const base = Math.round((1000 * overall.conversionsCount) / overall.predictionsCount) / 10;
  const over = `over ${days} ${days === 1 ? 'day' : 'days'} of scores`;
  if (overall.precision === null) {
    return `Nobody had a score of ${threshold} or more ${over}; of everyone, ${base} in 100 converted ${within}.${asideInWords(overall)}`;
  }
  const called = threshold === HIGH_FROM ? 'called High' : `with a score of ${threshold} or more`;
  return `Of 100 people ${called}, ${Math.round(100 * overall.precision)} converted ${within}, ${over}; of as many chosen at random, ${base} would have.${asideInWords(overall)}`;
}

function asideInWords({ setAside, heldBack, unrepresented }: SetAside): string {
  if (setAside === 0) return '';
  const people = (n: number) => `${n.toLocaleString('en-US')} ${n === 1 ? 'person' : 'people'}`;
  const nobody =
    unrepresented > 0
      ? ` For ${unrepresented.toLocaleString('en-US')} of them nobody was held back, so the figures are not of them.`
      : '';
  return ` ${people(setAside)} who were acted upon are set aside; ${people(heldBack)} held back stand for them.${nobody}`;
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
