// Rows to learn from: column-major 32-bit floats, NaN meaning "unknown". Columns are known by name, and learners work on
// them sorted by name, so the order in which a caller happens to list them changes no bit of the model.
// The checks here answer unusable data by its reason before a learner starts.
import { InklingError } from '../errors.ts';

/** A table of numbers: `columns[c][r]`, NaN = missing. */
export type Matrix = {
  readonly rows: number;
  readonly names: readonly string[];
  readonly columns: readonly Float32Array[];
  /** Names of the columns that hold codes of categories (whole numbers from 0) instead of amounts. */
  readonly categorical?: readonly string[];
};

/** The columns picked by name, in that order. */
export function selectColumns(x: Matrix, names: readonly string[]): Matrix {
  if (names.length === x.names.length && names.every((name, c) => name === x.names[c])) return x;
  const position = new Map(x.names.map((name, c) => [name, c]));
  const columns = names.map((name) => {
    const c = position.get(name);
    if (c === undefined) {
      throw new InklingError('invalid_input', `The column ${JSON.stringify(name)} is missing.`, {
        field: name,
        hint: 'Pass every column the model was trained on, NaN where the value is unknown.',
      });
    }
    return x.columns[c];
  });
  return { ...x, names, columns, ...categoricalAmong(x, names) };
}

function categoricalAmong({ categorical }: Matrix, names: readonly string[]): Pick<Matrix, 'categorical'> {
  return categorical === undefined ? {} : { categorical: categorical.filter((name) => names.includes(name)) };
}

/** The rows picked by index, in that order. */
export function selectRows(x: Matrix, rows: ArrayLike<number>): Matrix {
  const columns = x.columns.map((column) => {
    const picked = new Float32Array(rows.length);
    for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]];
    return picked;
  });
  return { ...x, rows: rows.length, columns };
}

/** Copies one row into `target` (as long as there are columns) and returns it. */
export function copyRow(x: Matrix, row: number, target = new Float32Array(x.columns.length)): Float32Array {
  for (let c = 0; c < x.columns.length; c++) target[c] = x.columns[c][row];
  return target;
}

/** The same columns sorted by name (code units, not locale). */
export function sortColumns(x: Matrix): Matrix {
  return selectColumns(x, [...x.names].sort(byCodeUnits));
}

/** For each of `names`, its place in their sorted order. */
export function sortedPlaces(names: readonly string[]): Int32Array {
  const order = names.map((_, c) => c).sort((a, b) => byCodeUnits(names[a], names[b]));
  const places = new Int32Array(names.length);
  order.forEach((column, place) => {
    places[column] = place;
  });
  return places;
}

/** Rows with their outcomes and weights. */
export type TrainingRows = { x: Matrix; y: Float32Array; weights: Float32Array | undefined };

/** Leaves out the rows of weight 0, so that a row that does not count moves nothing. */
export function countedRows(x: Matrix, y: Float32Array, weights?: Float32Array): TrainingRows {
  if (weights === undefined || !weights.includes(0)) return { x, y, weights };
  const kept: number[] = [];
  for (let r = 0; r < x.rows; r++) if (weights[r] > 0) kept.push(r);
  const pick = (values: Float32Array) => Float32Array.from(kept, (r) => values[r]);
  return { x: selectRows(x, kept), y: pick(y), weights: pick(weights) };
}

/** Refuses a matrix whose shape contradicts itself, or that holds an infinite value. */
export function checkMatrix(x: Matrix): void {
  checkShape(x);
  x.columns.forEach((column, c) => {
    refuseInfinite(x.names[c], column);
  });
}

/** Refuses a matrix whose shape contradicts itself. */
export function checkShape(x: Matrix): void {
  if (x.names.length !== x.columns.length) {
    refuse(`${x.names.length} column names stand over ${x.columns.length} columns.`, 'Give one name per column.');
  }
  const twice = x.names.find((name, c) => x.names.indexOf(name) !== c);
  if (twice !== undefined)
    refuse(`The column ${JSON.stringify(twice)} appears twice.`, 'Give each column its own name.');
  x.columns.forEach((column, c) => {
    if (column.length === x.rows) return;
    refuse(`The column ${JSON.stringify(x.names[c])} has ${column.length} values for ${x.rows} rows.`);
  });
}

/** Refuses a column that holds an infinite value. */
export function refuseInfinite(name: string, column: Float32Array): void {
  for (let r = 0; r < column.length; r++) {
    // A float32 above the largest one is infinite; NaN is neither above nor below.
    if (column[r] > LARGEST_FLOAT32 || column[r] < -LARGEST_FLOAT32) {
      refuse(`The column ${JSON.stringify(name)} holds ${column[r]} in row ${r}.`, NO_INFINITY);
    }
  }
}

