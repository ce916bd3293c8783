// Slips of fingers on a keyboard, as Christen's generator makes them (2005).
import type { Random } from '../math/index.ts';

const rows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890'];

/** One letter left out, added, hit beside, doubled or swapped with the next. */
export function mistype(value: string, random: Random): string {
  const at = random.int(value.length);
  const [before, letter, after] = [value.slice(0, at), value[at], value.slice(at + 1)];
  switch (random.int(5)) {
    case 0:
      return value.length > 1 ? before + after : value;
    case 1:
      return before + besideOf(letter, random) + letter + after;
    case 2:
      return before + besideOf(letter, random) + after;
    case 3:
      return after === '' ? value : before + after[0] + letter + after.slice(1);
    default:
      return before + letter + letter + after;
  }
}

function besideOf(letter: string, random: Random): string {
  const row = rows.find((one) => one.includes(letter)) ?? rows[1];
  const at = row.indexOf(letter);
  const next = at + (random.uniform() < 0.5 ? -1 : 1);
  return row[Math.max(0, Math.min(row.length - 1, next))];
}
