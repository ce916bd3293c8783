// Records in memory under a frozen model, each found by those that are like it. Each rule keeps the records of a key in a
// chain through one array; a record walks its chains and weighs whom it meets. Some 600 to 1,600 bytes a record, its
// different values among them; values that were only asked about stay, too.

import { type Cells, comparisonNamed, type Field, kindNamed } from './fields.ts';
import { type Frozen, frozenRarity, frozenScoring } from './frozen.ts';
import { wholeValue } from './kind.ts';
import { weightOf } from './model.ts';
import { openPairTable } from './pairTable.ts';
import { openScorer } from './scorer.ts';

/** Texts by column. */
export type LiveRecord = Readonly<Record<string, string>>;

/** A record that was met, by its place, and the weight of the pair (log2 odds). */
export type Met = { place: number; weight: number };

export type LiveIndex = {
  /** Takes a record in, at the next place; answers those it meets. With a part, undefined where it is none of its records. */
  add(record: LiveRecord): Met[] | undefined;
  /** The same without asking whom it meets; whether it was taken in. */
  take(record: LiveRecord): boolean;
  /** Whom it meets, without taking it in. */
  match(record: LiveRecord): Met[];
  /** Whether this record stands at a place. */
  holds(place: number, record: LiveRecord): boolean;
  size(): number;
};

export type LiveIndexOptions = {
  /** Pairs from this probability on are met. */
  floor: number;
  /** Records expected. */
  capacity?: number;
  /** Only records with some keys of one rule: one share of several. All shares of all rules together meet all pairs. */
  part?: Part;
};

export type Part = { rule: number; index: number; of: number };

export function openLiveIndex(frozen: Frozen, { floor, capacity = 1024, part }: LiveIndexOptions): LiveIndex {
  const fields = openFields(frozen);
  const width = fields.length;
  const cells: Cells = { width, places: new Int32Array(width * (capacity + 1)) };
  const rarity = fields.map((field) => (field.comparison.exactFirst ? new Float32Array(1024) : undefined));
  const rules = frozen.model.rules.map((_, r) => r).filter((r) => part === undefined || r === part.rule);
  const chains = openChains(frozen, fields, cells, { capacity, rules });
  const isMine = part === undefined ? () => true : openPart(frozen, fields, part);
  const lowest = weightOf(floor);
  const scorer = openScorer(frozenScoring(frozen, fields, cells, rarity), lowest);
  let size = 0;

  /** Writes a record behind the last one taken in; so it stays only if it is taken in too. */
  const write = (record: LiveRecord) => {
    const start = size * width;
    if (start + width > cells.places.length) cells.places = lengthened(cells.places, 2 * start + width);
    for (let f = 0; f < width; f++) {
      const { dictionary } = fields[f];
      const value = normalised(fields[f], record);
      const place = value === '' ? -1 : dictionary.placeOf(value);
      cells.places[start + f] = place;
      let own = rarity[f];
      if (own === undefined || place < 0) continue;
      if (place >= own.length) rarity[f] = own = lengthened(own, 2 * place);
      if (own[place] === 0) own[place] = frozenRarity(frozen, f, value);
    }
    chains.write(size);
  };
  const meet = (): Met[] => {
    const found: Met[] = [];
    chains.forEachOther((place) => {
      const weight = scorer.weigh(place, size);
      if (weight >= lowest) found.push({ place, weight });
    });
    return found;
  };
  return {
    size: () => size,
    match(record) {
      write(record);
      return meet();
    },
    take(record) {
      if (!isMine(record)) return false;
      write(record);
      chains.take(size++);
      return true;
    },
    add(record) {
      if (!isMine(record)) return undefined;
      write(record);
      const found = meet();
      chains.take(size++);
      return found;
    },
    holds(place, record) {
      for (let f = 0; f < width; f++) {
        const value = normalised(fields[f], record);
        const own = cells.places[place * width + f];
        if (value === '' ? own >= 0 : own < 0 || fields[f].dictionary.values[own] !== value) return false;
      }
      return true;
    },
  };
}

function normalised({ column, facet }: LiveField, record: LiveRecord): string {
  return facet.normalise((record[column] ?? '').trim());
}

/** Whether a record's keys of a rule fall into a share of them. */
function openPart(
  { model }: Frozen,
  fields: readonly LiveField[],
  { rule, index, of }: Part,
): (record: LiveRecord) => boolean {
  const parts = model.rules[rule].keys.map((name) => keyNamed(name, fields));
  return (record) => {
    let hash = 0x811c9dc5;
    for (const { f, key } of parts) {
      const value = normalised(fields[f], record);
      const text = value === '' ? '' : key.of(value);
      if (text === '') return false;
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
      hash ^= hash >>> 15;
    }
    return (hash >>> 0) % of === index;
  };
}

type Dictionary = { values: string[]; placeOf(value: string): number };
type LiveField = Field & { dictionary: Dictionary };

