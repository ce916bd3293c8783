// Keys: what two records of one thing are likely to share, such as a whole date of birth or the sound of a surname. A
// rule asks for one or two keys at once; records that agree on it are a candidate pair. Rules are joined by OR.

import type { Field } from './fields.ts';
import { wholeValue } from './kind.ts';
import { openPairNumbers } from './pairTable.ts';

/** One key of one field, as a number for each record; −1 where the record has none. */
export type Key = {
  name: string;
  field: number;
  column: string;
  of: Int32Array;
  size: number;
  texts: readonly string[];
};

/** The names of the keys that have to agree. */
export type Rule = { keys: readonly string[] };

/** The records that agree on a rule, gathered: group g holds `members[start[g]] … members[start[g + 1] − 1]`. */
export type Blocks = {
  rule: Rule;
  /** Of each record its group, −1 where it has none or its group is too large to help. */
  groupOf: Int32Array;
  groups: number;
  start: Int32Array;
  members: Int32Array;
  /** Candidate pairs within the groups. */
  pairs: number;
  /** Others that a record may share a key with; beyond, the rule says nothing. */
  largest: number;
};

/** Every key that the fields offer, by name. */
export function keysOf(fields: readonly Field[]): Key[] {
  return fields.flatMap((field, f) =>
    field.facet.keys.map(({ name, of }) => {
      const about = { name: `${field.name}: ${name}`, field: f, column: field.column };
      if (of === wholeValue) return { ...about, of: field.codes, size: field.values.length, texts: field.values };
      const places = new Map<string, number>();
      const placeOfValue = Int32Array.from(field.values, (value) => {
        const text = of(value);
        if (text === '') return -1;
        const place = places.get(text);
        if (place !== undefined) return place;
        places.set(text, places.size);
        return places.size - 1;
      });
      const codes = new Int32Array(field.codes.length);
      for (let r = 0; r < codes.length; r++) codes[r] = field.codes[r] < 0 ? -1 : placeOfValue[field.codes[r]];
      return { ...about, of: codes, size: places.size, texts: [...places.keys()] };
    }),
  );
}

/** The same keys of some of the records alone. */
export function keysWithin(keys: readonly Key[], records: Int32Array): Key[] {
  return keys.map((key) => ({ ...key, of: records.map((r) => key.of[r]) }));
}

/** Gathers the records that agree on a rule. With `split`, the first so many records are linked to the others. */
export function gather(
  rule: Rule,
  keys: readonly Key[],
  { split, largest, common }: { split?: number; largest: number; common?: ReadonlySet<string> },
): Blocks {
  const used = rule.keys.map((name) => keys.find((key) => key.name === name) as Key);
  const records = used[0].of.length;
  const { groupOf, groups } = group(used, records);
  const start = new Int32Array(groups + 2);
  const lefts = new Int32Array(groups);
  const firsts = new Int32Array(groups);
  for (let r = 0; r < records; r++) {
    if (groupOf[r] < 0) continue;
    if (start[groupOf[r] + 2]++ === 0) firsts[groupOf[r]] = r;
    if (split !== undefined && r < split) lefts[groupOf[r]]++;
  }
  let pairs = 0;
  for (let g = 0; g < groups; g++) {
    const size = start[g + 2];
    const isTooLarge = common === undefined ? size - 1 > largest : common.has(textOfGroup(used, firsts[g]));
    if (isTooLarge) lefts[g] = -1;
    else pairs += split === undefined ? (size * (size - 1)) / 2 : lefts[g] * (size - lefts[g]);
    start[g + 2] += start[g + 1];
  }
  const members = new Int32Array(new SharedArrayBuffer(4 * start[groups + 1]));
  for (let r = 0; r < records; r++) {
    const g = groupOf[r];
    if (g < 0) continue;
    members[start[g + 1]++] = r;
    if (lefts[g] === -1) groupOf[r] = -1;
  }
  return { rule, groupOf, groups, start: share(start.subarray(0, groups + 1)), members, pairs, largest };
}

/** The keys that too many records share for a rule to say anything. */
export function commonKeysOf({ rule, groupOf, groups, start, members }: Blocks, keys: readonly Key[]): Set<string> {
  const used = rule.keys.map((name) => keys.find((key) => key.name === name) as Key);
  const common = new Set<string>();
  for (let g = 0; g < groups; g++) {
    const first = members[start[g]];
    if (start[g + 1] > start[g] && groupOf[first] < 0) common.add(textOfGroup(used, first));
  }
  return common;
}

/** What a record's keys are, as a text. */
function textOfGroup(used: readonly Key[], record: number): string {
  return JSON.stringify(used.map((key) => key.texts[key.of[record]]));
}

/**
 * How many candidate pairs a rule would make, and of the records that have its keys the share whose group is not too
 * large to be looked into; judged on a sample of records.
 */
export function countPairs(
  used: readonly Key[],
  sample: Int32Array,
  records: number,
  largest: number,
): { pairs: number; kept: number } {
  const [a, b] = [used[0].of, used.at(1)?.of];
  const numbers = openPairNumbers(sample.length);
  const counts = new Int32Array(sample.length);
  for (const r of sample) {
    const second = b === undefined ? 0 : b[r];
    if (a[r] >= 0 && second >= 0) counts[numbers.numberOf(a[r], second)]++;
  }
  const scale = records / sample.length;
  let [pairs, filled, kept] = [0, 0, 0];
  for (const count of counts) {
    filled += count;
    if ((count - 1) * scale > largest) continue;
    kept += count;
    pairs += (count * (count - 1)) / 2;
  }
  return { pairs: pairs * scale * scale, kept: filled === 0 ? 1 : kept / filled };
}

/** Numbers the different combinations of keys. */
function group(used: readonly Key[], records: number): { groupOf: Int32Array; groups: number } {
  const groupOf = new Int32Array(new SharedArrayBuffer(4 * records)).fill(-1);
  if (used.length === 1) {
    groupOf.set(used[0].of);
    return { groupOf, groups: used[0].size };
  }
  const pairs = openPairNumbers();
  const [a, b] = used.map(({ of }) => of);
  for (let r = 0; r < records; r++) if (a[r] >= 0 && b[r] >= 0) groupOf[r] = pairs.numberOf(a[r], b[r]);
  return { groupOf, groups: pairs.size() };
}

function share(values: Int32Array): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
