// Scores for everyone as of a moment [INT-3]: features stream by in pages, each person gets a probability at the present
// level, a confidence, the signals that moved it most, a date and a category. Memory is bounded by the page.

import { type FeatureBlock, readSomeAsOf, streamFeatures } from '../features/index.ts';
import { selectColumns } from '../learn/index.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { addDays, startOfDay, toClickHouseTime } from '../time.ts';
import { findDataSpan, prepareSnapshots, readRows, readUntouched } from './history.ts';
import { atMoment, learnedLevel, levelDays, type MeasuredLevel, measureLevel } from './level.ts';
import type { Predictor } from './predictor.ts';
import type { Outcome } from './question.ts';
import { loadPredictor, type ModelRecord, usableModel } from './registry.ts';
import { LEVELS, type Level } from './score.ts';
import { SCORE_COLUMNS, type ScoredBlock, type ScoringPlace } from './scoreBlock.ts';
import { openBlockScorer } from './scoringWorkers.ts';

export type ScoringOptions = {
  workspace: string;
  /** Absent = the active model. */
  modelId?: string;
  /** Only what happened before this moment is looked at. */
  asOf: Date;
  /** When the scoring began. One that was cut off goes on where it stopped when it is given the same moments again. */
  now: Date;
  /** People scored at a time; absent = some ten thousand. */
  peopleAtATime?: number;
  onProgress?: (done: number, total: number) => void;
};

export type Scoring = {
  modelId: string;
  modelVersion: number;
  asOf: Date;
  people: number;
  segments: Record<Level, number>;
  /** How far the level has moved since the training, in log-odds, the season ahead included. */
  levelShift: number;
  seconds: { features: number; score: number };
};

const LEVEL_ROWS = 50_000;

export async function scoreEveryone(store: Store, options: ScoringOptions): Promise<Scoring> {
  const { workspace, asOf, now, peopleAtATime, onProgress } = options;
  const model = await usableModel(store, workspace, options.modelId);
  const learned = await loadPredictor(store, model);
  const started = performance.now();
  const signalSet = await prepareSnapshots(store, { workspace, moments: [asOf], now, past: 'kept' });
  const measured = await measurePresentLevel(store, model, learned, { workspace, asOf, now });
  const predictor = atMoment(learned, asOf, measured);
  const levelShift = predictor.level.shift;
  const featuresReady = performance.now();
  const total = await countSnapshot(store, workspace, signalSet, asOf);
  const place = { model, asOf, now };
  const progress = (await readProgress(store, place)) ?? noProgress();
  const keep = async (last: bigint, { people, segments, bytes }: ScoredBlock) => {
    await store.facts.insertBinary('scores', { columns: SCORE_COLUMNS, rows: people, bytes }, { lane: 'batch' });
    for (const level of LEVELS) progress.segments[level] += segments[level];
    progress.people += people;
    progress.after = String(last);
    await writeProgress(store, place, progress);
  };
  const pages = streamFeatures(store, { workspace, signalSet, asOf, rowsPerPage: peopleAtATime });
  const scorer = openBlockScorer(predictor, scoringPlace(place), total);
  try {
    // Blocks are scored side by side and kept in the order of the people, or nobody could say how far a scoring got.
    const underWay: { last: bigint; scored: Promise<ScoredBlock> }[] = [];
    const keepFirst = async () => {
      const { last, scored } = underWay.shift() as (typeof underWay)[number];
      await keep(last, await scored);
    };
    for await (const page of pages) {
      const block = beyond(page, progress.after);
      if (block.profiles.length === 0) continue;
      const last = block.profiles[block.profiles.length - 1];
      const scored = scorer.score(block, (done) => onProgress?.(Math.min(total, progress.people + done), total));
      // Whoever waits for it hears of a failure; until then it is nobody's.
      scored.catch(() => {});
      underWay.push({ last, scored });
      if (underWay.length > scorer.width) await keepFirst();
    }
    while (underWay.length > 0) await keepFirst();
  } finally {
    await scorer.close();
  }
  await removeOlder(store, model, asOf, now);
  await saveLevel(store, model, { asOf, shift: levelShift }, now);
  await forgetProgress(store, place);
  return {
    modelId: model.id,
    modelVersion: model.version,
    asOf,
    people: progress.people,
    segments: progress.segments,
    levelShift,
    seconds: {
      features: (featuresReady - started) / 1000,
      score: (performance.now() - featuresReady) / 1000,
    },
  };
}

/** The level measured at the last scoring, for predictions in between; undefined before the first. */
export async function readLevel(store: Store, model: ModelRecord): Promise<number | undefined> {
  return (await readSetting<{ shift: number }>(store, model.workspace, levelSetting(model)))?.shift;
}

