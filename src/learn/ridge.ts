// Ridge regression of an amount on standardised columns (linear.ts), by the normal equations. The pull towards zero can
// be left to the data: `evidence` takes the strength under which the outcomes are likeliest when coefficients are drawn
// from one normal distribution (MacKay 1992), so columns that say nothing end near zero, however noisy the amounts are.
import { type Static, Type } from 'typebox';
import { solvePositiveDefinite } from '../math/index.ts';
import { checkModelFile, completeSettings, type Learner } from './learner.ts';
import { linearModel, standardise, Term, termsInOrder } from './linear.ts';
import { checkAmountTraining, countedRows, sortColumns } from './matrix.ts';

export const RidgeSettings = Type.Object(
  {
    l2: Type.Union([Type.Number({ minimum: 0 }), Type.Literal('evidence')], {
      default: 'evidence',
      description: "Strength of the pull of all coefficients towards zero, or 'evidence' to read it off the data.",
    }),
    transform: Type.Union([Type.Literal('none'), Type.Literal('log'), Type.Literal('quantile')], {
      default: 'log',
      description: "How heavy-tailed columns are tamed first: 'none', 'log' or 'quantile' (normal scores).",
    }),
  },
  { additionalProperties: false },
);
export type RidgeSettings = Static<typeof RidgeSettings>;

const RidgeFile = Type.Object({
  kind: Type.Literal('ridge'),
  intercept: Type.Number(),
  terms: Type.Array(Term, { minItems: 1 }),
  /** The strength that was used. */
  l2: Type.Number({ minimum: 0 }),
});
type RidgeFile = Static<typeof RidgeFile>;

export const ridge: Learner<RidgeSettings> = {
  name: 'ridge',
  sentence: 'Ridge regression of an amount: adds up one term per signal and finds its own strength of shrinkage.',
  settings: RidgeSettings,
  fit(x, y, given, options = {}) {
    const settings = completeSettings<RidgeSettings>('ridge', RidgeSettings, given);
    checkAmountTraining(x, y, options.weights);
    const counted = countedRows(sortColumns(x), y, options.weights);
    const design = standardise(counted.x, settings.transform, counted.weights);
    const equations = normalEquations(design.columns, counted.y, counted.weights);
    const l2 = settings.l2 === 'evidence' ? likeliestPenalty(equations) : settings.l2;
    const coefficients = solve(equations, l2)?.coefficients ?? new Float64Array(design.columns.length);
    options.onProgress?.(1, 1);
    const file: RidgeFile = {
      kind: 'ridge',
      intercept: equations.mean,
      terms: termsInOrder(x.names, design, coefficients, counted.weights),
      l2,
    };
    return linearModel(file, 'identity');
  },
  read: (json) => linearModel(checkModelFile<RidgeFile>('ridge', RidgeFile, json), 'identity'),
};

/** Σ w·z·zᵀ and Σ w·z·(y − mean) over the rows, with what the evidence needs beside them. */
type Equations = {
  mass: number;
  mean: number;
  gram: Float64Array;
  moments: Float64Array;
  /** Σ w·(y − mean)². */
  square: number;
};

/** The columns have mean zero, so the intercept is the mean of the amounts and drops out. */
function normalEquations(
  columns: readonly Float64Array[],
  y: Float32Array,
  weights: Float32Array | undefined,
): Equations {
  const size = columns.length;
  const weightOf = (r: number) => (weights === undefined ? 1 : weights[r]);
  let mass = 0;
  let mean = 0;
  for (let r = 0; r < y.length; r++) {
    mass += weightOf(r);
    mean += (weightOf(r) / mass) * (y[r] - mean);
  }
  const gram = new Float64Array(size * size);
  const moments = new Float64Array(size);
  const weighted = new Float64Array(y.length);
  for (let i = 0; i < size; i++) {
    for (let r = 0; r < y.length; r++) weighted[r] = weightOf(r) * columns[i][r];
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let r = 0; r < y.length; r++) sum += weighted[r] * columns[j][r];
      gram[i * size + j] = sum;
      gram[j * size + i] = sum;
    }
    for (let r = 0; r < y.length; r++) moments[i] += weighted[r] * (y[r] - mean);
  }
  let square = 0;
  for (let r = 0; r < y.length; r++) square += weightOf(r) * (y[r] - mean) ** 2;
  return { mass, mean, gram, moments, square };
}

/** β of (Σ w·z·zᵀ + l2·I)·β = Σ w·z·y, and the logarithm of the determinant of its left side. */
function solve({ gram, moments, mass }: Equations, l2: number) {
  const size = moments.length;
  const left = Float64Array.from(gram);
  // Columns that repeat each other would leave no unique answer: a speck of penalty chooses the shortest.
  for (let i = 0; i < size; i++) left[i * size + i] += Math.max(l2, 1e-9 * mass);
  const coefficients = solvePositiveDefinite(left, moments);
  if (coefficients === undefined) return undefined;
  let logDeterminant = 0;
  for (let i = 0; i < size; i++) logDeterminant += 2 * Math.log(left[i * size + i]);
  return { coefficients, logDeterminant };
}

/** The penalty of greatest evidence among powers of two, from hardly any to one that leaves only the mean. */
function likeliestPenalty(equations: Equations): number {
  const { mass } = equations;
  let best = { l2: mass * 2 ** MOST_PENALTY, evidence: Number.NEGATIVE_INFINITY };
  for (let power = LEAST_PENALTY; power <= MOST_PENALTY; power++) {
    const l2 = mass * 2 ** power;
    const evidence = logEvidence(equations, l2);
    if (evidence > best.evidence) best = { l2, evidence };
  }
  return best.l2;
}

/** Penalties as powers of two, per unit of weight: the columns have variance one. */
const LEAST_PENALTY = -16;
const MOST_PENALTY = 14;

/**
 * Log marginal likelihood up to a constant, the variance of the noise at its likeliest value (MacKay 1992, eq. 4.8 with
 * β ~ N(0, σ²/l2) and n the sum of the weights): −½·(n·log(RSS + l2·|β|²) + log det(G + l2·I) − k·log l2).
 */
function logEvidence(equations: Equations, l2: number): number {
  const solution = solve(equations, l2);
  if (solution === undefined) return Number.NEGATIVE_INFINITY;
  const { mass, moments, square } = equations;
  let explained = 0;
  for (let i = 0; i < moments.length; i++) explained += solution.coefficients[i] * moments[i];
  // RSS + l2·|β|² = Σ w·y² − β·Σ w·z·y at the solution.
  const misfit = Math.max(square - explained, Number.MIN_VALUE);
  return -0.5 * (mass * Math.log(misfit) + solution.logDeterminant - moments.length * Math.log(l2));
}
