// A given name or a surname: a slip of the pen, a nickname, an initial, then likeness of letters.
import { type Comparison, levelsSql, likenessSql, textual } from '../comparison.ts';
import { nicknameOf, nicknamesSql } from '../normalise/nicknames.ts';
import { editDistance, jaroWinkler } from '../strings.ts';

export const personName: Comparison = {
  name: 'person_name',
  sentence: 'Compares names: one slip of the pen, a nickname, an initial, letters in common.',
  levels: ['the same', 'one letter off', 'a nickname of it', 'very alike', 'alike', 'an initial of it', 'differs'],
  exactFirst: true,
  open: textual((a, b) => {
    if (editDistance(a, b, 1) === 1 && a.length + b.length >= 6) return 1;
    if (nicknameOf(a) === nicknameOf(b)) return 2;
    const likeness = jaroWinkler(a, b);
    if (likeness >= 0.88) return 3;
    if (likeness >= 0.78) return 4;
    return (a.length === 1 || b.length === 1) && a[0] === b[0] ? 5 : 6;
  }),
  sql: (a, b) =>
    levelsSql(
      `${a} = ${b}`,
      `length(${a}) + length(${b}) >= 6 AND damerauLevenshteinDistance(${a}, ${b}) = 1`,
      `${nicknamesSql(a)} = ${nicknamesSql(b)}`,
      `${likenessSql(a, b)} >= 0.88`,
      `${likenessSql(a, b)} >= 0.78`,
      `least(length(${a}), length(${b})) = 1 AND substring(${a}, 1, 1) = substring(${b}, 1, 1)`,
    ),
};
