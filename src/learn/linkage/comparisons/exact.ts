import { type Comparison, levelsSql, textual } from '../comparison.ts';

export const exact: Comparison = {
  name: 'exact',
  sentence: 'Asks whether two values are the same.',
  levels: ['the same', 'differs'],
  exactFirst: true,
  open: textual(() => 1),
  sql: (a, b) => levelsSql(`${a} = ${b}`),
};
