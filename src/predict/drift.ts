// Are people still those that the model learned from? The spread of every signal of the model, and of its scores, is held
// against what it was in training. How far it moved is the population stability index over tenths of the training; whether
// that is more than chance a two-sample Kolmogorov–Smirnov test for amounts (in the engine) and chi-square for flags,
// categories and the share of unknown values, with at most one false discovery in twenty over all signals (Benjamini &
// Hochberg 1995). Both have to say so: of many people the smallest move is significant, of few a large one may be luck.

import { signals as everySignal } from '../features/index.ts';
import { chiSquareTail, kolmogorovTail } from '../math/index.ts';
import type { Params, Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { drawScored, MOST_DRAWN } from './draw.ts';
import { prepareSnapshots } from './history.ts';
import { listModels, type ModelRecord } from './registry.ts';
import { countByScore, latestScoring } from './scores.ts';

/** Below 0.1 a spread counts as the same, from 0.25 on as another (Siddiqi 2006). */
export const PSI_MODERATE = 0.1;
export const PSI_MAJOR = 0.25;

export type DriftLevel = 'STABLE' | 'MODERATE' | 'MAJOR';

/** People per bin before and now; `upTo` = the upper end of a bin, null = the last one. */
export type DriftBin = { upTo: number | null; before: number; now: number };

export type Drift = {
  psi: number;
  test: 'kolmogorov-smirnov' | 'chi-square';
  statistic: number;
  pValue: number;
  level: DriftLevel;
  bins: DriftBin[];
  /** People of whom nothing is known. */
  unknown: { before: number; now: number };
};

export type SignalDrift = Drift & {
  signal: string;
  sentence: string;
  unit: string;
  /** Smallest share of false discoveries at which it would still be called a change. */
  qValue: number;
  /** In the model, 0 to 1. */
  importance: number;
};

export type CategoryDrift = Omit<Drift, 'bins' | 'unknown'> & {
  values: { value: string; before: number; now: number }[];
};

export type DriftReport = {
  modelId: string;
  /** People as known at these moments. */
  before: string;
  now: string;
  people: { before: number; now: number };
  /** Of the scores; null where the model was never tested. */
  score: Drift | null;
  /** Which category people lean to most. */
  category: CategoryDrift | null;
  /** Farthest moved first. */
  signals: SignalDrift[];
  counts: Record<DriftLevel, number>;
  thresholds: { moderate: number; major: number; falseDiscoveries: number };
  statement: string;
};

const FALSE_DISCOVERIES = 0.05;
const SIGNALS_AT_ONCE = 48;
const TENTHS = Array.from({ length: 9 }, (_, i) => (i + 1) / 10);
const REPORTS_KEPT = 60;

/** Measures every active model at its latest scoring and keeps the report; answers how many were measured. */
export async function measureDrift(
  store: Store,
  { workspace, now }: { workspace: string; now: Date },
): Promise<number> {
  let measured = 0;
  for (const model of await listModels(store, workspace)) {
    if (model.status !== 'ACTIVE') continue;
    const report = await compareSpreads(store, model, now);
    if (report === undefined) continue;
    await keepReport(store, model, report, now);
    measured++;
  }
  return measured;
}

/** The latest report of a model; undefined before the first. */
export async function readDrift({ state }: Store, model: ModelRecord): Promise<DriftReport | undefined> {
  const [row] = await state.query<{ report: DriftReport }>(
    'SELECT report FROM drift_reports WHERE workspace = $1 AND model_id = $2 ORDER BY as_of DESC LIMIT 1',
    [model.workspace, model.id],
  );
  return row?.report;
}

export type DriftDay = { now: string; scorePsi: number | null; counts: Record<DriftLevel, number> };

/** What earlier reports said in brief, oldest first. */
export async function listDrift({ state }: Store, model: ModelRecord): Promise<DriftDay[]> {
  const rows = await state.query<{ now: string; psi: number | null; counts: DriftDay['counts'] }>(
    `SELECT report->>'now' AS now, (report->'score'->>'psi')::float8 AS psi, report->'counts' AS counts
     FROM drift_reports WHERE workspace = $1 AND model_id = $2 ORDER BY as_of`,
    [model.workspace, model.id],
  );
  return rows.map(({ now, psi, counts }) => ({ now, scorePsi: psi, counts }));
}

/** How far a spread moved, over bins with people on either side; half a person stands in an empty one. */
export function stabilityIndex(bins: readonly { before: number; now: number }[]): number {
  const used = bins.filter((bin) => bin.before + bin.now > 0);
  const total = (of: 'before' | 'now') => used.reduce((sum, bin) => sum + Math.max(bin[of], 0.5), 0);
  const [before, now] = [total('before'), total('now')];
  return used.reduce((sum, bin) => {
    const [p, q] = [Math.max(bin.before, 0.5) / before, Math.max(bin.now, 0.5) / now];
    return sum + (q - p) * Math.log(q / p);
  }, 0);
}

/** Whether two samples of counts have one spread. */
export function chiSquareTest(bins: readonly { before: number; now: number }[]): { statistic: number; pValue: number } {
  const used = bins.filter((bin) => bin.before + bin.now > 0);
  const [before, now] = (['before', 'now'] as const).map((of) => used.reduce((sum, bin) => sum + bin[of], 0));
  if (used.length < 2 || before === 0 || now === 0) return { statistic: 0, pValue: 1 };
  let statistic = 0;
  for (const bin of used) {
    const both = bin.before + bin.now;
    const [p, q] = [(both * before) / (before + now), (both * now) / (before + now)];
    statistic += (bin.before - p) ** 2 / p + (bin.now - q) ** 2 / q;
  }
  return { statistic, pValue: chiSquareTail(statistic, used.length - 1) };
}

/** For each p-value the smallest share of false discoveries at which it stands (Benjamini & Hochberg). */
export function falseDiscoveryRates(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[b] - pValues[a]);
  const rates = new Array<number>(pValues.length);
  let smallest = 1;
  order.forEach((place, fromLargest) => {
    const rank = pValues.length - fromLargest;
    smallest = Math.min(smallest, (pValues[place] * pValues.length) / rank);
    rates[place] = smallest;
  });
  return rates;
}

