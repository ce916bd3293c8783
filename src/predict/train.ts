// Training a model, from the facts to the registry: plan the moments, take their snapshots, learn, and save. Whatever the
// data, the result is a usable model that says how far it can be trusted [INT-4][INT-18]; only a mistake in the
// settings is an error.

import { signals as everySignal } from '../features/index.ts';
import type { Store } from '../store/index.ts';
import { DAY_MS } from '../time.ts';
import { version } from '../version.ts';
import { type DataSpan, findDataSpan, prepareSnapshots, readRows, readWeeks } from './history.ts';
import type { Learned, LearningJob, Tested } from './learning.ts';
import { learnAside } from './learningWorker.ts';
import type { Outcome, Question } from './question.ts';
import { findQuestion } from './questions/index.ts';
import type { PurchaseIntentSettings } from './questions/purchaseIntent.ts';
import { failModel, type ModelRecord, type ModelType, registerModel, saveTrained } from './registry.ts';
import type { Rows } from './rows.ts';
import { fitSeason, type Season } from './season.ts';
import { completeSettings } from './settings.ts';
import { askedSignals } from './signals.ts';
import { planSnapshots, type SnapshotPlan } from './snapshots.ts';
import { NO_TRADE } from './trades.ts';

export type TrainOptions = Partial<PurchaseIntentSettings> & {
  workspace: string;
  question?: string;
  name?: string;
  modelType?: ModelType;
  /** Moments the figures come from; absent = the last ones with a complete outcome. */
  testMoments?: readonly Date[];
  now: Date;
  /** Asked when the model has been tested: whether it is put to use; absent = it is. Otherwise it is kept, DEPRECATED. */
  takesPlace?: (tested: Tested, model: ModelRecord) => Promise<boolean>;
  onProgress?: (done: number, total: number, step: 'snapshots' | 'rows' | 'learning') => void;
};

/** Rows a model learns from at most; more people are drawn from, more moments are left out. */
export const MOST_ROWS = 60_000;
export const MOST_TEST_ROWS = 200_000;
const FEWEST_MOMENTS = 4;
const MOST_MOMENTS = 10;

/** Trains and saves a model; on an error its row says FAILED and why. */
export async function trainModel(store: Store, options: TrainOptions): Promise<ModelRecord> {
  const training = await startTraining(store, options);
  return training.finished;
}

/** Registers the model at once and trains on; settings that cannot be used are refused before anything is registered. */
export async function startTraining(
  store: Store,
  options: TrainOptions,
): Promise<{ model: ModelRecord; finished: Promise<ModelRecord> }> {
  const question = findQuestion(options.question ?? 'purchase_intent');
  const settings = settingsFrom(question, options);
  const outcome = question.outcome(settings);
  const custom =
    options.modelType === 'CUSTOM' || settings.signals !== undefined || settings.productCategory !== undefined;
  const model = await registerModel(store, {
    workspace: options.workspace,
    name: options.name ?? `${question.sentence.split(',')[0]}, ${outcome.timeframeDays} days`,
    modelType: options.modelType ?? (custom ? 'CUSTOM' : 'GENERIC'),
    question: question.name,
    conversionEvent: outcome.event,
    productCategory: outcome.category,
    timeframeDays: outcome.timeframeDays,
    settings,
    now: options.now,
  });
  const finished = run(store, model, question, settings, options).catch(async (error) => {
    await failModel(store, model, error instanceof Error ? error.message : String(error), options.now);
    throw error;
  });
  return { model, finished };
}

function settingsFrom(question: Question, options: TrainOptions): PurchaseIntentSettings {
  const { timeframeDays, conversionEvent, productCategory, trade, signals, seed } = options;
  const given = { timeframeDays, conversionEvent, productCategory, trade, signals, seed };
  if (signals)
    askedSignals(
      everySignal.map(({ name }) => name),
      signals,
    );
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return completeSettings<PurchaseIntentSettings>(question.name, question.settings, present);
}

async function run(
  store: Store,
  model: ModelRecord,
  question: Question,
  settings: PurchaseIntentSettings,
  options: TrainOptions,
): Promise<ModelRecord> {
  const { workspace, now, onProgress } = options;
  const started = performance.now();
  const span = await findDataSpan(store, workspace);
  const outcome = question.outcome(settings);
  const plan = span ? planFor(span, outcome.timeframeDays, options.testMoments) : nothingToPlan;
  const signalSet = await prepareSnapshots(store, {
    workspace,
    moments: momentsOf(plan),
    now,
    onProgress: (done, total) => onProgress?.((20 * done) / total, 100, 'snapshots'),
  });
  const snapshotsTaken = performance.now();
  const job = await gatherJob(store, { plan, signalSet, outcome, settings, span, question, workspace });
  onProgress?.(30, 100, 'rows');
  const rowsRead = performance.now();
  const learned = await learnAside(job, (done, total) => onProgress?.(30 + (70 * done) / total, 100, 'learning'));
  const isPlaced = (await options.takesPlace?.(learned.tested, model)) ?? true;
  return saveTrained(store, model, {
    ...learned,
    status: isPlaced ? 'ACTIVE' : 'DEPRECATED',
    learner: learned.choice.learner,
    trainingDataSize: learned.conversions,
    lineage: {
      dataFrom: span?.from.toISOString() ?? null,
      dataTo: span?.to.toISOString() ?? null,
      snapshots: snapshotRows(learned),
      signalSet,
      signals: [...learned.predictor.signals],
      codeVersion: version,
      seed: settings.seed,
      settings,
      choice: learned.choice,
      season: job.seasons.deploy,
      note: noteOn(plan),
      seconds: {
        snapshots: (snapshotsTaken - started) / 1000,
        rows: (rowsRead - snapshotsTaken) / 1000,
        ...learned.seconds,
      },
    },
    now,
  });
}

