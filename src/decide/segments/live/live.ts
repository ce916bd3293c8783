// The segments of a workspace, live: who is in memory is kept up with what arrives and with time, who is not is loaded a
// block at a time. One thing happens after the other. Changes are kept until they are written; a failure is tried again
// with the next thing that happens, in the same order.

import { LRUCache } from 'lru-cache';
import { type EventRow, isMembership } from '../../../collect/index.ts';
import { historyEventOf } from '../../../features/index.ts';
import { nodeOf } from '../../../identify/index.ts';
import type { Store } from '../../../store/index.ts';
import { fromClickHouseTime, HOUR_MS } from '../../../time.ts';
import { type RowReader, readerOf } from '../fields.ts';
import type { PersonNow } from '../kinds/kind.ts';
import { sayCondition } from '../words/sentence.ts';
import { type Cause, type Change, writeChanges } from './changes.ts';
import { loadPeople, ownersOf } from './loading.ts';
import { needsOf } from './needs.ts';
import { type Context, type LivePerson, shortId } from './person.ts';
import { openTimers } from './timers.ts';

export type LiveOptions = {
  workspace: string;
  context: Context;
  now(): number;
  /** People kept in memory. */
  peopleAtMost?: number;
  /** Called when changes are written. */
  onChanges?: (changes: readonly Change[]) => void;
};

export interface LiveSegments {
  /** Rows that are in the facts now, memberships of segments among them. */
  take(rows: readonly EventRow[]): Promise<void>;
  /** Identifiers that belong to another profile now. */
  moved(moves: readonly { node: bigint; profile: bigint }[]): Promise<void>;
  /** Loads people anew and puts right what they are in. */
  look(profiles: readonly bigint[], cause: Cause): Promise<void>;
  /** Looks at those whose moment has come. */
  tick(): Promise<void>;
  /** When `tick` is due next, epoch ms. */
  next(): number;
  /** Runs work while nothing else happens and forgets everybody: what it does to the facts is seen from then on. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  readonly people: number;
}

/** Later changes by time are found by the look at everybody that comes before. */
export const TIMERS_AHEAD_MS = 2 * HOUR_MS;
const TICK_AT_MOST = 5000;

export function openLiveSegments(store: Store, options: LiveOptions): LiveSegments {
  const { workspace, context, now, peopleAtMost = 100_000, onChanges } = options;
  const { program } = context;
  const needs = needsOf(program);
  const byNumber = new Map(program.segments.map((segment) => [segment.number, segment]));
  const everyLeaf = program.leaves.map((_, leaf) => leaf);
  const byNode = new Map<bigint, LivePerson>();
  const people = new LRUCache<bigint, LivePerson>({
    max: peopleAtMost,
    dispose: (person) => {
      for (const node of person.nodes) if (byNode.get(node) === person) byNode.delete(node);
    },
  });
  const timers = openTimers();
  let pending: Change[] = [];
  let lastBlock: ReadonlySet<string> = new Set();
  let line: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = line.then(async () => {
      await flush();
      const result = await work();
      await flush();
      return result;
    });
    line = mine.catch(() => {});
    return mine;
  };
  const flush = async () => {
    if (pending.length === 0) return;
    const writing = pending;
    await writeChanges(store, workspace, writing);
    pending = pending.slice(writing.length);
    onChanges?.(writing);
  };

  const keep = (person: LivePerson) => {
    people.set(person.profile, person);
    for (const node of person.nodes) byNode.set(node, person);
  };

  /** Asks leaves anew and notes what changed. */
  const settle = (person: LivePerson, leaves: readonly number[], why: Why, at: number) => {
    const { values } = person;
    let before: Map<number, number> | undefined;
    let due = person.due <= at ? Infinity : person.due;
    for (const leaf of leaves) {
      const value = program.leaves[leaf].evaluate(person, at) ? 1 : 0;
      if (value !== values[leaf]) {
        before ??= new Map();
        before.set(leaf, values[leaf]);
        values[leaf] = value;
      }
      due = Math.min(due, program.leaves[leaf].next(person, at));
    }
    person.due = due;
    if (due <= at + TIMERS_AHEAD_MS) timers.set(person.profile, due);
    if (before === undefined) return;
    const touched = new Set<number>();
    for (const leaf of before.keys()) for (const segment of needs.segmentsOf[leaf]) touched.add(segment);
    const entered: number[] = [];
    const gone: number[] = [];
    for (const index of touched) {
      const { number, holds } = program.segments[index];
      const isIn = !person.bot && holds(values);
      if (isIn === person.segments.includes(number)) continue;
      (isIn ? entered : gone).push(number);
    }
    if (entered.length + gone.length === 0) return;
    change(person, { entered, gone, at, why, before });
  };