async function compareSpreads(store: Store, model: ModelRecord, now: Date): Promise<DriftReport | undefined> {
  const before = learnedAt(model);
  const asOf = await latestScoring(store, model);
  if (before === undefined || asOf === undefined) return undefined;
  const sides = await readSides(store, model, { before, asOf, now });
  if (sides.people.before === 0 || sides.people.now === 0) return undefined;
  const signals = await compareSignals(store, model, sides);
  const score = await compareScores(store, model);
  const category = await compareCategories(store, sides);
  const counts = { STABLE: 0, MODERATE: 0, MAJOR: 0 };
  for (const { level } of signals) counts[level]++;
  return {
    modelId: model.id,
    before: before.toISOString(),
    now: asOf.toISOString(),
    people: sides.people,
    score,
    category,
    signals,
    counts,
    thresholds: { moderate: PSI_MODERATE, major: PSI_MAJOR, falseDiscoveries: FALSE_DISCOVERIES },
    statement: inWords(signals, score),
  };
}

/** The last moment whose people the model in use has learned from. */
function learnedAt({ lineage }: ModelRecord): Date | undefined {
  const snapshots = lineage?.snapshots ?? [];
  const used = snapshots.filter(({ role }) => role === 'deploy');
  const last = (used.length > 0 ? used : snapshots.filter(({ role }) => role === 'train'))
    .map(({ asOf }) => asOf)
    .sort()
    .at(-1);
  return last === undefined ? undefined : new Date(last);
}

