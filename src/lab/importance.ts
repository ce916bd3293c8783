// What a model goes by, feature by feature: its share in what the model explains (gain), how far it moves a row's score
// (mean absolute contribution), and what the predictions lose when its values are shuffled (permutation).
import {
  copyRow,
  type FittedModel,
  type Matrix,
  permutationImportance,
  rocAuc,
  rootMeanSquaredError,
  selectColumns,
  selectRows,
} from '../learn/index.ts';
import { encode, unseenNotes } from './encoding.ts';
import { type Label, readOutcomes } from './label.ts';
import type { SavedModel } from './modelFile.ts';
import { pickRows, type Rows } from './rows.ts';
import type { Table } from './table/table.ts';

/** What shuffling a feature costs, in the unit of the score: its mean and standard deviation over the repeats. */
export type Loss = { mean: number; sd: number };

export type FeatureImportance = {
  feature: string;
  gain: number;
  /** Mean absolute part of the raw score. */
  meanAbsolute: number;
  /** Absent when the table does not hold the label. */
  permutation?: Loss;
};

export type Importances = {
  file: string;
  rows: number;
  /** What permutation is measured in. */
  score: string;
  /** By permutation where it is known, else by mean absolute contribution. */
  features: readonly FeatureImportance[];
  notes: readonly string[];
};

/** The figure that a shuffled feature costs. */
export const permutationScore: Record<Label['kind'], string> = { outcome: 'rocAuc', amount: 'rmse' };

/** Contributions cost more than predictions. */
const ROWS_EXPLAINED = 1000;
/** More rows would move no mean by what its repeats differ. */
const ROWS_SHUFFLED = 20_000;

/** Looks at a model over the rows of a table, best ones that it did not learn from. */
export function findImportances(
  saved: SavedModel,
  table: Table,
  { repeats, seed }: { repeats: number; seed: number },
): Importances {
  const { model, label } = saved;
  const { x, unseen } = encode(table, saved.features);
  const gains = new Map(model.importance().map(({ name, gain }) => [name, gain]));
  const rows = labelled(label, table, x);
  const losses = rows && lossesByFeature(model, rows, { kind: (label as Label).kind, repeats, seed });
  const features = meanEffects(model, x, ROWS_EXPLAINED).map(({ name, value }) => ({
    feature: name,
    gain: gains.get(name) ?? 0,
    meanAbsolute: value,
    ...(losses && { permutation: losses.get(name) }),
  }));
  if (losses) features.sort((a, b) => (b.permutation?.mean ?? 0) - (a.permutation?.mean ?? 0));
  const notes = unseenNotes(unseen);
  if (!losses) notes.push('Without the label in the table there is no telling what shuffling a feature costs.');
  return { file: table.file, rows: table.rows, score: permutationScore[label?.kind ?? 'outcome'], features, notes };
}

function labelled(label: Label | undefined, table: Table, x: Matrix): Rows | undefined {
  if (label === undefined || !table.columns.some(({ name }) => name === label.column)) return undefined;
  const y = readOutcomes(table, label);
  const known = Int32Array.from(y.keys()).filter((r) => !Number.isNaN(y[r]));
  return known.length === 0 ? undefined : pickRows({ x, y }, known);
}

/** What shuffling each feature costs; of many rows, on evenly spaced ones. */
export function lossesByFeature(
  model: FittedModel,
  rows: Rows,
  { kind, repeats, seed }: { kind: Label['kind']; repeats: number; seed: number },
): Map<string, Loss> {
  const step = Math.max(1, Math.ceil(rows.y.length / ROWS_SHUFFLED));
  const looked = pickRows(
    rows,
    Int32Array.from({ length: Math.ceil(rows.y.length / step) }, (_, i) => i * step),
  );
  const score = kind === 'outcome' ? rocAuc : (y: ArrayLike<number>, p: Float64Array) => -rootMeanSquaredError(y, p);
  const found = permutationImportance(model, looked, { score, repeats, seed });
  return new Map(found.map(({ name, mean, sd }) => [name, { mean, sd }]));
}

/** Mean absolute contribution of each feature over evenly spaced rows, largest first. */
export function meanEffects(model: FittedModel, given: Matrix, most: number): { name: string; value: number }[] {
  const step = Math.max(1, Math.ceil(given.rows / most));
  const x = selectRows(
    selectColumns(given, model.names),
    Int32Array.from({ length: Math.ceil(given.rows / step) }, (_, i) => i * step),
  );
  const sums = new Float64Array(model.names.length);
  for (let r = 0; r < x.rows; r++) {
    const contributions = model.contributions(copyRow(x, r));
    for (let c = 0; c < sums.length; c++) sums[c] += Math.abs(contributions[c]);
  }
  return model.names
    .map((name, c) => ({ name, value: sums[c] / Math.max(1, x.rows) }))
    .sort((a, b) => b.value - a.value);
}

/** Of the losses found in several trials, their mean and how far the trials differ; of one, what it found. */
export function meanLosses(trials: readonly Map<string, Loss>[]): Map<string, Loss> {
  const [first] = trials;
  if (trials.length === 1) return first;
  return new Map(
    [...first.keys()].map((name) => {
      const means = trials.map((losses) => losses.get(name)?.mean ?? 0);
      const mean = means.reduce((sum, one) => sum + one, 0) / means.length;
      const squares = means.reduce((sum, one) => sum + (one - mean) ** 2, 0);
      return [name, { mean, sd: Math.sqrt(squares / (means.length - 1)) }];
    }),
  );
}