  type Changing = { entered: number[]; gone: number[]; at: number; why: Why; before: ReadonlyMap<number, number> };
  const change = (person: LivePerson, { entered, gone, at, why, before }: Changing) => {
    const stays = person.segments.filter((number) => byNumber.has(number) && !gone.includes(number));
    const segments = [...stays, ...entered].sort((a, b) => a - b);
    const told = tell(person, { entered, gone, at, why, before });
    person.segments = segments;
    person.revision += 1;
    pending.push({
      ...{ profile: person.profile, revision: person.revision, at, segments },
      ...{ entered: entered.sort((a, b) => a - b), gone: gone.sort((a, b) => a - b), cause: why.cause, ...told },
    });
  };

  /** Which conditions turned, and the event that turned them. */
  const tell = (person: LivePerson, { entered, gone, at, why, before }: Changing) => {
    const { rows = [] } = why;
    // Of somebody who was not in memory: as they would have been without the events of the block.
    let former: PersonNow | undefined;
    const valueBefore = (leaf: number): number => {
      const known = before.get(leaf) ?? person.values[leaf];
      if (known !== 2) return known;
      former ??= person.without(new Set(rows.map(({ message_id }) => shortId(message_id))));
      return program.leaves[leaf].evaluate(former, at) ? 1 : 0;
    };
    const turned = new Set<number>();
    const reasons: Record<number, string[]> = {};
    for (const number of [...entered, ...gone]) {
      const { leaves } = byNumber.get(number)!;
      const different = leaves.filter((leaf) => valueBefore(leaf) !== person.values[leaf]);
      // Of somebody whose past is not in memory, what speaks for it now.
      const fitting = () => leaves.filter((leaf) => (person.values[leaf] === 1) === entered.includes(number));
      const changed = different.length > 0 ? different : fitting();
      for (const leaf of changed) turned.add(leaf);
      reasons[number] = changed.map((leaf) => {
        const words = sayCondition(program.leaves[leaf].condition);
        return person.values[leaf] === 1 ? words : `no longer: ${words}`;
      });
    }
    const row = rows.findLast((one) => concerns(one, turned)) ?? rows.at(-1);
    const event = row && { messageId: row.message_id, name: row.event, at: fromClickHouseTime(row.at).getTime() };
    return { reasons, ...(event && { event }) };
  };

  const concerns = (row: EventRow, leaves: ReadonlySet<number>): boolean => {
    const reader = readerOf(row as unknown as Record<string, unknown>);
    return needs
      .listsOf(row.event)
      .some((list) => needs.leavesOf[list].some((leaf) => leaves.has(leaf)) && program.lists[list].keeps(reader));
  };

  /** Loads them anew; who is nobody any more leaves everything. */
  const reload = async (
    profiles: readonly bigint[],
    whyOf: (profile: bigint) => Why,
    isWithBlock?: 'with its block',
  ): Promise<void> => {
    for (const profile of profiles) people.delete(profile);
    const at = now();
    const loaded = await loadPeople(store, profiles, { workspace, context, needs, at });
    // Between blocks, rows on their way may be in what was read, or not.
    const loadedAt = isWithBlock ? -Infinity : now();
    for (const person of loaded.values()) {
      person.loadedAt = loadedAt;
      keep(person);
      settle(person, everyLeaf, whyOf(person.profile), at);
    }
    await leave(
      profiles.filter((profile) => !loaded.has(profile)),
      at,
    );
  };

  const leave = async (profiles: readonly bigint[], at: number) => {
    if (profiles.length === 0) return;
    const rows = await store.facts.rows<{ profile: string; segments: number[]; revision: number }>(
      `SELECT profile, argMax(segments, segment_people.revision) AS segments, max(segment_people.revision) AS revision
       FROM segment_people WHERE workspace = {workspace:String} AND profile IN (${profiles.join(', ')}) GROUP BY profile`,
      { workspace },
    );
    for (const { profile, segments, revision } of rows) {
      if (segments.length === 0) continue;
      const reasons = Object.fromEntries(segments.map((number) => [number, ['is part of another person now']]));
      pending.push({
        ...{ profile: BigInt(profile), revision: revision + 1, at, segments: [], entered: [], gone: segments },
        ...{ cause: 'identity' as const, reasons },
      });
    }
  };

  /** Shows a person an event; the leaves that it may change. */
  const show = (person: LivePerson, row: EventRow, reader: RowReader, touched: Set<number>) => {
    const at = fromClickHouseTime(row.at).getTime();
    const id = shortId(row.message_id);
    for (const index of needs.listsOf(row.event)) {
      if (!person.keep(index, reader, at, id)) continue;
      for (const leaf of needs.leavesOf[index]) touched.add(leaf);
    }
    if (isMembership(row.event)) return;
    if (needs.ofTraits.length > 0 && row.traits !== '' && row.traits !== '{}') {
      person.tell(at, row.traits);
      for (const leaf of needs.ofTraits) touched.add(leaf);
    }
    if (needs.ofSummary.length > 0) {
      person.sumUp(summaryOf(row, at));
      for (const leaf of needs.ofSummary) touched.add(leaf);
    }
    if (needs.ofSignals.length > 0) {
      person.remember(historyEventOf(row));
      for (const leaf of needs.ofSignals) touched.add(leaf);
    }
    if (needs.consent.length > 0) {
      for (const identifier of identifiersOf(row)) person.identifiers.add(identifier);
      for (const leaf of needs.consent) touched.add(leaf);
    }
  };

