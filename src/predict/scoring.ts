// Scores for everyone as of a moment [INT-3]: features stream by in pages, each person gets a probability at the present
// level, a confidence, the signals that moved it most, a date and a category. Memory is bounded by the page.

import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { prepareEveryone } from './history.ts';
import { atMoment } from './level.ts';
import { measurePresentLevel, noteLevel, signalsOf } from './presentLevel.ts';
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
  /** People scored at a time; absent = as many as a page holds well. */
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

export async function scoreEveryone(store: Store, options: ScoringOptions): Promise<Scoring> {
  const { workspace, asOf, now, peopleAtATime, onProgress } = options;
  const model = await usableModel(store, workspace, options.modelId);
  const learned = await loadPredictor(store, model);
  const started = performance.now();
  const everyone = await prepareEveryone(store, { workspace, asOf, now, signals: signalsOf(learned) });
  const measured = await measurePresentLevel(store, model, learned, { workspace, asOf, now });
  const predictor = atMoment(learned, asOf, measured);
  const levelShift = predictor.level.shift;
  const featuresReady = performance.now();
  const total = everyone.people;
  const place = { model, asOf, now };
  const progress = (await readProgress(store, place)) ?? noProgress();
  const keep = async ({ people, last, segments, bytes }: ScoredBlock) => {
    if (last === undefined) return;
    await store.facts.insertBinary('scores', { columns: SCORE_COLUMNS, rows: people, bytes }, { lane: 'batch' });
    for (const level of LEVELS) progress.segments[level] += segments[level];
    progress.people += people;
    progress.after = String(last);
    await writeProgress(store, place, progress);
  };
  const pages = everyone.pages({
    rowsPerPage: peopleAtATime,
    after: progress.after === null ? undefined : BigInt(progress.after),
  });
  const scorer = openBlockScorer(predictor, scoringPlace(place), total);
  try {
    // Pages are scored side by side and kept in the order of the people, or nobody could say how far a scoring got.
    const underWay: Promise<ScoredBlock>[] = [];
    const keepFirst = async () => keep(await (underWay.shift() as Promise<ScoredBlock>));
    for await (const page of pages) {
      const scored = scorer.score(page, (done) => onProgress?.(Math.min(total, progress.people + done), total));
      // Whoever waits for it hears of a failure; until then it is nobody's.
      scored.catch(() => {});
      underWay.push(scored);
      if (underWay.length > scorer.width) await keepFirst();
    }
    while (underWay.length > 0) await keepFirst();
  } finally {
    await scorer.close();
  }
  await removeOlder(store, model, asOf, now);
  await noteLevel(store, model, { asOf, shift: levelShift, now });
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
