// Learners or models side by side on the same rows. Over folds every learner meets the same folds, and each pair is held
// against each other by the corrected resampled t-test; on one test set by DeLong's test for the AUC and row by row for
// the losses that are means over rows.
import { InklingError } from '../errors.ts';
import { compareRocAuc, correctedResampledT, pairedRows, type Verdict } from '../learn/index.ts';
import { openArm } from './arm.ts';
import { type EncodingOptions, encode } from './encoding.ts';
import {
  columnAside,
  describeJudging,
  encodeLabelled,
  pool,
  prepare,
  type Scored,
  splitsOf,
  type Trial,
  tryArm,
  tryOn,
} from './experiment.ts';
import { type Figures, judge, metrics, type Spread, spread } from './figures.ts';
import { findLabel, type Label, readOutcomes } from './label.ts';
import type { SavedModel } from './modelFile.ts';
import type { Table } from './table/table.ts';

/** One learner or model. */
export type Contender = {
  name: string;
  figures: Record<string, Spread> | Figures;
  secondsFit?: number;
  /** Over folds, the figures of each. */
  folds?: readonly Figures[];
  scored: Scored;
};

export type Duel = Verdict & {
  first: string;
  second: string;
  metric: string;
  test: 'corrected resampled t-test' | 'DeLong' | 'paired rows' | 'none';
};

export type Comparison = {
  kind: Label['kind'];
  rows: number;
  judgedBy: string;
  contenders: readonly Contender[];
  duels: readonly Duel[];
  notes: readonly string[];
};

type CompareLearners = Omit<EncodingOptions, 'aside'> & {
  train: Table;
  positive?: string;
  /** As on the command line: `boosting`, `logistic:l2=10`. */
  learners: readonly string[];
  seed: number;
  onProgress?: (done: number, total: number) => void;
};

/** Compares learners over the same folds. */
export function compareOverFolds(
  request: CompareLearners & { folds: number; repeats: number; groupColumn?: string },
): Comparison {
  const { train, learners, seed, folds, repeats, onProgress } = request;
  const judging = { by: 'folds', folds, repeats, groupColumn: request.groupColumn } as const;
  const prepared = prepare(train, { ...request, aside: columnAside(judging) });
  const { kind } = prepared.label;
  const arms = learners.map((spec) => openArm({ ...splitSpec(spec), seed, kind }));
  const splits = splitsOf(train, prepared, judging, seed);
  const trials: Trial[][] = arms.map(() => []);
  splits.forEach((split, k) => {
    arms.forEach((arm, a) => {
      const { model: _, ...trial } = tryArm(arm, prepared, split);
      trials[a].push(trial);
      onProgress?.(k * arms.length + a + 1, splits.length * arms.length);
    });
  });
  const sizes = { trainRows: splits[0].train.length, testRows: splits[0].test.length };
  const duels = pairsOf(arms.length).flatMap(([a, b]) =>
    metrics[kind].map(({ name: metric }): Duel => {
      const differences = splits.map((_, k) => trials[a][k].figures[metric] - trials[b][k].figures[metric]);
      const verdict = correctedResampledT(differences, sizes);
      return { first: arms[a].name, second: arms[b].name, metric, test: 'corrected resampled t-test', ...verdict };
    }),
  );
  return {
    kind,
    rows: prepared.rows.y.length,
    judgedBy: describeJudging(judging),
    contenders: arms.map(({ name }, a) => ({
      name,
      figures: spread(trials[a].map(({ figures }) => figures)),
      folds: trials[a].map(({ figures }) => figures),
      secondsFit: trials[a].reduce((sum, { secondsFit }) => sum + secondsFit, 0) / splits.length,
      scored: pool(trials[a]),
    })),
    duels,
    notes: prepared.notes,
  };
}

