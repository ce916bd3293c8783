// The levels of a pair of records: one small number per field. 0: nothing can be said, one of the values is missing;
// 1 … L: the comparison's levels from the best to "differs". One more level stands between the last two where people
// write values into each other's places: the value stands in the other field of the other record.

import type { TokenWeights } from './comparison.ts';
import { type Cells, type Field, tokenWeightsOf } from './fields.ts';

export type Levels = {
  /** Levels of each field, 0 included. */
  sizes: readonly number[];
  /** What each level says, per field. */
  says: readonly (readonly string[])[];
  /** Writes the levels of two records. */
  compare(r: number, s: number, out: Uint8Array, at: number): void;
  /** The level of one field. */
  levelOf(f: number, r: number, s: number): number;
};

/** `cells` may come to hold more records, and other memory, at any time. */
export function openLevels(
  fields: readonly Field[],
  cells: Cells,
  weights: (field: Field) => TokenWeights = tokenWeightsOf,
): Levels {
  const compares = fields.map((field) =>
    field.comparison.open(field.values, field.comparison.exactFirst ? noWeights : weights(field)),
  );
  const { width } = cells;
  const others = fields.map((field) => field.others);
  const says = fields.map((field) => saysOf(field));
  const last = says.map((levels) => levels.length - 1);

  const levelOf = (f: number, r: number, s: number): number => {
    const { places } = cells;
    const [a, b] = [places[r * width + f], places[s * width + f]];
    if (a < 0 || b < 0) {
      // A value whose own place is empty may still stand in another.
      return others[f].length > 0 && isElsewhere(others[f], f, places, r * width, s * width) ? last[f] - 1 : 0;
    }
    const level = compares[f](a, b) + 1;
    if (others[f].length === 0 || level < last[f] - 1) return level;
    return isElsewhere(others[f], f, places, r * width, s * width) ? last[f] - 1 : last[f];
  };
  return {
    sizes: says.map(({ length }) => length),
    says,
    levelOf,
    compare(r, s, out, at) {
      for (let f = 0; f < width; f++) out[at + f] = levelOf(f, r, s);
    },
  };
}

const noWeights: TokenWeights = { weightOf: () => 1 };

function saysOf({ comparison: { levels }, others }: Field): string[] {
  const differs = levels[levels.length - 1];
  return others.length === 0
    ? ['missing', ...levels]
    : ['missing', ...levels.slice(0, -1), 'stands in another field', differs];
}

/** Whether a value stands in the other field of the other record, and what stands in its own place does not deny it. */
function isElsewhere(others: readonly number[], own: number, places: Int32Array, r: number, s: number): boolean {
  for (const other of others) {
    const [here, there, back, forth] = [places[r + own], places[s + other], places[s + own], places[r + other]];
    const one = here >= 0 && here === there;
    const two = back >= 0 && back === forth;
    // Of a family, one's surname stands by mistake in the place of the given name: only one of the two agrees then.
    if ((one && (two || back < 0 || forth < 0)) || (two && (here < 0 || there < 0))) return true;
  }
  return false;
}
