// The part of a training that only computes: rows in, model and report out. It touches no database, so that it can run in
// a worker thread (see learningWorker.ts) while the server goes on answering.

import type { FittedModel, Matrix } from '../learn/index.ts';
import type { CalibratorKind } from './calibration.ts';
import { evaluate, type Performance, type Wording } from './evaluate.ts';
import { type Driver, driversOf, spreadRows } from './explain.ts';
import { type ClimbOptions, CONVERSIONS_NEEDED, climb, type LadderStep, learnerName, refit } from './ladder.ts';
import { atMoment } from './level.ts';
import type { Predictor } from './predictor.ts';
import { countByMoment, countDistinct, pickRows, type Rows, rowsWhere } from './rows.ts';
import { bestRecencySignal, type Choice, fitLogistic, recencyScores } from './rungs.ts';
import type { Season } from './season.ts';
import { learnableSignals, withSignals } from './signals.ts';

export type LearningJob = {
  train: Rows;
  /** No rows when the history is too short to keep later days apart. */
  test: Rows;
  /** For each later test moment, the rows a model of that day would have learned from. */
  retrain: Rows[];
  /** The rows of the deployed model; undefined = those of the training. */
  deploy?: Rows;
  signalSet: string;
  signals: { include?: string[]; exclude?: string[] };
  recencySignals: string[];
  historyDays: number;
  /** The season as it was known at each test moment, and as it is known now. */
  seasons: { test: Season[]; deploy: Season };
  timeframeDays: number;
  wording: Wording;
  seed: number;
};

export type Learned = {
  predictor: Predictor;
  choice: Choice & { calibration: CalibratorKind; learner: string };
  performance: Performance;
  tested: Tested;
  drivers: Driver[];
  ladder: LadderStep[];
  /** Mean confidence of the people of the test. */
  confidence: number;
  counts: { train: SnapshotCount[]; test: SnapshotCount[]; deploy: SnapshotCount[] };
  /** Distinct conversions behind the deployed model. */
  conversions: number;
  warnings: string[];
  /** `refit` is what the fit of the deployed model took beyond the test beside it. */
  seconds: { choose: number; test: number; refit: number };
};

/** Row by row what the figures rest on: people of the test moments, what was predicted of them, and what they did. */
export type Tested = { profiles: BigUint64Array; predicted: Float64Array; y: Float32Array };

export type SnapshotCount = { asOf: Date; people: number; conversions: number };
export type OnProgress = (done: number, total: number) => void;

/** Fits what was chosen on the rows of the deployed model. */
export type Refit = (rows: Rows, choice: Choice, options: RefitOptions) => Promise<Predictor>;
export type RefitOptions = Omit<ClimbOptions, 'onProgress'>;

/**
 * Chooses on the training moments, reports on the test moments, fits the same again on the latest moments. The last two
 * go on at the same time where `refitAside` works in a thread of its own.
 */
export async function learn(
  job: LearningJob,
  { onProgress, refitAside = refitHere }: { onProgress?: OnProgress; refitAside?: Refit } = {},
): Promise<Learned> {
  const started = performance.now();
  const names = learnableSignals(job.train, job.signals);
  const train = withSignals(job.train, names);
  const options: RefitOptions = {
    signalSet: job.signalSet,
    timeframeDays: job.timeframeDays,
    recencySignals: job.recencySignals,
    historyDays: job.historyDays,
    season: job.seasons.deploy,
    seed: job.seed,
  };
  const season = job.seasons.test[0] ?? options.season;
  const climbed = climb(train, { ...options, season, onProgress: (done, total) => onProgress?.(done, total * 1.5) });
  const chosen = performance.now();
  const deploy = job.deploy && withSignals(job.deploy, learnableSignals(job.deploy, job.signals));
  const counts = {
    train: countByMoment(train),
    test: countByMoment(job.test),
    deploy: countByMoment(deploy ?? train),
  };
  const { conversions, others } = countDistinct(deploy ?? train);
  const refitted = deploy && refitAside(deploy, climbed.choice, options);
  const report = reportOn(job, climbed, train, options);
  const reported = performance.now();
  const predictor = (await refitted) ?? climbed.predictor;
  onProgress?.(1, 1);
  return {
    predictor,
    choice: {
      ...climbed.choice,
      calibration: predictor.calibrator.kind,
      learner: learnerName(climbed.choice),
    },
    ...report,
    ladder: climbed.ladder,
    counts,
    conversions,
    warnings: warningsFor(conversions, others, job),
    seconds: {
      choose: (chosen - started) / 1000,
      test: (reported - chosen) / 1000,
      refit: (performance.now() - reported) / 1000,
    },
  };
}

type Climbed = ReturnType<typeof climb>;

const refitHere: Refit = async (rows, choice, options) => refit(rows, choice, options);

