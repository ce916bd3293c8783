// Records one by one against all that came before, in memory, under a frozen model. Each rule keeps the records of a key
// in a chain; a new record walks its chains, weighs whom it meets and hangs its links. A cluster is what hangs together,
// looked up when it is asked for. About 200 bytes a record and its different values.

import { cluster, type Edge } from './clusters.ts';
import { comparisonNamed, type Field, kindNamed } from './fields.ts';
import { type Frozen, frozenRarity, frozenScoring, type Label, withLabels } from './frozen.ts';
import { chanceOf, weightOf } from './model.ts';
import { openScorer, type Scorer } from './scorer.ts';

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
  const fields = openFields(frozen, capacity);
  const rarity = fields.map((field): number[] | undefined => (field.comparison.exactFirst ? [] : undefined));
  const chains = openChains(frozen, fields);
  const lowest = weightOf(Math.min(floor, model.threshold));
  const openWeigh = () => openScorer(frozenScoring(frozen, fields, rarity), lowest);
  let scorer: Scorer = openWeigh();
  const ids: string[] = [];
  const placeOf = new Map<string, number>();
  const edges = new Map<number, Edge[]>();
  const labelsOf = byRecord(labels);

  const write = (place: number, record: Readonly<Record<string, string>>) => {
    if (place >= fields[0].codes.length) {
      for (const field of fields) field.codes = doubled(field.codes);
      scorer = openWeigh();
    }
    fields.forEach((field, f) => {
      const value = field.facet.normalise((record[field.column] ?? '').trim());
      field.codes[place] = value === '' ? -1 : field.placeOf(value);
      const own = rarity[f];
      if (value !== '' && own !== undefined) own[field.codes[place]] ??= frozenRarity(frozen, f, value);
    });
    chains.write(place);
  };
  const meet = (place: number): LiveLink[] => {
    const found: LiveLink[] = [];
    chains.forEachOther(place, (other) => {
      const weight = scorer.weigh(other, place);
      if (weight >= lowest) found.push({ id: ids[other], weight, probability: chanceOf(weight) });
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
      write(ids.length, record);
      return meet(ids.length);
    },
    add(id, record) {
      const place = ids.length;
      write(place, record);
      const found = meet(place);
      ids.push(id);
      placeOf.set(id, place);
      chains.take(place);
      const links = found
        .filter(({ weight }) => weight >= weightOf(model.threshold))
        .map(({ id: other, probability }): Edge => ({ left: placeOf.get(other) as number, right: place, probability }));
      for (const edge of withLabels(links, labelsOf(id), (one) => placeOf.get(one))) hang(edge);
      return found;
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

type LiveField = Field & { values: string[]; placeOf(value: string): number };

function openFields({ model }: Frozen, capacity: number): LiveField[] {
  const dictionaries = new Map<string, { values: string[]; places: Map<string, number> }>();
  const fields = model.fields.map(({ name, column, kind: kindName, comparison }): LiveField => {
    const kind = kindNamed(kindName);
    const facet = kind.facets.find(({ suffix }) => column + suffix === name) as Field['facet'];
    const shared = kind.swapsWithin ?? name;
    const dictionary = dictionaries.get(shared) ?? { values: [] as string[], places: new Map<string, number>() };
    dictionaries.set(shared, dictionary);
    const { values, places } = dictionary;
    return {
      ...{
        name,
        column,
        kind,
        facet,
        comparison: comparisonNamed(comparison),
        codes: new Int32Array(capacity + 1),
        values,
      },
      ...{ counts: new Float64Array(0), others: [] },
      placeOf(value) {
        let place = places.get(value);
        if (place === undefined) {
          place = values.push(value) - 1;
          places.set(value, place);
        }
        return place;
      },
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

/** Of each rule the records of a key, as chains through one array; the key of two parts is one number. */
function openChains({ model, common }: Frozen, fields: readonly LiveField[]) {
  const rules = model.rules.map(({ keys }, r) => {
    const parts = keys.map((name) => openKey(name, fields));
    const tooCommon = new Set(
      [...common[r]].map((text) => combined((JSON.parse(text) as string[]).map((part, p) => parts[p].codeOf(part)))),
    );
    return {
      parts,
      tooCommon,
      last: new Map<number, number>(),
      before: new Int32Array(1024),
      own: new Float64Array(1024),
    };
  });
  const seen = new Set<number>();
  return {
    write(place: number) {
      for (const rule of rules) {
        if (place >= rule.own.length) {
          rule.own = doubled(rule.own);
          rule.before = doubled(rule.before);
        }
        const key = combined(rule.parts.map((part) => part.of(place)));
        rule.own[place] = key >= 0 && rule.tooCommon.has(key) ? -1 : key;
      }
    },
    take(place: number) {
      for (const { own, before, last } of rules) {
        if (own[place] < 0) continue;
        before[place] = last.get(own[place]) ?? -1;
        last.set(own[place], place);
      }
    },
    forEachOther(place: number, take: (other: number) => void) {
      seen.clear();
      for (const { own, before, last } of rules) {
        if (own[place] < 0) continue;
        for (let other = last.get(own[place]) ?? -1; other >= 0; other = before[other]) {
          if (seen.has(other)) continue;
          seen.add(other);
          take(other);
        }
      }
    },
  };
}

const MOST_KEYS = 2 ** 26;

function combined(codes: readonly number[]): number {
  return codes.some((code) => code < 0) ? -1 : codes.reduce((sum, code) => sum * MOST_KEYS + code, 0);
}

/** A key by its name, `field: key`, over values as they come. */
function openKey(name: string, fields: readonly LiveField[]) {
  const field = fields.find((one) => name.startsWith(`${one.name}: `)) as LiveField;
  const key = field.facet.keys.find((one) => `${field.name}: ${one.name}` === name) as Field['facet']['keys'][number];
  const codes = new Map<string, number>();
  const ofValue: number[] = [];
  const codeOf = (text: string) => {
    let code = codes.get(text);
    if (code === undefined) {
      code = codes.size;
      codes.set(text, code);
    }
    return code;
  };
  return {
    codeOf,
    of(place: number): number {
      const value = field.codes[place];
      if (value < 0) return -1;
      if (ofValue[value] === undefined) {
        const text = key.of(field.values[value]);
        ofValue[value] = text === '' ? -1 : codeOf(text);
      }
      return ofValue[value];
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

function doubled<A extends Int32Array | Float64Array>(values: A): A {
  const wider = (
    values instanceof Int32Array ? new Int32Array(2 * values.length) : new Float64Array(2 * values.length)
  ) as A;
  wider.set(values);
  return wider;
}