type Sides = {
  /** A SELECT of (side, category, values) of the people drawn: 0 = before, 1 = now. */
  sql: string;
  params: Params;
  people: { before: number; now: number };
};

/** Before: the snapshot that was learned from. Now: a draw of those who were scored. */
async function readSides(
  store: Store,
  model: ModelRecord,
  { before, asOf, now }: { before: Date; asOf: Date; now: Date },
): Promise<Sides> {
  const { workspace } = model;
  const learnedSet = await prepareSnapshots(store, { workspace, moments: [before], now });
  const { signalSet: drawnSet, people: scored } = await drawScored(store, model, { asOf, now });
  const params: Params = {
    ...{ workspace, learnedSet, drawnSet },
    ...{ before: toClickHouseTime(before), now: toClickHouseTime(asOf) },
  };
  const from = (set: string, moment: string) =>
    `features FINAL WHERE workspace = {workspace:String} AND signal_set = {${set}:String} AND as_of = {${moment}:DateTime64(3, 'UTC')}`;
  const [learned] = await store.facts.rows<{ n: string }>(
    `SELECT count() AS n FROM ${from('learnedSet', 'before')}`,
    params,
    'batch',
  );
  const people = { before: Number(learned.n), now: scored };
  const drawn = `cityHash64(profile) % ${Math.max(1, Math.ceil(people.before / MOST_DRAWN))} = 0`;
  const select = (side: 0 | 1, rows: string) =>
    `SELECT toUInt8(${side}) AS side, toString(category) AS category, values FROM ${rows}`;
  const sql = `${select(0, `${from('learnedSet', 'before')} AND ${drawn}`)} UNION ALL ${select(1, from('drawnSet', 'now'))}`;
  return { sql, params, people };
}

async function compareSignals(store: Store, model: ModelRecord, sides: Sides): Promise<SignalDrift[]> {
  const used = new Set(model.lineage?.signals ?? []);
  const importance = new Map(model.drivers.map((driver) => [driver.signal, driver.importance]));
  const chosen = everySignal.flatMap((signal, i) => (used.has(signal.name) ? [{ signal, place: i + 1 }] : []));
  const found: Omit<SignalDrift, 'qValue' | 'level'>[] = [];
  for (let from = 0; from < chosen.length; from += SIGNALS_AT_ONCE) {
    const some = chosen.slice(from, from + SIGNALS_AT_ONCE);
    const measured = await measurePlaces(
      store,
      sides,
      some.map(({ place }) => place),
    );
    for (const { signal, place } of some) {
      const drift = driftOf(measured.get(place), signal.unit === 'flag');
      const { name, sentence, unit } = signal;
      found.push({ signal: name, sentence, unit, importance: importance.get(name) ?? 0, ...drift });
    }
  }
  const qValues = falseDiscoveryRates(found.map(({ pValue }) => pValue));
  return found
    .map((drift, i) => ({ ...drift, qValue: qValues[i], level: levelOf(drift.psi, qValues[i]) }))
    .sort((a, b) => b.psi - a.psi);
}

type Measured = {
  edges: number[];
  counts: { bin: number; side: number; people: number }[];
  ks: { d: number; p: number };
};

