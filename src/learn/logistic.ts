// Logistic regression with an L2 penalty on standardised columns, by Newton's method with step halving. It is the honest
// baseline: few rows suffice, and each column's part in a score is one product. A missing value stands at the column's
// mean; where values were missing in training, an extra 0/1 term learns what their absence says, so nothing is silent.
// Objective: Σ wᵢ·logLossᵢ + ½·l2·|β|², the intercept free (scikit-learn's C = 1/l2).
import { type Static, Type } from 'typebox';
import { solvePositiveDefinite } from '../math/index.ts';
import {
  brokenModel,
  checkModelFile,
  completeSettings,
  type FittedModel,
  type Learner,
  logOdds,
  rankGains,
  sigmoid,
} from './learner.ts';
import {
  checkMatrix,
  checkTraining,
  copyRow,
  type Matrix,
  selectColumns,
  sortColumns,
  sortedPlaces,
} from './matrix.ts';
import { applySquash, findSquash, Squash, squashFunction, type Transform } from './squash.ts';

export const LogisticSettings = Type.Object(
  {
    l2: Type.Number({ default: 1, minimum: 0, description: 'Strength of the pull of all coefficients towards zero.' }),
    transform: Type.Union([Type.Literal('none'), Type.Literal('log'), Type.Literal('quantile')], {
      default: 'quantile',
      description: "How heavy-tailed columns are tamed first: 'none', 'log' or 'quantile' (normal scores).",
    }),
    maxSteps: Type.Integer({ default: 50, minimum: 1, description: 'Newton steps at most.' }),
    tolerance: Type.Number({
      default: 1e-8,
      exclusiveMinimum: 0,
      description: 'Stop when the largest slope of the mean loss is below this.',
    }),
  },
  { additionalProperties: false },
);
export type LogisticSettings = Static<typeof LogisticSettings>;

const Term = Type.Object({
  name: Type.String(),
  squash: Squash,
  mean: Type.Number(),
  deviation: Type.Number({ exclusiveMinimum: 0 }),
  coefficient: Type.Number(),
  /** Share of the training rows without a value; what a row gets beside its product, and without a value instead of it. */
  missingShare: Type.Number({ minimum: 0, maximum: 1 }),
  whenKnown: Type.Number(),
  whenMissing: Type.Number(),
  /** Mean absolute contribution over the training rows. */
  gain: Type.Number({ minimum: 0 }),
});
type Term = Static<typeof Term>;

const LogisticFile = Type.Object({
  kind: Type.Literal('logistic'),
  intercept: Type.Number(),
  terms: Type.Array(Term, { minItems: 1 }),
  steps: Type.Integer({ minimum: 0 }),
  converged: Type.Boolean(),
});
type LogisticFile = Static<typeof LogisticFile>;

export const logistic: Learner<LogisticSettings> = {
  name: 'logistic',
  sentence: 'Logistic regression: adds up one term per signal; needs few rows and is easy to read.',
  settings: LogisticSettings,
  fit(x, y, given, options = {}) {
    const settings = completeSettings<LogisticSettings>('logistic', LogisticSettings, given);
    checkTraining(x, y, options.weights);
    const sorted = sortColumns(x);
    const design = standardise(sorted, settings.transform, options.weights);
    const solution = minimise(design, y, settings, options.weights, options.onProgress);
    const terms = nameTerms(design, solution.coefficients, options.weights);
    const places = sortedPlaces(x.names);
    return logisticFrom({
      kind: 'logistic',
      intercept: solution.coefficients[design.columns.length],
      terms: Array.from(places, (place) => terms[place]),
      steps: solution.steps,
      converged: solution.converged,
    });
  },
  read(json) {
    const file = checkModelFile<LogisticFile>('logistic', LogisticFile, json);
    for (const { name, squash } of file.terms) {
      if (squash.scale !== 'quantile') continue;
      if (
        squash.values.length !== squash.scores.length ||
        squash.values.some((v, i) => i > 0 && v <= squash.values[i - 1])
      ) {
        brokenModel('logistic', `the quantiles of ${JSON.stringify(name)} do not rise`);
      }
    }
    return logisticFrom(file);
  },
};

function logisticFrom(file: LogisticFile): FittedModel {
  const { intercept, terms } = file;
  const names = terms.map(({ name }) => name);
  const parts = terms.map(({ squash, mean, deviation, coefficient, whenKnown, whenMissing }) => {
    const scale = squashFunction(squash);
    const slope = coefficient / deviation;
    return (value: number) => (Number.isNaN(value) ? whenMissing : (scale(value) - mean) * slope + whenKnown);
  });
  const rawScore = (row: Float32Array) => {
    let score = intercept;
    for (let c = 0; c < parts.length; c++) score += parts[c](row[c]);
    return score;
  };
  return {
    kind: 'logistic',
    names,
    predict(x) {
      const selected = selectColumns(x, names);
      checkMatrix(selected);
      const row = new Float32Array(names.length);
      const probabilities = new Float64Array(x.rows);
      for (let r = 0; r < x.rows; r++) probabilities[r] = sigmoid(rawScore(copyRow(selected, r, row)));
      return probabilities;
    },
    predictRow: (row) => sigmoid(rawScore(row)),
    contributions: (row) => Float64Array.from({ length: parts.length + 1 }, (_, c) => parts[c]?.(row[c]) ?? intercept),
    importance: () =>
      rankGains(
        names,
        terms.map(({ gain }) => gain),
      ),
    toJSON: () => file,
  };
}