function reportOn(job: LearningJob, climbed: Climbed, train: Rows, options: RefitOptions) {
  const later = job.test.y.length > 0;
  const rows = later ? job.test : train;
  const twins = later ? [climbed.predictor, ...retrained(job, climbed, options)] : [];
  const predicted = later
    ? predictByDay(rows, (moment) => atMoment(twins[moment], rows.moments[moment]))
    : (climbed.heldOut ?? climbed.predictor.predict(rows.x));
  const confidence = confidencesByDay(rows, predicted, (moment) => (later ? twins[moment] : climbed.predictor));
  const signal = bestRecencySignal(job.train, job.recencySignals);
  const performance = evaluate(
    {
      asOf: rows.moments,
      protocol: later ? 'later days' : 'people held out',
      y: rows.y,
      predicted,
      confidence,
      baseline: recencyScores(later ? job.test : job.train, signal),
      baselineName: `recency alone (${signal.replaceAll('_', ' ')})`,
      logistic: later && climbed.logistic ? predictWithLogistic(job, climbed, rows, options) : undefined,
    },
    job.timeframeDays,
    job.wording,
  );
  const sample = spreadRows(rows.y.length);
  const { x } = withSignals(rows, train.x.names);
  return {
    performance,
    tested: { profiles: rows.profiles, predicted, y: rows.y },
    drivers: driversOf(climbed.predictor, x, sample),
    confidence: meanConfidence(climbed.predictor, x, predicted, sample),
  };
}

/** What was chosen before the first test moment, fitted again on what was known at each later one. */
function retrained(job: LearningJob, { choice }: Climbed, options: RefitOptions): Predictor[] {
  return job.retrain.map((rows, i) => {
    const season = job.seasons.test[i + 1];
    return refit(withSignals(rows, learnableSignals(rows, job.signals)), choice, { ...options, season });
  });
}

/** The rung below on the same terms. */
function predictWithLogistic(job: LearningJob, climbed: Climbed, rows: Rows, { seed }: RefitOptions): Float64Array {
  const { logistic, choice } = climbed;
  const fits = job.retrain.map((part) =>
    fitLogistic(withSignals(part, learnableSignals(part, job.signals)), choice.l2, seed),
  );
  return predictByDay(rows, (moment) => {
    const model = moment === 0 ? (logistic as FittedModel) : fits[moment - 1];
    return { signals: model.names, predict: (x) => model.predict(x) };
  });
}

/** Each test moment by the model of that day. */
function predictByDay(rows: Rows, modelOf: (moment: number) => Pick<Predictor, 'predict' | 'signals'>): Float64Array {
  const predicted = new Float64Array(rows.y.length);
  rows.moments.forEach((_, m) => {
    const members = rowsWhere(rows, (r) => rows.momentOf[r] === m);
    const model = modelOf(m);
    const answers = model.predict(withSignals(pickRows(rows, members), model.signals).x);
    for (let i = 0; i < members.length; i++) predicted[members[i]] = answers[i];
  });
  return predicted;
}

/** How sure the model of each test moment is. */
function confidencesByDay(rows: Rows, predicted: Float64Array, modelOf: (moment: number) => Predictor): Float64Array {
  const confidence = new Float64Array(predicted.length);
  rows.moments.forEach((_, m) => {
    const model = modelOf(m);
    const { columns } = withSignals(rows, model.signals).x;
    const row = new Float32Array(columns.length);
    for (const r of rowsWhere(rows, (one) => rows.momentOf[one] === m)) {
      for (let c = 0; c < row.length; c++) row[c] = columns[c][r];
      confidence[r] = model.confidence(row, predicted[r]);
    }
  });
  return confidence;
}

function meanConfidence(predictor: Predictor, x: Matrix, predicted: Float64Array, sample: Uint32Array): number {
  const row = new Float32Array(predictor.signals.length);
  let sum = 0;
  for (const r of sample) {
    for (let c = 0; c < row.length; c++) row[c] = x.columns[c][r];
    sum += predictor.confidence(row, predicted[r]);
  }
  return sample.length > 0 ? sum / sample.length : 0;
}

const ASKED_DAYS = 90;

function warningsFor(conversions: number, others: number, job: LearningJob): string[] {
  const warnings: string[] = [];
  const count = (n: number, one: string) => `${n.toLocaleString('en-US')} ${one}${n === 1 ? '' : 's'}`;
  if (conversions < CONVERSIONS_NEEDED.boosting) {
    warnings.push(
      `${count(conversions, 'conversion')} to learn from; 100 are recommended. Scores are rough and their confidence is lowered.`,
    );
  } else if (others < CONVERSIONS_NEEDED.boosting) {
    warnings.push(`Only ${count(others, 'person')} did not convert; there is little to tell people apart by.`);
  }
  if (job.historyDays < ASKED_DAYS) {
    warnings.push(
      `${count(Math.floor(job.historyDays), 'day')} of data; 90 are recommended. Seasons and slow buyers are not in them yet.`,
    );
  }
  if (job.train.y.length === 0) {
    warnings.push(
      `No ${job.timeframeDays} days have passed since anybody was first seen, so no outcome is known. A rule stands in.`,
    );
  } else if (job.test.y.length === 0) {
    warnings.push('Too little history to test on later days: the figures come from people held out of the training.');
  }
  return warnings;
}