/** Tenths of the training, people per tenth on either side, and the test, of some of the signals. */
async function measurePlaces(
  store: Store,
  { sql, params }: Sides,
  places: readonly number[],
): Promise<Map<number, Measured>> {
  // Only the few values that are looked at are carried along: joined as they are, all of a person's would be each time.
  const values = `SELECT pair.1 AS place, side, pair.2 AS value FROM (
      SELECT side, arrayMap(p -> (p, toFloat64(values[p])), {places:Array(UInt16)}) AS pairs FROM (${sql}))
    ARRAY JOIN pairs AS pair`;
  const all = { ...params, places };
  const quantiles = await store.facts.rows<{ place: number; edges: number[]; both: number }>(
    `SELECT place, quantilesExactIf(${TENTHS.join(', ')})(value, side = 0 AND NOT isNaN(value)) AS edges,
       countIf(side = 0 AND NOT isNaN(value)) > 0 AND countIf(side = 1 AND NOT isNaN(value)) > 0 AS both
     FROM (${values}) GROUP BY place`,
    all,
    'batch',
  );
  const measured = new Map<number, Measured>();
  for (const { place, edges } of quantiles) {
    const known = [...new Set(edges.map(Number).filter(Number.isFinite))];
    measured.set(place, { edges: known, counts: [], ks: { d: 0, p: 1 } });
  }
  const edgesOf = places.map((place) => measured.get(place)?.edges ?? []);
  const literal = `[${edgesOf.map((edges) => `[${edges.join(', ')}]::Array(Float64)`).join(', ')}]`;
  const counts = await store.facts.rows<{ place: number; side: number; bin: number; people: string }>(
    `SELECT place, side, if(isNaN(value), -1, toInt16(arrayCount(e -> value > e, ${literal}[indexOf({places:Array(UInt16)}, place)]))) AS bin,
       count() AS people FROM (${values}) GROUP BY place, side, bin`,
    all,
    'batch',
  );
  for (const { place, side, bin, people } of counts)
    measured.get(place)?.counts.push({ side, bin, people: Number(people) });
  const testable = quantiles.filter(({ both }) => Number(both) === 1).map(({ place }) => place);
  if (testable.length > 0) {
    const tests = await store.facts.rows<{ place: number; d: number | string; p: number | string }>(
      `SELECT place, test.1 AS d, test.2 AS p FROM (
         SELECT place, kolmogorovSmirnovTest('two-sided', 'asymp')(value, side) AS test
         FROM (${values}) WHERE NOT isNaN(value) GROUP BY place)`,
      { ...params, places: testable },
      'batch',
    );
    for (const { place, d, p } of tests) {
      const own = measured.get(place);
      if (own) own.ks = { d: Number(d), p: Number.isFinite(Number(p)) ? Number(p) : 1 };
    }
  }
  return measured;
}

function driftOf(measured: Measured | undefined, isFlag: boolean): Omit<Drift, 'level'> {
  const { edges = [], counts = [], ks = { d: 0, p: 1 } } = measured ?? {};
  const at = (bin: number, side: number) => counts.find((one) => one.bin === bin && one.side === side)?.people ?? 0;
  const bins = [...edges, null].map((upTo, bin) => ({ upTo, before: at(bin, 0), now: at(bin, 1) }));
  const unknown = { before: at(-1, 0), now: at(-1, 1) };
  const psi = stabilityIndex([...bins, unknown]);
  if (isFlag) return { psi, test: 'chi-square', ...chiSquareTest([...bins, unknown]), bins, unknown };
  const known = bins.reduce((sum, bin) => ({ before: sum.before + bin.before, now: sum.now + bin.now }), {
    before: 0,
    now: 0,
  });
  // Two looks at one signal, at its values and at whether there is one: the smaller counts twice.
  const missing = chiSquareTest([known, unknown]).pValue;
  const pValue = unknown.before + unknown.now > 0 ? Math.min(1, 2 * Math.min(ks.p, missing)) : ks.p;
  return { psi, test: 'kolmogorov-smirnov', statistic: ks.d, pValue, bins, unknown };
}

/** Upper ends. Tenths would fall between two neighbouring scores where many people have the same few. */
const SCORE_BANDS = [1, 4, 9, 19, 29, 39, 49, 59, 69, 79, 89, null];