/**
 * What models with other choices of signals would have said of the people of the test, each learned as `trainModel` would
 * have; none is kept. Undefined where no later days can be kept apart.
 */
export async function tryChoices(
  store: Store,
  { choices, ...options }: TrainOptions & { choices: readonly LearningJob['signals'][] },
): Promise<Tested[] | undefined> {
  const { workspace, now } = options;
  const question = findQuestion(options.question ?? 'purchase_intent');
  const settings = settingsFrom(question, options);
  const outcome = question.outcome(settings);
  const span = await findDataSpan(store, workspace);
  const plan = span ? planFor(span, outcome.timeframeDays, options.testMoments) : nothingToPlan;
  if (plan.test.length === 0) return undefined;
  // The model in use is not asked for.
  const tests = { ...plan, deploy: [] };
  const signalSet = await prepareSnapshots(store, { workspace, moments: momentsOf(tests), now });
  const tested: Tested[] = [];
  for (const signals of choices) {
    // Read again for each: whoever learns takes the rows over.
    const job = await gatherJob(store, { plan: tests, signalSet, outcome, settings, span, question, workspace });
    tested.push((await learnAside({ ...job, signals })).tested);
  }
  return tested;
}

/** The moments that a training with these options would use, for whoever takes their snapshots beforehand. */
export async function planModelSnapshots(
  store: Store,
  options: Pick<TrainOptions, 'workspace' | 'testMoments'> & { timeframeDays: number },
): Promise<SnapshotPlan> {
  const span = await findDataSpan(store, options.workspace);
  return span ? planFor(span, options.timeframeDays, options.testMoments) : nothingToPlan;
}

/** Every moment of a plan, once. */
export function momentsOf({ train, test, retrain, deploy }: SnapshotPlan): Date[] {
  const times = new Set([...train, ...test, ...retrain.flat(), ...deploy].map((moment) => moment.getTime()));
  return [...times].sort((a, b) => a - b).map((time) => new Date(time));
}

const nothingToPlan: SnapshotPlan = { train: [], test: [], retrain: [], deploy: [] };

function planFor(span: DataSpan, timeframeDays: number, testMoments?: readonly Date[]): SnapshotPlan {
  // Many moments where people are few, few where they are many.
  const limit = Math.min(MOST_MOMENTS, Math.max(FEWEST_MOMENTS, Math.ceil(MOST_ROWS / span.people)));
  return planSnapshots({ dataFrom: span.from, dataTo: span.to, timeframeDays, testMoments, limit });
}

type Gathering = {
  plan: SnapshotPlan;
  signalSet: string;
  outcome: Outcome;
  settings: PurchaseIntentSettings;
  span: DataSpan | undefined;
  question: Question;
  workspace: string;
};

async function gatherJob(store: Store, work: Gathering): Promise<LearningJob> {
  const { plan, signalSet, outcome, settings, span, question, workspace } = work;
  const read = (moments: readonly Date[], until: Date | undefined, maxRows = MOST_ROWS): Promise<Rows> =>
    readRows(store, { workspace, signalSet, moments, outcome, maxRows, seed: settings.seed, until });
  const retrain: Rows[] = [];
  for (const [i, moments] of plan.retrain.entries()) retrain.push(await read(moments, plan.test[i + 1]));
  return {
    // A model that is tested at a moment knows nothing of what came after it, not even how long people waited.
    train: await read(plan.train, plan.test[0] ?? span?.to),
    test: await read(plan.test, span?.to, MOST_TEST_ROWS),
    retrain,
    deploy: plan.test.length > 0 && plan.deploy.length > 0 ? await read(plan.deploy, span?.to) : undefined,
    signalSet,
    signals: settings.signals ?? {},
    recencySignals: [...question.recencySignals],
    historyDays: span ? (span.to.getTime() - span.from.getTime()) / DAY_MS : 0,
    seasons: await readSeasons(store, work),
    timeframeDays: outcome.timeframeDays,
    wording: question.wording(settings),
    seed: settings.seed,
  };
}

/** As of each test moment, so that its twin knows no more than could be known by then, and as of the end. */
async function readSeasons(store: Store, { plan, outcome, settings, span, workspace }: Gathering) {
  const asOf = async (before: Date): Promise<Season> => {
    if (span === undefined || settings.trade === NO_TRADE) return fitSeason(settings.trade, []);
    return fitSeason(settings.trade, await readWeeks(store, { workspace, outcome, from: span.from, before }));
  };
  const test: Season[] = [];
  for (const moment of plan.test) test.push(await asOf(moment));
  return { test, deploy: await asOf(span?.to ?? new Date(0)) };
}

function snapshotRows({ counts }: Learned) {
  return (['train', 'test', 'deploy'] as const).flatMap((role) =>
    counts[role].map(({ asOf, people, conversions }) => ({ asOf: asOf.toISOString(), people, conversions, role })),
  );
}

function noteOn(plan: SnapshotPlan): string {
  if (plan.test.length > 0) {
    return 'The figures come from twins of this model: each test moment was predicted by one that learned only from outcomes complete by that day, with everything chosen before the first of them. The model in use was fitted with the same choices on the latest outcomes.';
  }
  if (plan.train.length > 0) {
    return 'The history is too short for a test on later days; each person was predicted by a model that had not seen them.';
  }
  return 'No outcome is complete yet; the model is a rule with a prior belief.';
}
