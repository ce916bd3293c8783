// Logistic regression on a table with columns of many categories: each category has a coefficient of its own, however
// rare, and no row is ever laid out with all of them. Amounts are brought to one scale as in `logistic`; where most are
// zero, zeros stay zeros. The model adds up one term per column and is saved, explained and exported as any linear one.
import { type Static, Type } from 'typebox';
import { ElasticNetSettings } from '../elasticNetSettings.ts';
import { checkModelFile, completeSettings, type Learner } from '../learner.ts';
import { findScales, linearModel, type Scale, Term } from '../linear.ts';
import { checkTraining, countedRows, type Matrix, sortColumns, sortedPlaces } from '../matrix.ts';
import { isCode, squashFunction } from '../squash.ts';
import { minimiseSparse, type SparseSolution } from './coordinateDescent.ts';
import type { SparseColumns } from './rows.ts';

export const SparseLogisticSettings = Type.Object(
  {
    ...ElasticNetSettings.properties,
    transform: Type.Union([Type.Literal('none'), Type.Literal('log')], {
      default: 'log',
      description: "How heavy-tailed columns are tamed first: 'none' or 'log'.",
    }),
  },
  { additionalProperties: false },
);
export type SparseLogisticSettings = Static<typeof SparseLogisticSettings>;

const SparseLogisticFile = Type.Object({
  kind: Type.Literal('sparse-logistic'),
  intercept: Type.Number(),
  terms: Type.Array(Term, { minItems: 1 }),
  steps: Type.Integer({ minimum: 0 }),
  converged: Type.Boolean(),
});
type SparseLogisticFile = Static<typeof SparseLogisticFile>;

export const sparseLogistic: Learner<SparseLogisticSettings> = {
  name: 'sparse-logistic',
  sentence: 'Logistic regression with a coefficient for every category, for columns of thousands of them.',
  settings: SparseLogisticSettings,
  fit(x, y, given, options = {}) {
    const settings = completeSettings<SparseLogisticSettings>('sparse-logistic', SparseLogisticSettings, given);
    checkTraining(x, y, options.weights);
    const counted = countedRows(sortColumns(x), y, options.weights);
    const design = spreadOut(counted.x, settings.transform, counted.weights);
    const l1 = settings.l2 * settings.l1Ratio;
    const problem = { columns: design.columns, y: counted.y, weights: counted.weights, l1, l2: settings.l2 - l1 };
    const solution = minimiseSparse(problem, settings, options.onProgress);
    const { terms, intercept } = termsOf(counted.x, design, solution, counted.weights);
    const { steps, converged } = solution;
    const inOrder = Array.from(sortedPlaces(x.names), (place) => terms[place]);
    const file: SparseLogisticFile = { kind: 'sparse-logistic', intercept, terms: inOrder, steps, converged };
    return linearModel(file, 'logit');
  },
  read: (json) => linearModel(checkModelFile<SparseLogisticFile>('sparse-logistic', SparseLogisticFile, json), 'logit'),
};

/** Where the parts of a column stand among the sparse ones: its amount or its codes, and its missing values (−1: none). */
type Part = { scale: Scale; first: number; codes: readonly number[] | undefined; missing: number };
type Design = { columns: SparseColumns; parts: Part[] };

/** A column with fewer values other than zero than this share keeps its zeros; others are centred, which descends faster. */
const SPARSE_BELOW = 0.5;

function spreadOut(x: Matrix, transform: 'none' | 'log', weights?: Float32Array): Design {
  const pieces: SparseColumns[] = [];
  let width = 0;
  const add = (piece: SparseColumns): number => {
    pieces.push(piece);
    width += piece.starts.length - 1;
    return width - piece.starts.length + 1;
  };
  const scales = findScales(x, transform, weights);
  const parts = x.columns.map((column, c): Part => {
    const isCategory = x.categorical?.includes(x.names[c]) ?? false;
    const { scale, codes, piece } = isCategory ? codesOf(column, scales[c]) : amountOf(column, scales[c]);
    const first = add(piece);
    const isMissing = isCategory ? (value: number) => !isCode(value) : Number.isNaN;
    const absent = pieceOf(column, (value) => Number(isMissing(value)));
    const varies = absent.rows.length > 0 && absent.rows.length < column.length;
    return { scale, first, codes, missing: varies ? add(absent) : -1 };
  });
  return { columns: joined(pieces), parts };
}

type Spread = { scale: Scale; codes: readonly number[] | undefined; piece: SparseColumns };

