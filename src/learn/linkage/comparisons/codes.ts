// Model numbers in a title: the one word that makes a product this and no other. Two titles that each hold one and
// share none speak of different things.
import { type Comparison, levelsSql, textual } from '../comparison.ts';

const set = (text: string) => `splitByChar(' ', ${text})`;
const common = (a: string, b: string) => `arrayIntersect(${set(a)}, ${set(b)})`;
const within = (long: string, short: string) =>
  `arrayExists(x -> length(x) >= 4 AND arrayExists(y -> length(y) > length(x) AND position(y, x) > 0, ${set(long)}), ${set(short)})`;

export const codes: Comparison = {
  name: 'codes',
  sentence: 'Looks for a model number that two titles share, whole or as a part.',
  levels: ['the same codes, or a long one shared', 'share a code', 'one code within another', 'no code shared'],
  exactFirst: false,
  open: textual((a, b) => {
    const [first, second] = [a.split(' '), b.split(' ')];
    const shared = first.filter((code) => second.includes(code));
    if (shared.some((code) => code.length >= 5)) return 0;
    if (shared.length > 0) return 1;
    const holds = (long: string[], short: string[]) =>
      short.some((x) => x.length >= 4 && long.some((y) => y.length > x.length && y.includes(x)));
    return holds(first, second) || holds(second, first) ? 2 : 3;
  }),
  sql: (a, b) =>
    levelsSql(
      `${a} = ${b} OR arrayExists(x -> length(x) >= 5, ${common(a, b)})`,
      `notEmpty(${common(a, b)})`,
      `${within(a, b)} OR ${within(b, a)}`,
    ),
};
