// A device as `kind|system|browser|screen|language|timezone`: no part names a person, together they narrow down.
import { type Comparison, levelsSql, textual } from '../comparison.ts';

const parts = (value: string) => `splitByChar('|', ${value})`;
const shared = (a: string, b: string) =>
  `arrayCount((x, y) -> x = y AND x != '', ${parts(a)}, arrayResize(${parts(b)}, length(${parts(a)})))`;

export const device: Comparison = {
  name: 'device',
  sentence: 'Counts the marks of a device (kind, system, browser, screen, language, timezone) that agree.',
  levels: ['the same', 'all but one agree', 'all but two agree', 'half agree', 'differs'],
  exactFirst: true,
  open: textual((a, b) => {
    const [first, second] = [a.split('|'), b.split('|')];
    const same = first.filter((part, p) => part !== '' && part === second[p]).length;
    const missed = first.length - same;
    return missed <= 1 ? 1 : missed <= 2 ? 2 : 2 * same >= first.length ? 3 : 4;
  }),
  sql: (a, b) =>
    levelsSql(
      `${a} = ${b}`,
      `length(${parts(a)}) - ${shared(a, b)} <= 1`,
      `length(${parts(a)}) - ${shared(a, b)} <= 2`,
      `2 * ${shared(a, b)} >= length(${parts(a)})`,
    ),
};