/** A place for each code, its rows ascending. */
function codesOf(column: Float32Array, { name }: Scale): Spread {
  const codes = [...new Set(column.filter(isCode))].sort((a, b) => a - b);
  const placeOf = new Map(codes.map((code, place) => [code, place]));
  const starts = new Uint32Array(codes.length + 1);
  const places = Int32Array.from(column, (value) => placeOf.get(value) ?? -1);
  for (const place of places) if (place >= 0) starts[place + 1]++;
  for (let place = 0; place < codes.length; place++) starts[place + 1] += starts[place];
  const next = starts.slice();
  const rows = new Uint32Array(starts[codes.length]);
  places.forEach((place, r) => {
    if (place >= 0) rows[next[place]++] = r;
  });
  const scale: Scale = { name, squash: { scale: 'value' }, mean: 0, deviation: 1 };
  return { scale, codes, piece: { starts, rows, values: new Float32Array(rows.length).fill(1) } };
}

function amountOf(column: Float32Array, found: Scale): Spread {
  const squashed = squashFunction(found.squash);
  let full = 0;
  for (let r = 0; r < column.length; r++) if (column[r] !== 0 && !Number.isNaN(column[r])) full++;
  const scale = full < SPARSE_BELOW * column.length ? { ...found, mean: 0 } : found;
  return {
    scale,
    codes: undefined,
    piece: pieceOf(column, (value) => (squashed(value) - scale.mean) / scale.deviation),
  };
}

/** One place: the rows whose value is known and not zero. */
function pieceOf(column: Float32Array, at: (value: number) => number): SparseColumns {
  const rows = new Uint32Array(column.length);
  const values = new Float32Array(column.length);
  let count = 0;
  for (let r = 0; r < column.length; r++) {
    const value = at(column[r]);
    if (value === 0 || Number.isNaN(value)) continue;
    rows[count] = r;
    values[count++] = value;
  }
  return { starts: Uint32Array.of(0, count), rows: rows.slice(0, count), values: values.slice(0, count) };
}

function joined(pieces: readonly SparseColumns[]): SparseColumns {
  const width = pieces.reduce((sum, { starts }) => sum + starts.length - 1, 0);
  const total = pieces.reduce((sum, { rows }) => sum + rows.length, 0);
  const all = { starts: new Uint32Array(width + 1), rows: new Uint32Array(total), values: new Float32Array(total) };
  let place = 0;
  let at = 0;
  for (const { starts, rows, values } of pieces) {
    all.rows.set(rows, at);
    all.values.set(values, at);
    for (let i = 1; i < starts.length; i++) all.starts[++place] = at + starts[i];
    at += rows.length;
  }
  return all;
}

/** One term per column, each 0 on average over the training rows; what that takes off them goes to the intercept. */
function termsOf(x: Matrix, { parts }: Design, { coefficients, intercept }: SparseSolution, weights?: Float32Array) {
  let shifted = intercept;
  const terms = parts.map((part, c): Term => {
    const { scale, first, codes } = part;
    const whenMissing = part.missing < 0 ? 0 : coefficients[part.missing];
    const column = x.columns[c];
    const squash: Term['squash'] = codes === undefined ? scale.squash : categorySquash(codes, first, coefficients);
    const scaled = squashFunction(squash);
    const coefficient = codes === undefined ? coefficients[first] : 1;
    const partOf = (value: number) => {
      const known = scaled(value);
      return Number.isNaN(known) ? whenMissing : ((known - scale.mean) / scale.deviation) * coefficient;
    };
    const { mean, absolute, missingShare } = momentsOf(column, partOf, (value) => Number.isNaN(scaled(value)), weights);
    shifted += mean;
    return {
      name: scale.name,
      squash,
      mean: scale.mean,
      deviation: scale.deviation,
      coefficient,
      missingShare,
      whenKnown: -mean,
      whenMissing: whenMissing - mean,
      gain: absolute,
    };
  });
  return { terms, intercept: shifted };
}

/** A code without a coefficient of its own adds what a code that nobody met adds: nothing. */
function categorySquash(codes: readonly number[], first: number, coefficients: Float64Array): Term['squash'] {
  const used = codes.map((code, i) => ({ code, score: coefficients[first + i] })).filter(({ score }) => score !== 0);
  return { scale: 'category', codes: used.map(({ code }) => code), scores: used.map(({ score }) => score), other: 0 };
}

function momentsOf(
  column: Float32Array,
  partOf: (value: number) => number,
  isMissing: (value: number) => boolean,
  weights?: Float32Array,
): { mean: number; absolute: number; missingShare: number } {
  const sums = { mass: 0, part: 0, missing: 0, absolute: 0 };
  for (let r = 0; r < column.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    sums.mass += weight;
    sums.part += weight * partOf(column[r]);
    if (isMissing(column[r])) sums.missing += weight;
  }
  const mean = sums.part / sums.mass;
  for (let r = 0; r < column.length; r++) {
    sums.absolute += (weights === undefined ? 1 : weights[r]) * Math.abs(partOf(column[r]) - mean);
  }
  return { mean, absolute: sums.absolute / sums.mass, missingShare: sums.missing / sums.mass };
}
