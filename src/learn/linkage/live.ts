// Records one by one against all that came before, under a frozen model: whom each is linked to, and what hangs together,
// looked up when it is asked for.

import { cluster, type Edge } from './clusters.ts';
import { type Frozen, type Label, withLabels } from './frozen.ts';
import { type LiveRecord, type Met, openLiveIndex } from './liveIndex.ts';
import { chanceOf, weightOf } from './model.ts';

export type LiveLink = { id: string; weight: number; probability: number };

export type LiveLinkage = {
  /** Takes a record in; answers the records it is linked to, and those that may be the same, the likeliest first. */
  add(id: string, record: LiveRecord): LiveLink[];
  /** The same without taking it in. */
  match(record: LiveRecord): LiveLink[];
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
  { labels = [], floor = frozen.model.threshold, capacity }: LiveOptions = {},
): LiveLinkage {
  const { threshold } = frozen.model;
  const index = openLiveIndex(frozen, { floor: Math.min(floor, threshold), capacity });
  const linked = weightOf(threshold);
  const ids: string[] = [];
  const placeOf = new Map<string, number>();
  const edges = new Map<number, Edge[]>();
  const labelsOf = byRecord(labels);

  const toLinks = (met: readonly Met[]): LiveLink[] =>
    met
      .map(({ place, weight }) => ({ id: ids[place], weight, probability: chanceOf(weight) }))
      .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
  const hang = (edge: Edge) => {
    for (const end of [edge.left, edge.right]) {
      const own = edges.get(end);
      if (own === undefined) edges.set(end, [edge]);
      else own.push(edge);
    }
  };
  return {
    size: index.size,
    match: (record) => toLinks(index.match(record)),
    add(id, record) {
      const right = index.size();
      const met = index.add(record) ?? [];
      ids.push(id);
      placeOf.set(id, right);
      const links = met
        .filter(({ weight }) => weight >= linked)
        .map(({ place, weight }): Edge => ({ left: place, right, probability: chanceOf(weight) }));
      for (const edge of withLabels(links, labelsOf(id), (one) => placeOf.get(one))) hang(edge);
      return toLinks(met);
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
