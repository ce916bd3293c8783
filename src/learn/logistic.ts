// Logistic regression with an L2 penalty on standardised columns (the fitting itself is in newton.ts). It is the honest
// baseline: few rows suffice, and each column's part in a score is one product. A missing value stands at the column's
// mean; where values were missing in training, an extra 0/1 term learns what their absence says, so nothing is silent.
import { type Static, Type } from 'typebox';
import {
  brokenModel,
  checkModelFile,
  completeModel,
  completeSettings,
  type FittedModel,
  type Learner,
  rankGains,
} from './learner.ts';
import { checkTraining, countedRows, type Matrix, sortColumns, sortedPlaces } from './matrix.ts';
import { minimiseLogLoss } from './newton.ts';
import { applySquash, findSquash, Squash, squashFunction, type Transform } from './squash.ts';

export const LogisticSettings = Type.Object(
  {
    l2: Type.Number({ default: 1, minimum: 0, description: 'Strength of the pull of all coefficients towards zero.' }),
    transform: Type.Union([Type.Literal('none'), Type.Literal('log'), Type.Literal('quantile')], {
      default: 'log',
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
    const counted = countedRows(sortColumns(x), y, options.weights);
    const design = standardise(counted.x, settings.transform, counted.weights);
    const problem = { columns: design.columns, y: counted.y, weights: counted.weights, l2: settings.l2 };
    const solution = minimiseLogLoss(problem, settings, options.onProgress);
    const terms = nameTerms(design, solution.coefficients, counted.weights);
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
  return completeModel({
    kind: 'logistic',
    names,
    rawScore(row) {
      let score = intercept;
      for (let c = 0; c < parts.length; c++) score += parts[c](row[c]);
      return score;
    },
    contributions: (row) => Float64Array.from({ length: parts.length + 1 }, (_, c) => parts[c]?.(row[c]) ?? intercept),
    importance: () =>
      rankGains(
        names,
        terms.map(({ gain }) => gain),
      ),
    toJSON: () => file,
  });
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
