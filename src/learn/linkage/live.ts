// Records one by one against all that came before, in memory, under a frozen model. Each rule keeps the records of a key
// in a chain through one array; a new record walks its chains, weighs whom it meets and hangs its links. A cluster is what
// hangs together, looked up when it is asked for. About a kilobyte a record, its different values among them; values that were only
// asked about stay, too.

import { cluster, type Edge } from './clusters.ts';
import { type Cells, comparisonNamed, type Field, kindNamed } from './fields.ts';
import { type Frozen, frozenRarity, frozenScoring, type Label, withLabels } from './frozen.ts';
import { wholeValue } from './kind.ts';
import { chanceOf, weightOf } from './model.ts';
import { openPairTable } from './pairTable.ts';
import { openScorer } from './scorer.ts';

export type LiveLink = { id: string; weight: number; probability: number };

export type LiveLinkage = {
  /** Takes a record in; answers the records it is linked to, and those that may be the same, the likeliest first. */
  add(id: string, record: Readonly<Record<string, string>>): LiveLink[];
  /** The same without taking it in. */
  match(record: Readonly<Record<string, string>>): LiveLink[];
  /** The smallest id of the cluster that a record is in. */
  clusterOf(id: string): string;
  size(): number;
};

export type LiveOptions = {
  /** What people said of pairs. */
  labels?: readonly Label[];
  /** Answer pairs from this probability on; links are those from the model's threshold on. */
  floor?: number;
  /** Records expected. */
  capacity?: number;
};

export function openLiveLinkage(
  frozen: Frozen,
  { labels = [], floor = frozen.model.threshold, capacity = 1024 }: LiveOptions = {},
): LiveLinkage {
  const { model } = frozen;
  const fields = openFields(frozen);
  const cells: Cells = { width: fields.length, places: new Int32Array(fields.length * (capacity + 1)) };
  const rarity = fields.map((field) => (field.comparison.exactFirst ? new Float32Array(1024) : undefined));
  const chains = openChains(frozen, fields, cells, capacity);
  const [linked, lowest] = [model.threshold, Math.min(floor, model.threshold)].map(weightOf);
  const scorer = openScorer(frozenScoring(frozen, fields, cells, rarity), lowest);
  const ids: string[] = [];
  const placeOf = new Map<string, number>();
  const edges = new Map<number, Edge[]>();
  const labelsOf = byRecord(labels);

  /** Writes a record behind the last one taken in; so it stays only if it is taken in too. */
  const write = (record: Readonly<Record<string, string>>) => {
    const start = ids.length * cells.width;
    if (start + cells.width > cells.places.length) cells.places = lengthened(cells.places, 2 * start + cells.width);
    for (let f = 0; f < fields.length; f++) {
      const { column, facet, dictionary } = fields[f];
      const value = facet.normalise((record[column] ?? '').trim());
      const place = value === '' ? -1 : dictionary.placeOf(value);
      cells.places[start + f] = place;
      let own = rarity[f];
      if (own === undefined || place < 0) continue;
      if (place >= own.length) rarity[f] = own = lengthened(own, 2 * place);
      if (own[place] === 0) own[place] = frozenRarity(frozen, f, value);
    }
    chains.write(ids.length);
  };
  const meet = (): Met[] => {
    const found: Met[] = [];
    chains.forEachOther((place) => {
      const weight = scorer.weigh(place, ids.length);
      if (weight >= lowest) found.push({ place, id: ids[place], weight });
    });
    return found.sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
  };
  const hang = (edge: Edge) => {
    for (const end of [edge.left, edge.right]) {
      const own = edges.get(end);
      if (own === undefined) edges.set(end, [edge]);
      else own.push(edge);
    }
  };
  return {
    size: () => ids.length,
    match(record) {
      write(record);
      return meet().map(linkOf);
    },
    add(id, record) {
      write(record);
      const found = meet();
      const right = ids.push(id) - 1;
      placeOf.set(id, right);
      chains.take(right);
      const links = found
        .filter(({ weight }) => weight >= linked)
        .map(({ place, weight }): Edge => ({ left: place, right, probability: chanceOf(weight) }));
      for (const edge of withLabels(links, labelsOf(id), (one) => placeOf.get(one))) hang(edge);
      return found.map(linkOf);
    },
    clusterOf(id) {
      const place = placeOf.get(id);
      if (place === undefined) return id;
      const members = reach(place, edges);
      const local = new Map(members.map((member, i) => [member, i]));
      const own = new Set(members.flatMap((member) => edges.get(member) ?? []));
      const within = [...own].map((edge) => ({
        ...edge,
        left: local.get(edge.left) as number,
        right: local.get(edge.right) as number,
      }));
      const { clusterOf } = cluster(members.length, within);
      return members.reduce(
        (least, member, i) => (clusterOf[i] === clusterOf[0] && ids[member] < least ? ids[member] : least),
        id,
      );
    },
  };
}

type Met = { place: number; id: string; weight: number };

const linkOf = ({ id, weight }: Met): LiveLink => ({ id, weight, probability: chanceOf(weight) });

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
function openChains({ model, common }: Frozen, fields: readonly LiveField[], cells: Cells, capacity: number) {
  const keys = new Map<string, LiveKey>();
  const keyNamed = (name: string) => {
    const key = keys.get(name) ?? openKey(name, fields, cells);
    keys.set(name, key);
    return key;
  };
  const rules = model.rules.map(({ keys: names }, r) => {
    const parts = names.map(keyNamed);
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

/** A key by its name, `field: key`, over values as they come. */
function openKey(name: string, fields: readonly LiveField[], cells: Cells): LiveKey {
  const f = fields.findIndex((one) => name.startsWith(`${one.name}: `));
  const { name: fieldName, facet, dictionary } = fields[f];
  const key = facet.keys.find((one) => `${fieldName}: ${one.name}` === name) as Field['facet']['keys'][number];
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

function byRecord(labels: readonly Label[]): (id: string) => readonly Label[] {
  const of = new Map<string, Label[]>();
  for (const label of labels) for (const id of [label.left, label.right]) of.set(id, [...(of.get(id) ?? []), label]);
  return (id) => of.get(id) ?? [];
}

function reach(start: number, edges: ReadonlyMap<number, readonly Edge[]>): number[] {
  const members = [start];
  const met = new Set(members);
  for (const member of members) {
    for (const { left, right } of edges.get(member) ?? []) {
      const other = left === member ? right : left;
      if (met.has(other)) continue;
      met.add(other);
      members.push(other);
    }
  }
  return members;
}

function lengthened<A extends Int32Array | Float32Array>(from: A, length: number): A {
  const longer = (from instanceof Int32Array ? new Int32Array(length) : new Float32Array(length)) as A;
  longer.set(from);
  return longer;
}
