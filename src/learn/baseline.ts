// The rule to beat: the one column that tells most, cut into a few bins with a share each (Holte 1993, "Very simple
// classification rules perform well"), or the share of all rows where even that is not wanted. A learner that does not
// clearly beat it has learned nothing that a person could not write down.
import { type Static, Type } from 'typebox';
import { binOf } from './bins.ts';
import { binOfValue, type ColumnBins, cutAmounts, cutCategories } from './boosting/columnBins.ts';
import {
  brokenModel,
  checkModelFile,
  completeModel,
  completeSettings,
  type FittedModel,
  type Learner,
  rankGains,
} from './learner.ts';
import { logOdds } from './link.ts';
import { checkTraining, countedRows, sortColumns, type TrainingRows } from './matrix.ts';
import { isCode } from './squash.ts';

export const BaselineSettings = Type.Object(
  {
    rule: Type.Union([Type.Literal('column'), Type.Literal('share')], {
      default: 'column',
      description: "'column' asks one column, 'share' gives every row the share of all.",
    }),
    bins: Type.Integer({ default: 8, minimum: 2, maximum: 255, description: 'Bins of the column at most.' }),
    smoothing: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      description: "Rows of average outcome that are added to each bin, so that none is certain of what it can't be.",
    }),
  },
  { additionalProperties: false },
);
export type BaselineSettings = Static<typeof BaselineSettings>;

const Rule = Type.Object({
  column: Type.String(),
  /** Of a column of amounts: the upper edges of all bins but the last. */
  edges: Type.Array(Type.Number()),
  /** Of a column of categories: the code of each bin; absent for amounts. */
  codes: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }))),
  /** What each bin adds to the average log-odds, and what other codes and missing values add. */
  scores: Type.Array(Type.Number()),
  other: Type.Number(),
  missing: Type.Number(),
});
type Rule = Static<typeof Rule>;

const BaselineFile = Type.Object({
  kind: Type.Literal('baseline'),
  names: Type.Array(Type.String(), { minItems: 1 }),
  /** Log-odds of any row before its column is looked at. */
  average: Type.Number(),
  /** Absent where no column is asked. */
  rule: Type.Optional(Rule),
});
type BaselineFile = Static<typeof BaselineFile>;

export const baseline: Learner<BaselineSettings> = {
  name: 'baseline',
  sentence: 'One-column rule: shares by bins of the single best signal; what any other learner has to beat.',
  settings: BaselineSettings,
  fit(x, y, given, options = {}) {
    const settings = completeSettings<BaselineSettings>('baseline', BaselineSettings, given);
    checkTraining(x, y, options.weights);
    const rows = countedRows(sortColumns(x), y, options.weights);
    const share = shareOf(rows);
    const rule = settings.rule === 'column' ? findRule(rows, share, settings) : undefined;
    options.onProgress?.(1, 1);
    return baselineFrom({ kind: 'baseline', names: [...x.names], average: logOdds(share), ...(rule && { rule }) });
  },
  read(json) {
    const file = checkModelFile<BaselineFile>('baseline', BaselineFile, json);
    const { rule, names } = file;
    if (rule === undefined) return baselineFrom(file);
    const { column, edges, codes, scores } = rule;
    if (!names.includes(column))
      brokenModel('baseline', `it asks for ${JSON.stringify(column)}, which it does not have`);
    if (scores.length !== (codes?.length ?? edges.length + 1)) brokenModel('baseline', 'its bins have no score each');
    return baselineFrom(file);
  },
};

/** The rule of least log loss on the rows; undefined where no column parts them. */
function findRule({ x, y, weights }: TrainingRows, share: number, settings: BaselineSettings): Rule | undefined {
  let best: Rule | undefined;
  let bestLoss = Number.POSITIVE_INFINITY;
  x.columns.forEach((column, c) => {
    const isCategory = x.categorical?.includes(x.names[c]) ?? false;
    const cut = isCategory ? cutCategories(column, settings.bins) : cutAmounts(column, settings.bins);
    const sums = sumBins(cut, column, y, weights);
    if (sums.mass.filter((mass) => mass > 0).length < 2) return;
    const scores = sums.mass.map((mass, bin) =>
      logOdds((sums.positive[bin] + settings.smoothing * share) / (mass + settings.smoothing)),
    );
    const loss = sums.mass.reduce((total, mass, bin) => total + lossOf(scores[bin], mass, sums.positive[bin]), 0);
    if (loss >= bestLoss) return;
    best = ruleOf(x.names[c], cut, scores, logOdds(share));
    bestLoss = loss;
  });
  return best;
}

/** Weight and positives of each bin; missing values last. */
function sumBins(cut: ColumnBins, column: Float32Array, y: Float32Array, weights?: Float32Array) {
  const mass = new Array<number>(cut.bins + 1).fill(0);
  const positive = new Array<number>(cut.bins + 1).fill(0);
  for (let r = 0; r < column.length; r++) {
    const bin = binOfValue(cut, column[r]);
    const weight = weights === undefined ? 1 : weights[r];
    mass[bin] += weight;
    positive[bin] += weight * y[r];
  }
  return { mass, positive };
}

/** Log loss of rows that all get the same log-odds. */
function lossOf(score: number, mass: number, positive: number): number {
  return mass * Math.log1p(Math.exp(score)) - positive * score;
}

function ruleOf(
  column: string,
  { bins, edges, categories }: ColumnBins,
  logits: readonly number[],
  average: number,
): Rule {
  const scores = logits.map((logit) => logit - average);
  const missing = scores[bins];
  if (categories === undefined) {
    return { column, edges: [...edges], scores: scores.slice(0, bins), other: 0, missing };
  }
  const codes = [...categories.codes];
  const other = categories.otherBin < 0 ? 0 : scores[categories.otherBin];
  return { column, edges: [], codes, scores: scores.slice(0, codes.length), other, missing };
}

function baselineFrom(file: BaselineFile): FittedModel {
  const { names, average, rule } = file;
  const asked = rule === undefined ? -1 : names.indexOf(rule.column);
  const score = rule === undefined ? () => 0 : scoreFunction(rule);
  return completeModel({
    kind: 'baseline',
    names,
    rawScore: (row) => average + score(row[asked]),
    contributions(row) {
      const contributions = new Float64Array(names.length + 1);
      if (asked >= 0) contributions[asked] = score(row[asked]);
      contributions[names.length] = average;
      return contributions;
    },
    importance: () =>
      rankGains(
        names,
        names.map((_, c) => Number(c === asked)),
      ),
    toJSON: () => file,
  });
}

function scoreFunction({ edges, codes, scores, other, missing }: Rule): (value: number) => number {
  if (codes === undefined) {
    const sorted = Float32Array.from(edges);
    return (value) => (Number.isNaN(value) ? missing : scores[binOf(sorted, value)]);
  }
  const scoreOf = new Map(codes.map((code, bin) => [code, scores[bin]]));
  return (value) => (isCode(value) ? (scoreOf.get(value) ?? other) : missing);
}

function shareOf({ y, weights }: TrainingRows): number {
  let positive = 0;
  let mass = 0;
  for (let r = 0; r < y.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    positive += weight * y[r];
    mass += weight;
  }
  return positive / mass;
}
