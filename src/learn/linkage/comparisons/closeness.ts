// Amounts: prices of one thing differ by shops, so what counts is the ratio. Years and counts: what counts is the difference.
import { type Comparison, levelsSql, textual } from '../comparison.ts';

const ratios = [0.99, 0.9, 0.75, 0.5] as const;
const number = (value: string) => `toFloat64(${value})`;

export const amount: Comparison = {
  name: 'amount',
  sentence: 'Compares amounts by their ratio.',
  levels: ['the same', 'within 1 %', 'within 10 %', 'within 25 %', 'within half', 'differs'],
  exactFirst: true,
  open: textual((a, b) => {
    const [x, y] = [Number(a), Number(b)];
    const [low, high] = [Math.min(x, y), Math.max(x, y)];
    for (let level = 0; level < ratios.length; level++) if (low >= ratios[level] * high) return level + 1;
    return ratios.length + 1;
  }),
  sql: (a, b) =>
    levelsSql(
      `${a} = ${b}`,
      ...ratios.map((ratio) => `least(${number(a)}, ${number(b)}) >= ${ratio} * greatest(${number(a)}, ${number(b)})`),
    ),
};

export const count: Comparison = {
  name: 'count',
  sentence: 'Compares years and other whole numbers by their difference.',
  levels: ['the same', 'one off', 'two off', 'differs'],
  exactFirst: true,
  open: textual((a, b) => Math.min(3, Math.max(1, Math.ceil(Math.abs(Number(a) - Number(b)))))),
  sql: (a, b) =>
    levelsSql(`${a} = ${b}`, `abs(${number(a)} - ${number(b)}) <= 1`, `abs(${number(a)} - ${number(b)}) <= 2`),
};
