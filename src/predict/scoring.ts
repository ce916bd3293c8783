// Scores for everyone as of a moment [INT-3]: features stream by in pages, each person gets a probability at the present
// level, a confidence, the signals that moved it most, a date and a category. Memory is bounded by the page.

import { type FeatureBlock, streamFeatures } from '../features/index.ts';
import { copyRow, selectColumns } from '../learn/index.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { addDays, startOfDay, toClickHouseTime } from '../time.ts';
import { topColumns } from './explain.ts';
import { findDataSpan, prepareSnapshots, readRows } from './history.ts';
import { atMoment, learnedLevel, levelDays, type MeasuredLevel, measureLevel } from './level.ts';
import type { Predictor } from './predictor.ts';
import { loadPredictor, type ModelRecord, usableModel } from './registry.ts';
import { type Level, levelOf, predictConversionDate, scoreOf } from './score.ts';
import type { ScoreRow } from './scoreRow.ts';

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
/** After so many people others get their turn on the thread. */
const PEOPLE_PER_TURN = 400;

export async function scoreEveryone(store: Store, options: ScoringOptions): Promise<Scoring> {
  const { workspace, asOf, now, peopleAtATime, onProgress } = options;
  const model = await usableModel(store, workspace, options.modelId);
  const learned = await loadPredictor(store, model);
  const started = performance.now();
  const signalSet = await prepareSnapshots(store, { workspace, moments: [asOf], now });
  const measured = await measurePresentLevel(store, model, learned, { workspace, asOf, now });
  const predictor = atMoment(learned, asOf, measured);
  const levelShift = predictor.level.shift;
  const featuresReady = performance.now();
  const total = await countSnapshot(store, workspace, signalSet, asOf);
  const place = { model, asOf, now };
  const progress = (await readProgress(store, place)) ?? noProgress();
  for await (const page of streamFeatures(store, { workspace, signalSet, asOf, rowsPerPage: peopleAtATime })) {
    const block = beyond(page, progress.after);
    if (block.profiles.length === 0) continue;
    const rows = await scoreBlock(predictor, block, place, (done) => onProgress?.(progress.people + done, total));
    await store.facts.insert('scores', rows, { lane: 'batch' });
    for (const row of rows) progress.segments[row.segment]++;
    progress.people += rows.length;
    progress.after = String(block.profiles[block.profiles.length - 1]);
    await writeProgress(store, place, progress);
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
  const signalSet = await prepareSnapshots(store, { workspace, moments: [before], now });
  const rows = await readRows(store, {
    workspace,
    signalSet,
    moments: [before],
    outcome: { event: model.conversionEvent, timeframeDays: days, category: model.productCategory ?? undefined },
    maxRows: LEVEL_ROWS,
    seed: 1,
  });
  const expected = predictor.withLevel(0).predictWithin(selectColumns(rows.x, predictor.signals), days);
  return expected ? { shift: measureLevel(expected, rows.y, rows.untouched), over: { from: before, days } } : learned;
}

type Place = { model: ModelRecord; asOf: Date; now: Date };

/** How far a scoring got: everybody up to and with this profile. Kept after each insert, which can be repeated. */
type Progress = { after: string | null; people: number; segments: Record<Level, number> };

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

async function scoreBlock(
  predictor: Predictor,
  block: FeatureBlock,
  { model, asOf, now }: Place,
  onTurn: (done: number) => void,
): Promise<ScoreRow[]> {
  const x = selectColumns(block.x, predictor.signals);
  const row = new Float32Array(predictor.signals.length);
  const shared = {
    workspace: model.workspace,
    model_id: model.id,
    model_version: model.version,
    as_of: toClickHouseTime(asOf),
    scored_at: toClickHouseTime(now),
  };
  const rows: ScoreRow[] = [];
  for (let r = 0; r < x.rows; r++) {
    copyRow(x, r, row);
    const probability = predictor.predictRow(row);
    const contributions = predictor.contributions(row);
    const top = topColumns(contributions);
    const score = scoreOf(probability);
    rows.push({
      ...shared,
      profile: block.profiles[r].toString(),
      score,
      probability,
      segment: levelOf(score),
      confidence: predictor.confidence(row, probability),
      predicted_conversion_date: predictConversionDate(probability, model.timeframeDays, asOf),
      category: block.categories[r],
      signals: top.map((c) => predictor.signals[c]),
      contributions: top.map((c) => contributions[c]),
      // JSON has no NaN; the engine reads the word.
      signal_values: top.map((c) => (Number.isNaN(row[c]) ? 'nan' : row[c])),
    });
    if ((r + 1) % PEOPLE_PER_TURN === 0) {
      onTurn(r + 1);
      await new Promise(setImmediate);
    }
  }
  onTurn(x.rows);
  return rows;
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
