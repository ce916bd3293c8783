// Fits boosting on a label of several classes and judges it on rows that it did not learn from. One probability per class,
// so figures, predictions and model file are its own; tables, features and splits are those of every fit.
import { InklingError } from '../errors.ts';
import { ClassesSettings, type FittedClasses, fitClasses, likeliest, stratifiedFolds } from '../learn/index.ts';
import type { ClassScored, SavedClasses } from './classFile.ts';
import { type EncodingOptions, encode, findFeatures } from './encoding.ts';
import {
  columnAside,
  describeJudging,
  type ExperimentRequest,
  type ExperimentSummary,
  type Judging,
  splitsOf,
} from './experiment.ts';
import { type Figures, judgeClasses, type Spread, spread, spreadOf } from './figures.ts';
import { type ClassLabel, readClassPlaces } from './label.ts';
import { pickRows, type Rows } from './rows.ts';
import { readSettings } from './settings.ts';
import type { Table } from './table/table.ts';

export type ClassRequest = Omit<EncodingOptions, 'label'> &
  ExperimentRequest & {
    label: ClassLabel;
    /** Share of the training rows by which the learner decides when to stop. */
    validShare?: number;
  };

/** What it comes to, as `--json` prints it. */
export type ClassSummary = ExperimentSummary & {
  label: ClassLabel & { shares: number[] };
  trainRows: number;
  /** Over the folds, each figure's mean and standard deviation; of one judged set, the deviation is 0. */
  figures: Record<string, Spread>;
  pooled: Figures;
  /** Rows by their class, then by the class that was most probable. */
  confusion: number[][];
};

export type ClassFit = { summary: ClassSummary; scored: ClassScored; saved: SavedClasses | undefined };

type Known = Rows & { places: Int32Array };

export function fitLabelClasses(request: ClassRequest): ClassFit {
  const { train, judging, label, seed, onProgress } = request;
  const settings = settingsOf(request);
  const { features, dropped } = findFeatures(train, {
    ...request,
    label: label.column,
    aside: columnAside(judging),
  });
  const notes = [`${label.column} has ${label.classes.length} classes: ${label.classes.join(', ')}.`];
  const read = (table: Table): Known => {
    const { x, unseen } = encode(table, features);
    for (const [column, count] of Object.entries(unseen)) {
      notes.push(`${table.file}: ${count} values of ${column} do not occur in the training rows and count as missing.`);
    }
    const y = readClassPlaces(table, label);
    const places = Int32Array.from(y.keys()).filter((r) => !Number.isNaN(y[r]));
    if (places.length < y.length) {
      notes.push(`${table.file}: ${y.length - places.length} rows without a label are left out.`);
    }
    return { ...pickRows({ x, y }, places), places };
  };
  const all = read(train);
  const pairs =
    judging.by === 'test' ? [{ learned: all, judged: read(judging.table) }] : splitKnown(request, judging, all);
  const trials = pairs.map(({ learned, judged }, k) => {
    const within = (done: number, total: number) => onProgress?.(k * total + done, pairs.length * total);
    const start = performance.now();
    const model = fitRows(learned, settings, request, within);
    const secondsFit = (performance.now() - start) / 1000;
    const p = model.predict(judged.x);
    return { model, judged, p, trainRows: learned.y.length, figures: { ...judgeClasses(judged.y, p), secondsFit } };
  });
  const scored = poolTrials(trials, label.classes.length);
  const model =
    judging.by === 'folds' ? request.finalModel === 'fit' && fitRows(all, settings, request) : trials[0].model;
  const training = { file: train.file, rows: all.y.length, learner: 'boosting', settings, seed };
  return {
    summary: {
      file: train.file,
      rows: all.y.length,
      features: features.length,
      label: {
        ...label,
        shares: label.classes.map((_, k) => all.y.filter((place) => place === k).length / all.y.length),
      },
      learner: 'boosting',
      settings,
      judgedBy: describeJudging(judging),
      trainRows: Math.round(spreadOf(trials.map(({ trainRows }) => trainRows)).mean),
      testRows: scored.y.length,
      figures: spread(trials.map(({ figures }) => figures)),
      pooled: judgeClasses(scored.y, scored.p),
      confusion: confusionOf(scored, label.classes.length),
      dropped,
      notes,
    },
    scored,
    saved: model ? { label, features, training, model } : undefined,
  };
}

function settingsOf({ learner, set = [], seed }: ClassRequest): Record<string, unknown> {
  if (learner !== 'boosting') {
    throw new InklingError('invalid_input', `The label has several classes, and ${learner} does not tell them apart.`, {
      field: '--learner',
      value: learner,
      hint: 'Choose boosting, or name one class with --positive to hold it against the rest.',
    });
  }
  return { seed, ...readSettings({ name: 'boosting', settings: ClassesSettings }, set) };
}

function fitRows(
  rows: Rows,
  settings: Record<string, unknown>,
  { label, validShare, seed }: ClassRequest,
  onProgress?: (done: number, total: number) => void,
): FittedClasses {
  if (validShare === undefined) return fitClasses(rows.x, rows.y, label.classes, settings, { onProgress });
  const [{ train, test }] = stratifiedFolds(rows.y, { folds: Math.max(2, Math.round(1 / validShare)), seed });
  const { x, y } = pickRows(rows, train);
  return fitClasses(x, y, label.classes, settings, { valid: pickRows(rows, test), onProgress });
}

function splitKnown({ train, label, seed }: ClassRequest, judging: Exclude<Judging, { by: 'test' }>, all: Known) {
  const pick = (rows: Int32Array): Known => ({
    ...pickRows(all, rows),
    places: Int32Array.from(rows, (r) => all.places[r]),
  });
  return splitsOf(train, { rows: all, places: all.places, label }, judging, seed).map((split) => ({
    learned: pick(split.train),
    judged: pick(split.test),
  }));
}

function poolTrials(trials: readonly { judged: Known; p: Float64Array[] }[], classes: number): ClassScored {
  return {
    places: Int32Array.from(trials.flatMap(({ judged }) => [...judged.places])),
    y: Float32Array.from(trials.flatMap(({ judged }) => [...judged.y])),
    p: Array.from({ length: classes }, (_, k) => Float64Array.from(trials.flatMap(({ p }) => [...p[k]]))),
  };
}

function confusionOf({ y, p }: ClassScored, classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  y.forEach((place, r) => {
    counts[place][likeliest(p, r)]++;
  });
  return counts;
}
