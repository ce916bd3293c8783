// Values that are kept under a key only (normalise/encoded.ts): what can be told of them is whether hashes agree, and by
// the Dice coefficient of their filters how many pairs of letters they share.
import { type Comparison, levelsSql } from '../comparison.ts';
import { encodedPart, filterOf } from '../normalise/encoded.ts';

const bounds = [0.8, 0.65, 0.5] as const;

const part = (value: string, place: number) => `splitByChar('.', ${value})[${place}]`;
const filter = (value: string) => `reinterpretAsUInt256(base64URLDecode(${part(value, 5)}))`;
const dice = (a: string, b: string) =>
  `(2 * bitCount(bitAnd(${filter(a)}, ${filter(b)})) / greatest(1, bitCount(${filter(a)}) + bitCount(${filter(b)})))`;
const agree = (a: string, b: string, place: number) =>
  `${part(a, place)} != '' AND ${part(a, place)} = ${part(b, place)}`;

export const encoded: Comparison = {
  name: 'encoded',
  sentence: 'Compares what is kept under a key: the same, another form of it, pairs of letters in common, or near.',
  levels: ['the same', 'another form of it', 'very alike', 'alike', 'a little alike', 'near', 'differs'],
  exactFirst: true,
  open(values) {
    const known: (Parts | undefined)[] = [];
    const partsOf = (place: number): Parts => {
      known[place] ??= read(values[place]);
      return known[place];
    };
    return (a, b) => {
      if (a === b) return 0;
      const [x, y] = [partsOf(a), partsOf(b)];
      if (x.alias !== '' && x.alias === y.alias) return 1;
      const share = diceOf(x, y);
      for (let level = 0; level < bounds.length; level++) if (share >= bounds[level]) return level + 2;
      return x.near !== '' && x.near === y.near ? 5 : 6;
    };
  },
  sql: (a, b) =>
    levelsSql(`${a} = ${b}`, agree(a, b, 2), ...bounds.map((bound) => `${dice(a, b)} >= ${bound}`), agree(a, b, 3)),
};

type Parts = { alias: string; near: string; filter: Int32Array; bits: number };

function read(value: string): Parts {
  const filter = filterOf(value);
  return {
    alias: encodedPart(value, 'alias'),
    near: encodedPart(value, 'near'),
    filter,
    bits: filter.reduce((sum, word) => sum + bitsIn(word), 0),
  };
}

function diceOf(x: Parts, y: Parts): number {
  let shared = 0;
  for (let word = 0; word < x.filter.length; word++) shared += bitsIn(x.filter[word] & y.filter[word]);
  return (2 * shared) / Math.max(1, x.bits + y.bits);
}

/** Set bits of a word (Warren, Hacker's Delight, 5-1). */
function bitsIn(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