/** Refuses a row that is too short or too long for its columns, or that holds an infinite value. */
export function checkRow(names: readonly string[], row: Float32Array): void {
  if (row.length !== names.length) {
    refuse(
      `The row has ${row.length} values for ${names.length} columns.`,
      'Give one value per column, in their order.',
    );
  }
  for (let c = 0; c < row.length; c++) {
    if (row[c] === Number.POSITIVE_INFINITY || row[c] === Number.NEGATIVE_INFINITY) {
      refuse(`The column ${JSON.stringify(names[c])} holds ${row[c]}.`, NO_INFINITY);
    }
  }
}

/** Refuses rows, yes/no outcomes or weights that nothing can be learned from, each with its reason. */
export function checkTraining(x: Matrix, y: Float32Array, weights?: Float32Array, checkColumns = checkMatrix): void {
  checkColumns(x);
  checkLabels(x.rows, y, weights);
  checkExtent(x);
  checkBothOccur(y, weights);
}

/** Refuses yes/no outcomes or weights that nothing can be learned from. */
export function checkOutcomes(rows: number, y: Float32Array, weights?: Float32Array): void {
  checkLabels(rows, y, weights);
  if (rows === 0) noRows();
  checkBothOccur(y, weights);
}

function checkBothOccur(y: Float32Array, weights?: Float32Array): void {
  let positive = 0;
  let negative = 0;
  for (let r = 0; r < y.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    if (y[r] === 1) positive += weight;
    else negative += weight;
  }
  if (positive > 0 && negative > 0) return;
  const only = positive > 0 ? 1 : 0;
  tooLittle(
    `All ${y.length} rows have the outcome ${only}: there is nothing to tell apart.`,
    'Learn from a longer past or from another outcome, so that both outcomes occur.',
  );
}

/** Refuses rows, amounts or weights that nothing can be learned from, each with its reason. */
export function checkAmountTraining(
  x: Matrix,
  y: Float32Array,
  weights?: Float32Array,
  checkColumns = checkMatrix,
): void {
  checkColumns(x);
  checkLength(x.rows, y);
  for (let r = 0; r < x.rows; r++) {
    if (!Number.isFinite(y[r])) refuse(`The outcome in row ${r} is ${y[r]}.`, 'Use finite numbers as outcomes.');
  }
  checkWeights(x.rows, weights);
  checkExtent(x);
  if (weights !== undefined && !weights.some((weight) => weight > 0)) {
    tooLittle('All rows have the weight 0.', 'Give at least one row a positive weight.');
  }
}

function checkExtent(x: Matrix): void {
  if (x.rows === 0) noRows();
  if (x.columns.length === 0) tooLittle('There are no columns to learn from.', 'Choose at least one signal.');
}

function noRows(): never {
  tooLittle('There are no rows to learn from.', 'Bring in data first.');
}

/** Refuses labels other than 0 and 1, and weights that are negative or not finite. */
export function checkLabels(rows: number, y: ArrayLike<number>, weights?: ArrayLike<number>): void {
  checkLength(rows, y);
  for (let r = 0; r < rows; r++) {
    if (y[r] !== 0 && y[r] !== 1) refuse(`The outcome in row ${r} is ${y[r]}.`, 'Use 1 for happened and 0 for not.');
  }
  checkWeights(rows, weights);
}

function checkLength(rows: number, y: ArrayLike<number>): void {
  if (y.length !== rows) refuse(`There are ${y.length} outcomes for ${rows} rows.`, 'Give one outcome per row.');
}

function checkWeights(rows: number, weights?: ArrayLike<number>): void {
  if (weights === undefined) return;
  if (weights.length !== rows)
    refuse(`There are ${weights.length} weights for ${rows} rows.`, 'Give one weight per row.');
  for (let r = 0; r < rows; r++) {
    if (!(weights[r] >= 0 && weights[r] < Number.POSITIVE_INFINITY)) {
      refuse(`The weight in row ${r} is ${weights[r]}.`, 'Use finite weights that are not negative.');
    }
  }
}

/** Codes of categories up to here are exact as 32-bit floats. */
export const LARGEST_CODE = 2 ** 24;

export const LARGEST_FLOAT32 = 3.4028234663852886e38;

const NO_INFINITY = 'Use NaN for an unknown value, and a finite number otherwise.';

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function refuse(message: string, hint?: string): never {
  throw new InklingError('invalid_input', message, { hint });
}

function tooLittle(message: string, hint: string): never {
  throw new InklingError('too_little_data', message, { hint });
}
