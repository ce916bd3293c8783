// Rows of which most values are zero, as one-hot, count and hashed columns are: only the others are kept, row by row
// (compressed sparse rows, as scipy's csr_matrix). Memory goes with the values that are there, not with rows × columns.
import { InklingError } from '../../errors.ts';

export type SparseRows = {
  readonly rows: number;
  /** Columns there are room for. */
  readonly width: number;
  /** Row r holds places[starts[r] … starts[r + 1]), each place once, and the values beside them. */
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
  readonly values: Float32Array;
};

/** The same column by column: column c holds rows[starts[c] … starts[c + 1]), ascending. */
export type SparseColumns = { starts: Uint32Array; rows: Uint32Array; values: Float32Array };

/** Refuses rows whose arrays contradict each other, a place named twice in a row, or a value that is not finite. */
export function checkSparse({ rows, width, starts, places, values }: SparseRows): void {
  if (starts.length !== rows + 1 || starts[0] !== 0) refuse(`There are ${starts.length} starts for ${rows} rows.`);
  if (places.length !== values.length || starts[rows] !== places.length) {
    refuse(`There are ${places.length} places and ${values.length} values, and the last row ends at ${starts[rows]}.`);
  }
  const metIn = new Uint32Array(width);
  for (let r = 0; r < rows; r++) {
    if (starts[r + 1] < starts[r]) refuse(`Row ${r} ends before it begins.`);
    for (let i = starts[r]; i < starts[r + 1]; i++) {
      if (places[i] >= width) refuse(`Row ${r} names the column ${places[i]} of ${width}.`);
      if (metIn[places[i]] === r + 1) refuse(`Row ${r} names the column ${places[i]} twice.`);
      if (!Number.isFinite(values[i])) refuse(`Row ${r} holds ${values[i]} in the column ${places[i]}.`);
      metIn[places[i]] = r + 1;
    }
  }
}

/** Rows from lists of [place, value]; values of one place are added up. */
export function sparseRows(
  width: number,
  lists: Iterable<Iterable<readonly [place: number, value: number]>>,
): SparseRows {
  const starts = [0];
  const places: number[] = [];
  const values: number[] = [];
  for (const list of lists) {
    const sums = new Map<number, number>();
    for (const [place, value] of list) sums.set(place, (sums.get(place) ?? 0) + value);
    for (const [place, value] of sums) {
      places.push(place);
      values.push(value);
    }
    starts.push(places.length);
  }
  return {
    rows: starts.length - 1,
    width,
    starts: Uint32Array.from(starts),
    places: Uint32Array.from(places),
    values: Float32Array.from(values),
  };
}

/** Turns rows into columns. */
export function turnRows({ rows, width, starts, places, values }: SparseRows): SparseColumns {
  const ends = new Uint32Array(width + 1);
  for (const place of places) ends[place + 1]++;
  for (let c = 0; c < width; c++) ends[c + 1] += ends[c];
  const next = ends.slice(0, width);
  const turned = { starts: ends, rows: new Uint32Array(places.length), values: new Float32Array(places.length) };
  for (let r = 0; r < rows; r++) {
    for (let i = starts[r]; i < starts[r + 1]; i++) {
      const at = next[places[i]]++;
      turned.rows[at] = r;
      turned.values[at] = values[i];
    }
  }
  return turned;
}

function refuse(message: string): never {
  throw new InklingError('invalid_input', message, {
    hint: 'Give each row its columns once, with finite values; `sparseRows` builds them from lists.',
  });
}
