// People as points: row after row, so that a distance walks memory in order.
import { InklingError } from '../../errors.ts';
import type { Matrix } from '../matrix.ts';

export type Points = {
  readonly rows: number;
  readonly dimensions: number;
  /** Coordinate d of row r stands at r · dimensions + d; none is missing. */
  readonly values: Float64Array;
};

/** The rows of a table as points. Throws `invalid_input` for a value that is unknown or infinite. */
export function pointsOf(x: Matrix): Points {
  const dimensions = x.columns.length;
  const values = new Float64Array(x.rows * dimensions);
  for (let d = 0; d < dimensions; d++) {
    for (let r = 0; r < x.rows; r++) {
      const value = x.columns[d][r];
      if (!Number.isFinite(value)) {
        throw new InklingError(
          'invalid_input',
          `The column ${JSON.stringify(x.names[d])} holds ${value} in row ${r}.`,
          {
            field: x.names[d],
            hint: 'Fill in what is unknown before looking for groups.',
          },
        );
      }
      values[r * dimensions + d] = value;
    }
  }
  return { rows: x.rows, dimensions, values };
}

/** The points picked by index, in that order. */
export function pickPoints({ dimensions, values }: Points, rows: ArrayLike<number>): Points {
  const picked = new Float64Array(rows.length * dimensions);
  for (let i = 0; i < rows.length; i++) {
    picked.set(values.subarray(rows[i] * dimensions, (rows[i] + 1) * dimensions), i * dimensions);
  }
  return { rows: rows.length, dimensions, values: picked };
}

/** Refuses more groups than there are points, or none. */
export function checkClusters(clusters: number, rows: number): void {
  if (Number.isInteger(clusters) && clusters >= 1 && clusters <= rows) return;
  throw new InklingError('invalid_input', `${rows} points can't be parted into ${clusters} groups.`, {
    field: 'clusters',
    value: clusters,
    hint: 'Ask for at least one group, and for no more than there are points.',
  });
}
