// Fits one learner on a table, judges it on rows that it did not learn from, and hands back the figures, the predictions
// behind them and the model to keep.
import { type FittedModel, rocAucInterval } from '../learn/index.ts';
import { type Arm, openArm } from './arm.ts';
import { describeChoice } from './auto.ts';
import {
  columnAside,
  describeJudging,
  type ExperimentRequest,
  type ExperimentSummary,
  encodeLabelled,
  type Judging,
  type Prepared,
  type PrepareOptions,
  pool,
  prepare,
  type Scored,
  splitsOf,
  type Trial,
  tryArm,
  tryOn,
} from './experiment.ts';
import { type Figures, judge, type Spread, spread, spreadOf, THRESHOLD } from './figures.ts';
import { type Loss, meanLosses } from './importance.ts';
import type { Label } from './label.ts';
import type { SavedModel } from './modelFile.ts';
import type { Table } from './table/table.ts';

export type FitRequest = PrepareOptions &
  ExperimentRequest & {
    /** Share of the training rows by which the learner decides when to stop. */
    validShare?: number;
    /** Whether to find out what shuffling each feature costs on the rows that judge. */
    permutation?: 'find' | 'skip';
  };

/** What a fit comes to, as `--json` prints it. Over folds every figure is a mean with its standard deviation. */
export type FitSummary = ExperimentSummary & {
  label: Label & { share?: number };
  trainRows: number;
  threshold?: number;
  pooled?: Figures;
  rocAucInterval?: [low: number, high: number];
} & Record<string, unknown>;

export type Fit = {
  summary: FitSummary;
  /** The predictions that were judged; `places` are rows of the training or the test table. */
  scored: Scored;
  /** Table that `scored` speaks of. */
  scoredTable: Table;
  saved: SavedModel | undefined;
  prepared: Prepared;
  permutation: Map<string, Loss> | undefined;
};

export function fit(request: FitRequest): Fit {
  const { train, judging, seed } = request;
  const prepared = prepare(train, { ...request, aside: columnAside(judging) });
  const arm = openArm({ ...request, kind: prepared.label.kind });
  const trials =
    judging.by === 'test' ? [tryTable(arm, prepared, judging.table, request)] : tryRows(arm, prepared, request);
  const scored = pool(trials);
  const model = judging.by === 'folds' ? finalModel(arm, prepared, request) : trials[0].model;
  const losses = trials.map((trial) => trial.losses).filter((found) => found !== undefined);
  const training = {
    file: train.file,
    rows: prepared.rows.y.length,
    learner: arm.learner,
    settings: arm.settings,
    seed,
  };
  return {
    summary: summarise(request, prepared, arm, trials, scored),
    scored,
    scoredTable: judging.by === 'test' ? judging.table : train,
    saved: model && { label: prepared.label, features: [...prepared.features], training, model },
    prepared,
    permutation: losses.length > 0 ? meanLosses(losses) : undefined,
  };
}

function tryTable(arm: Arm, prepared: Prepared, table: Table, request: FitRequest) {
  const { rows, places } = encodeLabelled(table, prepared.label, prepared.features, prepared.notes);
  const { kind } = prepared.label;
  return tryOn(
    arm,
    prepared.rows,
    rows,
    { kind, places, shuffling: shufflingOf(request, REPEATS) },
    request.onProgress,
  );
}

/** How often a feature is shuffled: over folds less, for there are several of them. */
const REPEATS = 5;
const REPEATS_PER_FOLD = 2;

function shufflingOf({ permutation, seed }: FitRequest, repeats: number) {
  return permutation === 'find' ? { repeats, seed } : undefined;
}

function tryRows(arm: Arm, prepared: Prepared, request: FitRequest) {
  const { train, judging, seed, onProgress } = request;
  const splits = splitsOf(train, prepared, judging as Exclude<Judging, { by: 'test' }>, seed);
  return splits.map((split, k) => {
    const within = (done: number, total: number) => onProgress?.(k * total + done, splits.length * total);
    const repeats = splits.length === 1 ? REPEATS : REPEATS_PER_FOLD;
    return tryArm(arm, prepared, split, { onProgress: within, shuffling: shufflingOf(request, repeats) });
  });
}

function finalModel(arm: Arm, prepared: Prepared, { finalModel = 'skip' }: FitRequest): FittedModel | undefined {
  return finalModel === 'fit' ? arm.fit(prepared.rows) : undefined;
}

function summarise(
  { train, judging }: FitRequest,
  prepared: Prepared,
  arm: Arm,
  trials: readonly (Trial & { model: FittedModel })[],
  scored: Scored,
): FitSummary {
  const { label, rows, features, dropped } = prepared;
  const notes = [...prepared.notes, ...(arm.learner === 'auto' ? [sayChoice(trials)] : [])];
  const isOutcome = label.kind === 'outcome';
  const times: Record<string, Spread> = {
    secondsFit: spreadOf(trials.map(({ secondsFit }) => secondsFit)),
    secondsPredict: spreadOf(trials.map(({ secondsPredict }) => secondsPredict)),
  };
  const spreads = { ...spread(trials.map(({ figures }) => figures)), ...times };
  const figures = judging.by === 'folds' ? spreads : onlyMeans(spreads);
  return {
    file: train.file,
    rows: rows.y.length,
    features: features.length,
    label: { ...label, ...(isOutcome ? { share: rows.y.reduce((sum, y) => sum + y, 0) / rows.y.length } : {}) },
    learner: arm.learner,
    settings: arm.settings,
    judgedBy: describeJudging(judging),
    trainRows: Math.round(spreadOf(trials.map(({ trainRows }) => trainRows)).mean),
    testRows: scored.y.length,
    ...figures,
    ...(isOutcome ? { threshold: THRESHOLD } : {}),
    ...(judging.by === 'folds' ? { pooled: judge(label.kind, scored.y, scored.p) } : {}),
    ...(isOutcome && judging.by !== 'folds' ? { rocAucInterval: rocAucInterval(scored.y, scored.p) } : {}),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    dropped,
    notes,
  };
}

function onlyMeans(spreads: Record<string, Spread>): Figures {
  return Object.fromEntries(Object.entries(spreads).map(([name, { mean }]) => [name, mean]));
}

function sayChoice(trials: readonly { model: FittedModel }[]): string {
  const kinds = trials.map(({ model }) => describeChoice(model));
  const counts = [...new Set(kinds)].map((kind) => `${kind} ${kinds.filter((one) => one === kind).length}×`);
  return `auto chose by folds within the training rows: ${trials.length === 1 ? kinds[0] : counts.join(', ')}.`;
}
