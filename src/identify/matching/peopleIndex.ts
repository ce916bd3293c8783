// The records of people in memory under a frozen model: what is kept of each is where its values stand in dictionaries, and
// whose it is. What was told is read from the facts again for the few that are found alike.

import { chanceOf, type Frozen, type Met, openLiveIndex, openPairTable, type Part } from '../../learn/index.ts';
import type { RecordPair } from './pairs.ts';
import type { PersonRecord, RecordRef } from './records.ts';

/** A record by its place in the index. */
export type Placed = RecordRef & { place: number };
export type PlacedPair = RecordPair & { a: Placed; b: Placed };

export type PeopleIndex = {
  /** Takes a record in, those of one person one after the other; answers the pairs it makes with records before it. */
  add(record: PersonRecord): PlacedPair[];
  /** Takes it in without asking. */
  take(record: PersonRecord): void;
  /** Takes a person's records in for those of before. */
  replace(node: bigint, records: readonly PersonRecord[]): PlacedPair[];
  /** Notes somebody whose records are still to be taken in. */
  hear(node: bigint): void;
  isHeard(node: bigint): boolean;
  /** Whether these are the person's records here. */
  isSame(node: bigint, records: readonly PersonRecord[]): boolean;
  /** Whether both records still are what was told. */
  holds(pair: PlacedPair): boolean;
  /** Records that hold, and all that memory is taken up by. */
  counts(): { records: number; places: number };
};

export function openPeopleIndex(
  frozen: Frozen,
  { floor, capacity, part }: { floor: number; capacity: number; part?: Part },
): PeopleIndex {
  const index = openLiveIndex(frozen, { floor, capacity, part });
  let nodes = new BigUint64Array(capacity);
  let since = new Float64Array(capacity);
  let versions = new Uint8Array(capacity);
  let gone = new Uint8Array(capacity);
  /** Of each node the place of its first record + 1; 0: it was heard of. */
  const firsts = openPairTable(capacity);
  let goneCount = 0;

  const write = ({ node, since: moment, version }: PersonRecord, place: number) => {
    if (place >= nodes.length) {
      const length = 2 * place + 1;
      nodes = lengthened(nodes, new BigUint64Array(length));
      since = lengthened(since, new Float64Array(length));
      versions = lengthened(versions, new Uint8Array(length));
      gone = lengthened(gone, new Uint8Array(length));
    }
    nodes[place] = node;
    since[place] = moment;
    versions[place] = version;
    if (version === 0) firsts.put(highOf(node), lowOf(node), place + 1);
  };
  const find = (node: bigint) => firsts.find(highOf(node), lowOf(node));
  const placesOf = (node: bigint): number[] => {
    const places: number[] = [];
    for (let place = find(node) - 1; place >= 0 && place < index.size(); place++) {
      if (nodes[place] !== node || versions[place] !== places.length) break;
      places.push(place);
    }
    return places;
  };
  const refOf = (place: number): Placed => ({
    ...{ place, node: nodes[place], version: versions[place], since: since[place] },
  });
  const pairsWith = (place: number, met: readonly Met[]): PlacedPair[] =>
    met
      .filter((other) => gone[other.place] === 0)
      .map((other) => ({ a: refOf(other.place), b: refOf(place), probability: chanceOf(other.weight) }));
  const add = (record: PersonRecord): PlacedPair[] => {
    const place = index.size();
    const met = index.add(record.told as Record<string, string>);
    if (met === undefined) return [];
    write(record, place);
    return pairsWith(place, met);
  };
  const hear = (node: bigint) => void firsts.put(highOf(node), lowOf(node), 0);
  return {
    add,
    take(record) {
      const place = index.size();
      index.take(record.told as Record<string, string>);
      write(record, place);
    },
    replace(node, records) {
      for (const place of placesOf(node)) {
        gone[place] = 1;
        goneCount += 1;
      }
      hear(node);
      return records.flatMap(add);
    },
    hear,
    isHeard: (node) => find(node) >= 0,
    isSame(node, records) {
      const places = placesOf(node);
      return (
        places.length === records.length &&
        places.every(
          (place, i) =>
            gone[place] === 0 &&
            since[place] === records[i].since &&
            index.holds(place, records[i].told as Record<string, string>),
        )
      );
    },
    holds: ({ a, b }) => gone[a.place] === 0 && gone[b.place] === 0,
    counts: () => ({ records: index.size() - goneCount, places: index.size() }),
  };
}

function highOf(node: bigint): number {
  return Number(node >> 32n) | 0;
}

function lowOf(node: bigint): number {
  return Number(node & 0xffffffffn) | 0;
}

function lengthened<A extends BigUint64Array | Float64Array | Uint8Array>(from: A, to: A): A {
  (to as Uint8Array).set(from as Uint8Array);
  return to;
}
