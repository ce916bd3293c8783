// For words that are short and whose first letters are seldom wrong (Winkler 1990).
import { type Comparison, levelsSql, likenessSql, textual } from '../comparison.ts';
import { jaroWinkler } from '../strings.ts';

const bounds = [0.94, 0.88, 0.8] as const;

export const jaroWinklerLevels: Comparison = {
  name: 'jaro_winkler',
  sentence: 'Measures how many letters two words share in nearly the same places, the first ones most.',
  levels: ['the same', 'very alike', 'alike', 'a little alike', 'differs'],
  exactFirst: true,
  open: textual((a, b) => {
    const likeness = jaroWinkler(a, b);
    return likeness >= bounds[0] ? 1 : likeness >= bounds[1] ? 2 : likeness >= bounds[2] ? 3 : 4;
  }),
  sql: (a, b) => levelsSql(`${a} = ${b}`, ...bounds.map((bound) => `${likenessSql(a, b)} >= ${bound}`)),
};
