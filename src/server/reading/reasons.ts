// Stored contributions put in words: the signal that raises a score most, in its own sentence.

import { phraseOf } from '../../predict/index.ts';

/** Empty when nothing raises the score. Values may arrive as 'nan'. */
export function reasonInWords(
  names: readonly string[],
  contributions: readonly number[],
  values: readonly (number | string | null)[],
): string {
  let best = -1;
  for (let i = 0; i < names.length; i++) {
    if (contributions[i] > 0 && (best < 0 || contributions[i] > contributions[best])) best = i;
  }
  return best < 0 ? '' : phraseOf(names[best], toNumber(values[best]));
}

function toNumber(value: number | string | null): number {
  return value === null ? Number.NaN : Number(value === 'nan' ? Number.NaN : value);
}