/** Standardised columns, missing at 0, then one standardised 0/1 column for each that has missing values. */
type Design = {
  rows: number;
  columns: Float64Array[];
  terms: Pick<Term, 'name' | 'squash' | 'mean' | 'deviation' | 'missingShare'>[];
  /** For each term, the place of its missing-value column in `columns`, or −1. */
  indicators: number[];
};

function standardise(x: Matrix, transform: Transform, weights?: Float32Array): Design {
  const design: Design = { rows: x.rows, columns: [], terms: [], indicators: [] };
  const absences: Float64Array[] = [];
  x.columns.forEach((column, c) => {
    const squash = findSquash(column, transform);
    const values = applySquash(column, squash);
    const absent = new Float64Array(x.rows);
    for (let r = 0; r < x.rows; r++) absent[r] = Number.isNaN(column[r]) ? 1 : 0;
    const missingShare = moments(absent, weights).mean;
    const scale = moments(values, weights);
    centre(values, scale);
    design.columns.push(values);
    design.terms.push({ name: x.names[c], squash, ...scale, missingShare });
    const varies = missingShare > 0 && missingShare < 1;
    design.indicators.push(varies ? x.columns.length + absences.length : -1);
    if (varies) absences.push(absent);
  });
  for (const absent of absences) {
    centre(absent, moments(absent, weights));
    design.columns.push(absent);
  }
  return design;
}

/** Standardises in place; a missing value becomes 0, the mean. */
function centre(column: Float64Array, { mean, deviation }: { mean: number; deviation: number }): void {
  for (let r = 0; r < column.length; r++) column[r] = Number.isNaN(column[r]) ? 0 : (column[r] - mean) / deviation;
}

/** Weighted mean and standard deviation of the known values; a constant column gets the deviation 1. */
function moments(column: Float64Array, weights?: Float32Array): { mean: number; deviation: number } {
  let mass = 0;
  let mean = 0;
  let square = 0;
  for (let r = 0; r < column.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    if (Number.isNaN(column[r]) || weight === 0) continue;
    // Welford's update: no cancellation when the mean is far from zero.
    mass += weight;
    const away = column[r] - mean;
    mean += (weight / mass) * away;
    square += weight * away * (column[r] - mean);
  }
  const deviation = mass > 0 ? Math.sqrt(square / mass) : 0;
  return { mean, deviation: deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? deviation : 1 };
}

/** Newton's method; the last coefficient is the intercept. */
function minimise(
  design: Design,
  y: Float32Array,
  settings: LogisticSettings,
  weights?: Float32Array,
  onProgress?: (done: number, total: number) => void,
): { coefficients: Float64Array; steps: number; converged: boolean } {
  let mass = 0;
  let positive = 0;
  for (let r = 0; r < y.length; r++) {
    mass += weights === undefined ? 1 : weights[r];
    positive += weights === undefined ? y[r] : weights[r] * y[r];
  }
  let coefficients = new Float64Array(design.columns.length + 1);
  coefficients[design.columns.length] = logOdds(positive / mass);
  let current = slopeAndCurvature(design, y, coefficients, settings.l2, weights);
  for (let steps = 0; ; steps++) {
    const converged = current.slope.every((slope) => Math.abs(slope) / mass < settings.tolerance);
    if (converged || steps === settings.maxSteps) return { coefficients, steps, converged };
    const direction = newtonDirection(current.curvature, current.slope);
    let share = 1;
    let next = coefficients;
    do {
      next = coefficients.map((coefficient, c) => coefficient - share * direction[c]);
      share /= 2;
    } while (share > 1e-6 && !(objective(design, y, next, settings.l2, weights) <= current.loss));
    if (share <= 1e-6) return { coefficients, steps, converged };
    coefficients = next;
    current = slopeAndCurvature(design, y, coefficients, settings.l2, weights);
    onProgress?.(steps + 1, settings.maxSteps);
  }
}

/** Solves curvature · d = slope, adding to the diagonal while the curvature is singular (l2 = 0, twin columns). */
function newtonDirection(curvature: Float64Array, slope: Float64Array): Float64Array {
  const size = slope.length;
  let largest = 0;
  for (let c = 0; c < size; c++) largest = Math.max(largest, curvature[c * size + c]);
  for (let ridge = 0; ; ridge = Math.max(ridge * 10, 1e-10 * largest)) {
    const raised = Float64Array.from(curvature);
    for (let c = 0; c < size; c++) raised[c * size + c] += ridge;
    const direction = solvePositiveDefinite(raised, slope);
    if (direction?.every(Number.isFinite)) return direction;
  }
}

