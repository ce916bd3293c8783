// What a program needs to know of people, summed over its conditions: so that a load reads that and nothing else, and an
// arriving event is shown only to the lists that want it.

import { isMembership } from '../../../collect/index.ts';
import type { Program } from '../compile.ts';

export type ProgramNeeds = {
  /** Lists by the event they want, and those that want any; memberships of segments are wanted by name alone. */
  listsOf(event: string): readonly number[];
  /** Leaves that read a list. */
  leavesOf: readonly (readonly number[])[];
  /** Segments whose tree has a leaf. */
  segmentsOf: readonly (readonly number[])[];
  /** Canonical names; undefined = any event. */
  events: readonly string[] | undefined;
  /** Memberships of segments that lists name. */
  memberships: readonly string[];
  /** Columns of `events` beside node, at, message_id and event. */
  columns: readonly string[];
  /** How far back events are looked at. */
  reachMs: number;
  /** Leaves that an event changes beside those of its lists. */
  ofTraits: readonly number[];
  ofSummary: readonly number[];
  ofSignals: readonly number[];
  scores: ReadonlyMap<string, ReadonlySet<number>>;
  byHand: boolean;
  consent: readonly number[];
};

export function needsOf({ leaves, lists, segments }: Program): ProgramNeeds {
  const byEvent = new Map<string, number[]>();
  const ofAny: number[] = [];
  lists.forEach(({ events }, index) => {
    if (events === undefined) ofAny.push(index);
    else for (const name of events) byEvent.set(name, [...(byEvent.get(name) ?? []), index]);
  });
  for (const [name, own] of byEvent) if (!isMembership(name)) byEvent.set(name, [...own, ...ofAny]);
  const leavesOf = lists.map((_, index) => placesOf(leaves, (leaf) => leaf.lists.includes(index)));
  const scores = new Map<string, Set<number>>();
  for (const { needs } of leaves) {
    if (needs.scores === undefined) continue;
    const { model, scorings } = needs.scores;
    scores.set(model, new Set([...(scores.get(model) ?? []), ...scorings]));
  }
  return {
    listsOf: (event) => byEvent.get(event) ?? (isMembership(event) ? [] : ofAny),
    leavesOf,
    segmentsOf: leaves.map((_, leaf) => placesOf(segments, (segment) => segment.leaves.includes(leaf))),
    events: ofAny.length > 0 ? undefined : [...byEvent.keys()],
    memberships: [...byEvent.keys()].filter(isMembership),
    columns: [...new Set(lists.flatMap(({ columns }) => columns))],
    reachMs: Math.max(0, ...lists.map(({ reachMs }) => reachMs)),
    ofTraits: placesOf(leaves, ({ needs }) => needs.traits === true),
    ofSummary: placesOf(leaves, ({ needs }) => needs.summary === true),
    ofSignals: placesOf(leaves, ({ needs }) => needs.signal !== undefined),
    scores,
    byHand: leaves.some(({ needs }) => needs.byHand !== undefined),
    consent: placesOf(leaves, ({ needs }) => needs.consent !== undefined),
  };
}

function placesOf<T>(items: readonly T[], fits: (item: T) => boolean): number[] {
  return items.flatMap((item, i) => (fits(item) ? [i] : []));
}
