// The made-up rows of goldens.py, drawn alike, and what the references say about them.
import { readFileSync } from 'node:fs';
import type { Matrix } from '../../../src/learn/index.ts';

const ROWS = 301;
const draw = (of: (r: number) => number) => Float32Array.from({ length: ROWS }, (_, r) => of(r));

export const x: Matrix = {
  rows: ROWS,
  names: ['a', 'b', 'c', 'd', 'e'],
  columns: [
    draw((r) => r % 13),
    draw((r) => (r % 11 === 0 ? Number.NaN : (r * 7) % 17)),
    draw((r) => (r * r) % 19),
    draw((r) => (r * 3) % 5),
    draw((r) => (r * 11) % 23),
  ],
};

const [a, , c, d, e] = x.columns;
const noise = (r: number) => ((r * 31) % 29) / 29;
const isFlipped = (r: number, below: number) => (r * 31) % 29 < below;

export const amount = draw(
  (r) => 3 * Math.sqrt(a[r]) + (r % 11 === 0 ? 4 : 0) - (c[r] > 9 ? d[r] : 0) + Math.fround(0.3) * e[r] + 2 * noise(r),
);
export const count = draw((r) => Math.floor(1.5 + 0.35 * a[r] + (c[r] > 9 ? 2 : 0) + 2 * noise(r)));
export const yes = draw((r) => Number((a[r] > 6 !== c[r] > 9) !== isFlipped(r, 4)));
export const kind = draw((r) => (Math.floor((a[r] + c[r]) / 11) + Number(isFlipped(r, 5))) % 3);
export const weights = draw((r) => 1 + (r % 3));

/** Of every tenth row, by the names in goldens.py. */
export const goldens: Record<string, number[]> & { softmax: number[][] } = JSON.parse(
  readFileSync(new URL('goldens.json', import.meta.url), 'utf8'),
);
