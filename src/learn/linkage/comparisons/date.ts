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
    const sameYear = agree(a, 0, b, 0, 4);
    if (sameYear && agree(a, 4, b, 6, 2) && agree(a, 6, b, 4, 2)) return 1;
    const distance = editDistance(a, b, 2);
    if (distance === 1) return 2;
    if (agree(a, 4, b, 4, 4)) return 3;
    if (distance === 2) return 4;
    return sameYear ? 5 : 6;
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

/** Whether so many digits from a place of each day on are the same. */
function agree(a: string, from: number, b: string, to: number, digits: number): boolean {
  for (let d = 0; d < digits; d++) if (a.charCodeAt(from + d) !== b.charCodeAt(to + d)) return false;
  return true;
}