  const takeBlock = async (rows: readonly EventRow[]): Promise<void> => {
    const concernsNobody = ({ event }: EventRow) => isMembership(event) && needs.listsOf(event).length === 0;
    const fresh = rows.filter((row) => !lastBlock.has(row.message_id) && !concernsNobody(row));
    const byAnchor = Map.groupBy(fresh, ({ anchor }) => anchor);
    const unknown = new Map<bigint, EventRow[]>();
    const known = new Map<LivePerson, EventRow[]>();
    for (const [anchor, own] of byAnchor) {
      const node = nodeOf(anchor);
      const person = byNode.get(node);
      if (person === undefined) unknown.set(node, own);
      else known.set(person, [...(known.get(person) ?? []), ...own]);
    }
    const owners = await ownersOf(store, workspace, [...unknown.keys()]);
    const strangers = new Map<bigint, EventRow[]>();
    for (const [node, own] of unknown) {
      const owner = owners.get(node) ?? node;
      strangers.set(owner, [...(strangers.get(owner) ?? []), ...own]);
    }
    // The facts have these rows already, so whoever is loaded now has them.
    for (const person of [...known.keys()]) {
      const own = strangers.get(person.profile) ?? [];
      const isSure = own.length === 0 && known.get(person)!.every((row) => receivedAt(row) > person.loadedAt);
      if (isSure) continue;
      strangers.set(person.profile, [...known.get(person)!, ...own]);
      known.delete(person);
    }
    const at = now();
    for (const [person, own] of known) {
      people.get(person.profile);
      const touched = new Set<number>();
      for (const row of own) show(person, row, readerOf(row as unknown as Record<string, unknown>), touched);
      if (person.due <= at) settle(person, everyLeaf, { cause: 'event', rows: own }, at);
      else if (touched.size > 0) settle(person, [...touched], { cause: 'event', rows: own }, at);
    }
    if (strangers.size > 0) {
      const whyOf = (profile: bigint): Why => ({ cause: 'event', rows: strangers.get(profile) });
      await reload([...strangers.keys()], whyOf, 'with its block');
    }
    lastBlock = new Set(rows.map(({ message_id }) => message_id));
  };

  return {
    take: (rows) => inTurn(() => takeBlock(rows)),
    moved: (moves) =>
      inTurn(async () => {
        const profiles = new Set<bigint>();
        for (const { node, profile } of moves) {
          profiles.add(profile);
          profiles.add(node);
          const person = byNode.get(node);
          if (person) profiles.add(person.profile);
        }
        for (const former of await formerOwners(store, workspace, moves)) profiles.add(former);
        await reload([...profiles], () => ({ cause: 'identity' }));
      }),
    look: (profiles, cause) => inTurn(() => reload(profiles, () => ({ cause }))),
    tick: () =>
      inTurn(async () => {
        const at = now();
        const due = timers.take(at, TICK_AT_MOST);
        const absent: bigint[] = [];
        for (const profile of due) {
          const person = people.peek(profile);
          if (person === undefined) absent.push(profile);
          else if (person.due <= at) settle(person, everyLeaf, { cause: 'time' }, at);
          else if (person.due <= at + TIMERS_AHEAD_MS) timers.set(profile, person.due);
        }
        if (absent.length > 0) await reload(absent, () => ({ cause: 'time' }));
      }),
    next: timers.next,
    alone: (work) =>
      inTurn(async () => {
        people.clear();
        byNode.clear();
        return work();
      }),
    get people() {
      return people.size;
    },
  };
}

type Why = { cause: Cause; rows?: readonly EventRow[] };

function receivedAt(row: EventRow): number {
  return fromClickHouseTime(row.received_at).getTime();
}

function summaryOf(row: EventRow, at: number) {
  return {
    ...{ firstSeen: at, lastSeen: at, country: row.country, countryAt: at, device: row.device_type, deviceAt: at },
    ...{ platforms: [row.platform], events: 1, purchases: row.event === 'purchase' ? 1 : 0 },
  };
}

function identifiersOf({ user_id, anonymous_id, email_hash }: EventRow): string[] {
  return [user_id && `u:${user_id}`, anonymous_id && `a:${anonymous_id}`, email_hash && `e:${email_hash}`].filter(
    Boolean,
  );
}

/** Profiles that the moved identifiers ever belonged to. */
async function formerOwners(
  { facts }: Store,
  workspace: string,
  moves: readonly { node: bigint }[],
): Promise<bigint[]> {
  const nodes = [...new Set(moves.map(({ node }) => node))];
  if (nodes.length === 0) return [];
  const rows = await facts.rows<{ profile: string }>(
    `SELECT DISTINCT profile FROM identity_map WHERE workspace = {workspace:String} AND node IN (${nodes.join(', ')})`,
    { workspace },
  );
  return rows.map(({ profile }) => BigInt(profile));
}
