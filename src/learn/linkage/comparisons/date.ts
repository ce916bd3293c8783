// Days as YYYYMMDD. People swap day and month, and mistype one digit or the year.
import { type Comparison, levelsSql, textual } from '../comparison.ts';
import { editDistance } from '../strings.ts';

export const date: Comparison = {
  name: 'date',
  sentence: 'Compares days: day and month swapped, one digit off, another year, the same year only.',
  levels: [
    'the same',
    'day and month swapped',
    'one digit off',
    'another year',
    'two digits off',
    'only the year',
    'differs',
  ],
  exactFirst: true,
  open: textual((a, b) => {
    if (a === b.slice(0, 4) + b.slice(6) + b.slice(4, 6)) return 1;
    const distance = editDistance(a, b, 2);
    if (distance === 1) return 2;
    if (a.slice(4) === b.slice(4)) return 3;
    if (distance === 2) return 4;
    return a.slice(0, 4) === b.slice(0, 4) ? 5 : 6;
  }),
  sql: (a, b) =>
    levelsSql(
      `${a} = ${b}`,
      `${a} = concat(substring(${b}, 1, 4), substring(${b}, 7), substring(${b}, 5, 2))`,
      `damerauLevenshteinDistance(${a}, ${b}) = 1`,
      `substring(${a}, 5) = substring(${b}, 5)`,
      `damerauLevenshteinDistance(${a}, ${b}) = 2`,
      `substring(${a}, 1, 4) = substring(${b}, 1, 4)`,
    ),
};