/** Compares learners that learn from one table on the rows of another. */
export function compareOnTest(request: CompareLearners & { test: Table }): Comparison {
  const { train, test, learners, seed, onProgress } = request;
  const prepared = prepare(train, request);
  const { label, notes } = prepared;
  const { rows, places } = encodeLabelled(test, label, prepared.features, notes);
  const contenders = learners.map((spec, a) => {
    const arm = openArm({ ...splitSpec(spec), seed, kind: label.kind });
    const { figures, secondsFit, scored } = tryOn(arm, prepared.rows, rows, { kind: label.kind, places });
    onProgress?.(a + 1, learners.length);
    return { name: arm.name, figures, secondsFit, scored };
  });
  return onOneTest(label.kind, test.file, contenders, notes);
}

/** Compares saved models on the rows of a table. */
export function compareModels(
  models: readonly { name: string; saved: SavedModel }[],
  test: Table,
  given: { label?: string; positive?: string } = {},
): Comparison {
  const label = labelOf(models, test, given);
  const y = readOutcomes(test, label);
  const places = Int32Array.from(y.keys()).filter((r) => !Number.isNaN(y[r]));
  const outcomes = Float32Array.from(places, (r) => y[r]);
  const contenders = models.map(({ name, saved }) => {
    const all = saved.model.predict(encode(test, saved.features).x);
    const p = Float64Array.from(places, (r) => all[r]);
    return { name, figures: judge(label.kind, outcomes, p), scored: { places, y: outcomes, p } };
  });
  return onOneTest(label.kind, test.file, contenders, []);
}

function labelOf(
  models: readonly { name: string; saved: SavedModel }[],
  test: Table,
  { label, positive }: { label?: string; positive?: string },
): Label {
  if (label !== undefined) return findLabel(test, label, positive).label;
  const labels = models.map(({ saved }) => saved.label).filter((one) => one !== undefined);
  const strange = labels.find((one) => JSON.stringify(one) !== JSON.stringify(labels[0]));
  if (labels.length > 0 && strange === undefined) return labels[0];
  const reason =
    labels.length === 0 ? 'The models do not say what they predict' : 'The models predict different labels';
  throw new InklingError('invalid_input', `${reason}.`, { field: '--label', hint: 'Name the label with --label.' });
}

function onOneTest(
  kind: Label['kind'],
  file: string,
  contenders: readonly (Contender & { figures: Figures })[],
  notes: readonly string[],
): Comparison {
  const duels = pairsOf(contenders.length).flatMap(([a, b]) =>
    metrics[kind].map(({ name: metric }): Duel => {
      const [first, second] = [contenders[a], contenders[b]];
      const difference = first.figures[metric] - second.figures[metric];
      return {
        first: first.name,
        second: second.name,
        metric,
        ...testOnce(metric, first.scored, second.scored, difference),
      };
    }),
  );
  return { kind, rows: contenders[0].scored.y.length, judgedBy: `the rows of ${file}`, contenders, duels, notes };
}

/** Loss of one row, for metrics that are its mean. */
const rowLosses: Record<string, (y: number, p: number) => number> = {
  logLoss: (y, p) => -Math.log(Math.min(1 - 1e-15, Math.max(1e-15, y === 1 ? p : 1 - p))),
  brier: (y, p) => (p - y) ** 2,
  mae: (y, p) => Math.abs(p - y),
  accuracy: (y, p) => Number(p >= 0.5 === (y === 1)),
};

function testOnce(metric: string, a: Scored, b: Scored, difference: number): Verdict & Pick<Duel, 'test'> {
  if (metric === 'rocAuc') return { ...compareRocAuc(a.y, a.p, b.p), test: 'DeLong' };
  const loss = rowLosses[metric];
  if (loss === undefined) return { difference, interval: [Number.NaN, Number.NaN], pValue: Number.NaN, test: 'none' };
  const losses = ({ y, p }: Scored) => p.map((one, r) => loss(y[r], one));
  return { ...pairedRows(losses(a), losses(b)), test: 'paired rows' };
}

function pairsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, a) => a).flatMap((a) =>
    Array.from({ length: count - a - 1 }, (_, i): [number, number] => [a, a + 1 + i]),
  );
}

/** `logistic:l2=10,transform=none` → learner and settings. */
function splitSpec(spec: string): { learner: string; set: string[] } {
  const at = spec.indexOf(':');
  return at < 0 ? { learner: spec, set: [] } : { learner: spec.slice(0, at), set: spec.slice(at + 1).split(',') };
}
