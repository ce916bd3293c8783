// For codes and numbers, where any sign may be mistyped and likeness of sound says nothing (Damerau 1964).
import { type Comparison, levelsSql, textual } from '../comparison.ts';
import { editDistance } from '../strings.ts';

export const damerauLevenshtein: Comparison = {
  name: 'damerau_levenshtein',
  sentence: 'Counts the signs that were left out, added, mistyped or swapped.',
  levels: ['the same', 'one sign off', 'two signs off', 'differs'],
  exactFirst: true,
  open: textual((a, b) => {
    const distance = editDistance(a, b, 2);
    return distance === 1 && a.length + b.length > 2 ? 1 : distance <= 2 && a.length + b.length >= 8 ? 2 : 3;
  }),
  sql: (a, b) =>
    levelsSql(
      `${a} = ${b}`,
      `damerauLevenshteinDistance(${a}, ${b}) = 1 AND length(${a}) + length(${b}) > 2`,
      `damerauLevenshteinDistance(${a}, ${b}) <= 2 AND length(${a}) + length(${b}) >= 8`,
    ),
};