/** Scores of today against those of the people the model was tested on. */
async function compareScores(store: Store, model: ModelRecord): Promise<Drift | null> {
  const tested = model.performance?.scores;
  const today = await countByScore(store, model);
  if (tested === undefined || today === undefined) return null;
  const now = new Float64Array(101);
  for (const { score, people } of today.counts) now[score] += people;
  const pairs = tested.map(({ score, people }) => ({ before: people, now: now[score] }));
  const [n, m] = (['before', 'now'] as const).map((of) => pairs.reduce((sum, pair) => sum + pair[of], 0));
  if (n === 0 || m === 0) return null;
  let [below, belowNow, statistic] = [0, 0, 0];
  const bins: DriftBin[] = SCORE_BANDS.map((upTo) => ({ upTo, before: 0, now: 0 }));
  for (const [score, pair] of pairs.entries()) {
    below += pair.before;
    belowNow += pair.now;
    statistic = Math.max(statistic, Math.abs(below / n - belowNow / m));
    const band = bins.find(({ upTo }) => upTo === null || score <= upTo) as DriftBin;
    band.before += pair.before;
    band.now += pair.now;
  }
  const psi = stabilityIndex(bins);
  const pValue = kolmogorovTail(statistic * Math.sqrt((n * m) / (n + m)));
  const level = levelOf(psi, pValue);
  return { psi, test: 'kolmogorov-smirnov', statistic, pValue, level, bins, unknown: { before: 0, now: 0 } };
}

const MOST_CATEGORIES = 50;

async function compareCategories(store: Store, { sql, params }: Sides): Promise<CategoryDrift | null> {
  const rows = await store.facts.rows<{ category: string; before: string; now: string }>(
    `SELECT category, countIf(side = 0) AS before, countIf(side = 1) AS now FROM (${sql})
     GROUP BY category ORDER BY count() DESC, category LIMIT ${MOST_CATEGORIES}`,
    params,
    'batch',
  );
  if (rows.length < 2) return null;
  const values = rows.map((row) => ({ value: row.category, before: Number(row.before), now: Number(row.now) }));
  const test = chiSquareTest(values);
  const psi = stabilityIndex(values);
  return { psi, test: 'chi-square', ...test, level: levelOf(psi, test.pValue), values };
}

function levelOf(psi: number, chance: number): DriftLevel {
  if (psi < PSI_MODERATE || chance > FALSE_DISCOVERIES) return 'STABLE';
  return psi < PSI_MAJOR ? 'MODERATE' : 'MAJOR';
}

async function keepReport(
  { state }: Store,
  { workspace, id }: ModelRecord,
  report: DriftReport,
  now: Date,
): Promise<void> {
  await state.query(
    `INSERT INTO drift_reports (workspace, model_id, as_of, report, created_at) VALUES ($1, $2, $3, $4::jsonb, $5)
     ON CONFLICT (model_id, as_of) DO UPDATE SET report = excluded.report, created_at = excluded.created_at`,
    [workspace, id, new Date(report.now), JSON.stringify(report), now],
  );
  await state.query(
    `DELETE FROM drift_reports WHERE model_id = $1 AND as_of NOT IN
       (SELECT as_of FROM drift_reports WHERE model_id = $1 ORDER BY as_of DESC LIMIT ${REPORTS_KEPT})`,
    [id],
  );
}

function inWords(signals: readonly SignalDrift[], score: Drift | null): string {
  const moved = signals.filter(({ level }) => level === 'MAJOR');
  const some = signals.filter(({ level }) => level === 'MODERATE').length;
  const names = moved.slice(0, 3).map(({ signal }) => signal.replaceAll('_', ' '));
  const scores =
    score === null || score.level === 'STABLE'
      ? 'Scores are spread as they were on the people of the test.'
      : `Scores are spread ${score.level === 'MAJOR' ? 'quite otherwise' : 'somewhat otherwise'} than on the people of the test (PSI ${score.psi.toFixed(2)}).`;
  const of = `Of ${signals.length} signals ${moved.length} ${moved.length === 1 ? 'is' : 'are'} spread quite otherwise than in training`;
  return `${scores} ${of}${names.length > 0 ? `: ${names.join(', ')}${moved.length > names.length ? ' …' : ''}` : ''}; ${some} somewhat otherwise.`;
}
