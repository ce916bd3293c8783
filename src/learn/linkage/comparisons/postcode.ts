// A postcode narrows from its first signs to its last: the more of them two share, the nearer they are.
import { type Comparison, levelsSql, textual } from '../comparison.ts';
import { editDistance } from '../strings.ts';

export const postcode: Comparison = {
  name: 'postcode',
  sentence: 'Compares postcodes: one sign off, the same district, the same region.',
  levels: ['the same', 'one sign off', 'the same district', 'the same region', 'differs'],
  exactFirst: true,
  open: textual((a, b) => {
    if (editDistance(a, b, 1) === 1) return 1;
    if (a.slice(0, 3) === b.slice(0, 3)) return 2;
    return a[0] === b[0] ? 3 : 4;
  }),
  sql: (a, b) =>
    levelsSql(
      `${a} = ${b}`,
      `damerauLevenshteinDistance(${a}, ${b}) = 1`,
      `substring(${a}, 1, 3) = substring(${b}, 1, 3)`,
      `substring(${a}, 1, 1) = substring(${b}, 1, 1)`,
    ),
};
