// One scale for all behaviours: where the middle of the people lies and how wide they are spread, measured so that a few
// extreme people move neither; what is unknown counts as usual, and nobody counts as further out than the bounds.

import type { Matrix, Points } from '../../learn/index.ts';
import { quantileOfSorted } from '../../math/index.ts';
import { behaviours, LEAST_VISITS, LEAST_VISITS_SIGNAL } from './behaviours.ts';

/** Of each behaviour, on its own scale (logs where ratios matter). */
export type Ruler = { middle: number[]; spread: number[] };

const BOUND = 3;
/** Between the 10th and 90th percentiles of a normal lie so many deviations. */
const TENTHS_APART = 2.5631;

/** The rows of those who came often enough to show habits. */
export function habitual(x: Matrix): Uint32Array {
  const visits = columnOf(x, LEAST_VISITS_SIGNAL);
  return Uint32Array.from(visits.keys()).filter((r) => visits[r] >= LEAST_VISITS);
}

export function measureRuler(x: Matrix): Ruler {
  const ruler: Ruler = { middle: [], spread: [] };
  for (const values of valuesOf(x)) {
    const sorted = values.filter((value) => !Number.isNaN(value)).sort();
    const apart = (quantileOfSorted(sorted, 0.9) - quantileOfSorted(sorted, 0.1)) / TENTHS_APART;
    ruler.middle.push(sorted.length > 0 ? quantileOfSorted(sorted, 0.5) : 0);
    ruler.spread.push(apart > 1e-9 ? apart : deviation(sorted) || 1);
  }
  return ruler;
}

/** The people as points: 0 = usual, 1 = one deviation above. */
export function standardise(x: Matrix, { middle, spread }: Ruler): Points {
  const dimensions = behaviours.length;
  const values = new Float64Array(x.rows * dimensions);
  for (const [d, column] of valuesOf(x).entries()) {
    for (let r = 0; r < x.rows; r++) {
      const z = (column[r] - middle[d]) / spread[d];
      values[r * dimensions + d] = Number.isNaN(z) ? 0 : Math.max(-BOUND, Math.min(BOUND, z));
    }
  }
  return { rows: x.rows, dimensions, values };
}

/** Of each behaviour the values of all rows on its own scale, NaN = unknown. */
export function valuesOf(x: Matrix): Float64Array[] {
  return behaviours.map(({ of, value, scale }) => {
    const columns = of.map((name) => columnOf(x, name));
    return Float64Array.from({ length: x.rows }, (_, r) => {
      const plain = value(...columns.map((column) => column[r]));
      return scale === 'log' ? Math.log1p(plain) : plain;
    });
  });
}

/** What a value on a behaviour's own scale is in its unit. */
export function unscaled(behaviour: number, value: number): number {
  return behaviours[behaviour].scale === 'log' ? Math.expm1(value) : value;
}

export function columnOf(x: Matrix, name: string): Float32Array {
  return x.columns[x.names.indexOf(name)];
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
