// For streets and places of several words, which are shortened, misspelt and put in another order.
import { type Comparison, levelsSql } from '../comparison.ts';
import { editDistance, openOverlap } from '../strings.ts';

const bounds = [0.7, 0.5, 0.33] as const;
const overlapSql = (a: string, b: string) =>
  `(length(arrayIntersect(ngrams(${a}, 2), ngrams(${b}, 2))) / greatest(1, length(arrayDistinct(arrayConcat(ngrams(${a}, 2), ngrams(${b}, 2))))))`;

export const ngrams: Comparison = {
  name: 'ngrams',
  sentence: 'Measures the share of neighbouring letters that two texts have in common.',
  levels: ['the same', 'one letter off', 'very alike', 'alike', 'a little alike', 'differs'],
  exactFirst: true,
  open(values) {
    const overlapOf = openOverlap(values);
    return (a, b) => {
      if (a === b) return 0;
      if (editDistance(values[a], values[b], 1) === 1) return 1;
      const share = overlapOf(a, b);
      return share >= bounds[0] ? 2 : share >= bounds[1] ? 3 : share >= bounds[2] ? 4 : 5;
    };
  },
  sql: (a, b) =>
    levelsSql(
      `${a} = ${b}`,
      `damerauLevenshteinDistance(${a}, ${b}) = 1`,
      ...bounds.map((bound) => `${overlapSql(a, b)} >= ${bound}`),
    ),
};