/** How far the level has moved since the training, from outcomes complete by `asOf`, in log-odds. */
export async function measurePresentLevel(
  store: Store,
  model: ModelRecord,
  predictor: Predictor,
  { workspace, asOf, now }: { workspace: string; asOf: Date; now: Date },
): Promise<MeasuredLevel> {
  const days = levelDays(model.timeframeDays);
  const before = startOfDay(addDays(asOf, -days));
  const span = await findDataSpan(store, workspace);
  const learned = learnedLevel(predictor);
  if (learned.over === undefined || span === undefined || before <= learned.over.from) return learned;
  const outcome = { event: model.conversionEvent, timeframeDays: days, category: model.productCategory ?? undefined };
  const rows = await readLevelRows(store, { workspace, before, outcome, people: span.people, now });
  const expected = predictor.withLevel(0).predictWithin(selectColumns(rows.x, predictor.signals), days);
  return expected ? { shift: measureLevel(expected, rows.y, rows.untouched), over: { from: before, days } } : learned;
}

type LevelRows = { workspace: string; before: Date; outcome: Outcome; people: number; now: Date };

/** Where people are many, a draw of them: a snapshot of everybody would take as long as that of the scoring itself. */
async function readLevelRows(store: Store, { workspace, before, outcome, people, now }: LevelRows) {
  const of = Math.floor(people / LEVEL_ROWS);
  const share = { index: 0, of };
  if (of > 1) {
    const { profiles, ...rows } = await readSomeAsOf(store, { workspace, asOf: before, label: outcome, share });
    const atOnce = { profiles, asOfIndex: new Uint8Array(profiles.length) };
    return { ...rows, ...(await readUntouched(store, { workspace, moments: [before], outcome }, atOnce)) };
  }
  const signalSet = await prepareSnapshots(store, { workspace, moments: [before], now });
  return readRows(store, { workspace, signalSet, moments: [before], outcome, maxRows: LEVEL_ROWS, seed: 1 });
}

type Place = { model: ModelRecord; asOf: Date; now: Date };

/** How far a scoring got: everybody up to and with this profile. Kept after each insert, which can be repeated. */
type Progress = { after: string | null; people: number; segments: Record<Level, number> };

const scoringPlace = ({ model, asOf, now }: Place): ScoringPlace => ({
  workspace: model.workspace,
  modelId: model.id,
  modelVersion: model.version,
  asOf,
  scoredAt: now,
});

const noProgress = (): Progress => ({ after: null, people: 0, segments: { HIGH: 0, MEDIUM: 0, LOW: 0 } });

async function readProgress(store: Store, { model, asOf, now }: Place): Promise<Progress | undefined> {
  const kept = await readSetting<Progress & { of: string }>(store, model.workspace, progressSetting(model));
  return kept?.of === scoringName(asOf, now) ? kept : undefined;
}

async function writeProgress(store: Store, { model, asOf, now }: Place, progress: Progress): Promise<void> {
  const value = { of: scoringName(asOf, now), ...progress };
  await writeSetting(store, { workspace: model.workspace, name: progressSetting(model), value, now });
}

async function forgetProgress(store: Store, { model, now }: Place): Promise<void> {
  await writeSetting(store, { workspace: model.workspace, name: progressSetting(model), value: { of: '' }, now });
}

const progressSetting = (model: ModelRecord) => `scoring ${model.id}`;
const scoringName = (asOf: Date, now: Date) => `${asOf.toISOString()} ${now.toISOString()}`;

/** The people of a page, which is in order, that come after a profile. */
function beyond(page: FeatureBlock, after: string | null): FeatureBlock {
  if (after === null) return page;
  const last = BigInt(after);
  let from = 0;
  while (from < page.profiles.length && page.profiles[from] <= last) from++;
  return {
    profiles: page.profiles.subarray(from),
    categories: page.categories.slice(from),
    x: { ...page.x, rows: page.x.rows - from, columns: page.x.columns.map((column) => column.subarray(from)) },
  };
}

async function countSnapshot(store: Store, workspace: string, signalSet: string, asOf: Date): Promise<number> {
  const [row] = await store.facts.rows<{ n: string }>(
    `SELECT count() AS n FROM features FINAL WHERE workspace = {workspace:String} AND signal_set = {signalSet:String}
       AND as_of = {asOf:DateTime64(3, 'UTC')}`,
    { workspace, signalSet, asOf: toClickHouseTime(asOf) },
    'batch',
  );
  return Number(row?.n ?? 0);
}

/** Scoring the same moment again replaces everyone, and forgets those who are no longer somebody of their own. */
async function removeOlder(store: Store, model: ModelRecord, asOf: Date, now: Date): Promise<void> {
  const params = {
    workspace: model.workspace,
    model: model.id,
    asOf: toClickHouseTime(asOf),
    now: toClickHouseTime(now),
  };
  const where = `workspace = {workspace:String} AND model_id = {model:String} AND as_of = {asOf:DateTime64(3, 'UTC')}
    AND scored_at < {now:DateTime64(3, 'UTC')}`;
  const [row] = await store.facts.rows<{ n: string }>(
    `SELECT count() AS n FROM scores WHERE ${where}`,
    params,
    'batch',
  );
  if (Number(row?.n ?? 0) > 0) await store.facts.remove('scores', where, params);
}

async function saveLevel(store: Store, model: ModelRecord, level: { asOf: Date; shift: number }, now: Date) {
  const value = { asOf: level.asOf.toISOString(), shift: level.shift };
  await writeSetting(store, { workspace: model.workspace, name: levelSetting(model), value, now });
}

const levelSetting = (model: ModelRecord) => `level ${model.id}`;