function openDictionary(): Dictionary {
  const values: string[] = [];
  const places = new Map<string, number>();
  return {
    values,
    placeOf(value) {
      let place = places.get(value);
      if (place === undefined) {
        place = values.push(value) - 1;
        places.set(value, place);
      }
      return place;
    },
  };
}

function openFields({ model }: Frozen): LiveField[] {
  const dictionaries = new Map<string, Dictionary>();
  const fields = model.fields.map(({ name, column, kind: kindName, comparison }): LiveField => {
    const kind = kindNamed(kindName);
    const facet = kind.facets.find(({ suffix }) => column + suffix === name) as Field['facet'];
    const shared = kind.swapsWithin ?? name;
    const dictionary = dictionaries.get(shared) ?? openDictionary();
    dictionaries.set(shared, dictionary);
    return {
      ...{ name, column, kind, facet, comparison: comparisonNamed(comparison), dictionary, values: dictionary.values },
      ...{ codes: new Int32Array(0), counts: new Float64Array(0), others: [] },
    };
  });
  fields.forEach((field, f) => {
    fields.forEach((other, o) => {
      if (o !== f && field.kind.swapsWithin !== undefined && field.kind.swapsWithin === other.kind.swapsWithin)
        field.others.push(o);
    });
  });
  return fields;
}

/** Of each rule the records of a key, as a chain from the last one taken in to the first. */
function openChains(
  { model, common }: Frozen,
  fields: readonly LiveField[],
  cells: Cells,
  { capacity, rules: used }: { capacity: number; rules: readonly number[] },
) {
  const keys = new Map<string, LiveKey>();
  const opened = (name: string) => {
    const key = keys.get(name) ?? openKey(name, fields, cells);
    keys.set(name, key);
    return key;
  };
  const rules = used.map((r) => {
    const parts = model.rules[r].keys.map(opened);
    const tooCommon = openPairTable(common[r].size);
    for (const text of common[r]) {
      const [first, second] = (JSON.parse(text) as string[]).map((part, p) => parts[p].codeOf(part));
      tooCommon.put(first, second ?? 0, 1);
    }
    const [first, second] = parts;
    // The keys of the record at hand; −1: it has none, or one too common.
    const own = { first: -1, second: 0 };
    return { first, second, tooCommon, own, last: openPairTable(capacity), before: new Int32Array(capacity) };
  });
  /** Of each record the last walk that met it. */
  let metAt = new Int32Array(capacity);
  let walk = 0;
  return {
    write(place: number) {
      for (const { first, second, tooCommon, own } of rules) {
        own.first = first.of(place);
        own.second = second === undefined ? 0 : second.of(place);
        if (own.second < 0 || (own.first >= 0 && tooCommon.find(own.first, own.second) >= 0)) own.first = -1;
      }
    },
    take(place: number) {
      if (place >= metAt.length) metAt = lengthened(metAt, 2 * place + 1);
      for (const rule of rules) {
        const { own, last } = rule;
        if (place >= rule.before.length) rule.before = lengthened(rule.before, 2 * place + 1);
        if (own.first >= 0) rule.before[place] = last.put(own.first, own.second, place);
      }
    },
    forEachOther(take: (other: number) => void) {
      walk++;
      for (const { own, last, before } of rules) {
        if (own.first < 0) continue;
        for (let other = last.find(own.first, own.second); other >= 0; other = before[other]) {
          if (metAt[other] === walk) continue;
          metAt[other] = walk;
          take(other);
        }
      }
    },
  };
}

type LiveKey = { codeOf(text: string): number; of(place: number): number };

/** A key by its name, `field: key`. */
function keyNamed(name: string, fields: readonly LiveField[]) {
  const f = fields.findIndex((one) => name.startsWith(`${one.name}: `));
  const { name: fieldName, facet } = fields[f];
  const key = facet.keys.find((one) => `${fieldName}: ${one.name}` === name) as Field['facet']['keys'][number];
  return { f, key };
}

/** A key over values as they come. */
function openKey(name: string, fields: readonly LiveField[], cells: Cells): LiveKey {
  const { f, key } = keyNamed(name, fields);
  const { dictionary } = fields[f];
  const ownValue = (place: number) => cells.places[place * cells.width + f];
  if (key.of === wholeValue) return { codeOf: dictionary.placeOf, of: ownValue };
  const codes = openDictionary();
  /** Of each value its code + 2; 1: it has none; 0: not asked yet. */
  let ofValue = new Int32Array(1024);
  return {
    codeOf: codes.placeOf,
    of(place) {
      const value = ownValue(place);
      if (value < 0) return -1;
      if (value >= ofValue.length) ofValue = lengthened(ofValue, 2 * value);
      if (ofValue[value] === 0) {
        const text = key.of(dictionary.values[value]);
        ofValue[value] = text === '' ? 1 : codes.placeOf(text) + 2;
      }
      return ofValue[value] - 2;
    },
  };
}

function lengthened<A extends Int32Array | Float32Array>(from: A, length: number): A {
  const longer = (from instanceof Int32Array ? new Int32Array(length) : new Float32Array(length)) as A;
  longer.set(from);
  return longer;
}