function scoresOf(design: Design, coefficients: Float64Array): Float64Array {
  const scores = new Float64Array(design.rows).fill(coefficients[design.columns.length]);
  design.columns.forEach((column, c) => {
    const coefficient = coefficients[c];
    if (coefficient === 0) return;
    for (let r = 0; r < column.length; r++) scores[r] += coefficient * column[r];
  });
  return scores;
}

function objective(
  design: Design,
  y: Float32Array,
  coefficients: Float64Array,
  l2: number,
  weights?: Float32Array,
): number {
  const scores = scoresOf(design, coefficients);
  let loss = 0;
  for (let r = 0; r < y.length; r++) {
    // log(1 + e^s) − y·s, written so that a large score does not overflow.
    const s = scores[r];
    const rowLoss = Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s))) - y[r] * s;
    loss += weights === undefined ? rowLoss : weights[r] * rowLoss;
  }
  for (let c = 0; c < design.columns.length; c++) loss += 0.5 * l2 * coefficients[c] ** 2;
  return loss;
}

function slopeAndCurvature(
  design: Design,
  y: Float32Array,
  coefficients: Float64Array,
  l2: number,
  weights?: Float32Array,
) {
  const size = coefficients.length;
  const slope = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  const scores = scoresOf(design, coefficients);
  const residual = new Float64Array(design.rows);
  const spread = new Float64Array(design.rows);
  for (let r = 0; r < design.rows; r++) {
    const p = sigmoid(scores[r]);
    const weight = weights === undefined ? 1 : weights[r];
    residual[r] = weight * (p - y[r]);
    spread[r] = weight * p * (1 - p);
  }
  const columns = [...design.columns, new Float64Array(design.rows).fill(1)];
  const weighted = new Float64Array(BLOCK_ROWS);
  for (let start = 0; start < design.rows; start += BLOCK_ROWS) {
    const end = Math.min(design.rows, start + BLOCK_ROWS);
    for (let i = 0; i < size; i++) {
      const column = columns[i];
      for (let r = start; r < end; r++) {
        slope[i] += column[r] * residual[r];
        weighted[r - start] = column[r] * spread[r];
      }
      addProducts(curvature, i * size, weighted, columns, i, start, end);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) curvature[j * size + i] = curvature[i * size + j];
    if (i === size - 1) continue;
    slope[i] += l2 * coefficients[i];
    curvature[i * size + i] += l2;
  }
  return { slope, curvature, loss: objective(design, y, coefficients, l2, weights) };
}

/** Rows taken together, so that a block of all columns stays in the processor's cache. */
const BLOCK_ROWS = 1024;

/** Adds Σ weighted · columns[j] over the block to sums[at + j] for j = 0 … last, four columns in a pass. */
function addProducts(
  sums: Float64Array,
  at: number,
  weighted: Float64Array,
  columns: readonly Float64Array[],
  last: number,
  start: number,
  end: number,
): void {
  for (let j = 0; j <= last; j += 4) {
    const c0 = columns[j];
    const c1 = columns[Math.min(j + 1, last)];
    const c2 = columns[Math.min(j + 2, last)];
    const c3 = columns[Math.min(j + 3, last)];
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let r = start; r < end; r++) {
      const w = weighted[r - start];
      s0 += w * c0[r];
      s1 += w * c1[r];
      s2 += w * c2[r];
      s3 += w * c3[r];
    }
    sums[at + j] += s0;
    if (j + 1 <= last) sums[at + j + 1] += s1;
    if (j + 2 <= last) sums[at + j + 2] += s2;
    if (j + 3 <= last) sums[at + j + 3] += s3;
  }
}

/** Folds each missing-value column into the term it belongs to, so that a term is 0 on average over the training rows. */
function nameTerms(design: Design, coefficients: Float64Array, weights?: Float32Array): Term[] {
  return design.terms.map((term, c) => {
    const share = term.missingShare;
    const indicator = design.indicators[c];
    const effect = indicator < 0 ? 0 : coefficients[indicator] / Math.sqrt(share * (1 - share));
    const named = {
      ...term,
      coefficient: coefficients[c],
      whenKnown: -share * effect,
      whenMissing: (1 - share) * effect,
    };
    const column = design.columns[c];
    const absent = indicator < 0 ? undefined : design.columns[indicator];
    let sum = 0;
    let mass = 0;
    for (let r = 0; r < column.length; r++) {
      const weight = weights === undefined ? 1 : weights[r];
      // A standardised 0/1 column is above zero exactly where the value is missing.
      const missing = absent !== undefined && absent[r] > 0;
      sum += weight * Math.abs(missing ? named.whenMissing : column[r] * named.coefficient + named.whenKnown);
      mass += weight;
    }
    return { ...named, gain: sum / mass };
  });
}
