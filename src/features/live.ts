// People as they are this second: the histories of those recently asked for, kept in memory, loaded by a few statements
// for all who are asked for at a time, and fed by what arrives. Their signals are the same definitions as in SQL, so a live score and a nightly one agree.

import { LRUCache } from 'lru-cache';
import type { EventRow } from '../collect/index.ts';
import {
  findProfiles,
  membersByProfile,
  nodeOf,
  profilesOf,
  type SessionRule,
  sessionRuleOf,
} from '../identify/index.ts';
import { remembered, type Store } from '../store/index.ts';
import { fromClickHouseTime, MINUTE_MS, SECOND_MS } from '../time.ts';
import { allInterest, topCategory } from './affinity.ts';
import { inBatches } from './batches.ts';
import { type Events, HISTORY_COLUMNS, type History, type HistoryEvent, openEvents, openHistory } from './history.ts';
import { dayOf } from './measure.ts';
import { readProducts } from './products.ts';
import type { Signal } from './signal.ts';
import { signals as everySignal } from './signals/index.ts';
import { readSurroundings } from './surroundings.ts';

export type LiveFeatures = {
  profile: bigint;
  /** In the order of the signals. */
  values: Float32Array;
  /** The category they lean to; '' = none known. */
  category: string;
  /** The product of that category they looked at or put in the cart last and have not bought since; '' = none. */
  product: string;
  basedOn: { events: number; lastEventAt: Date | null };
};

export interface LivePeople {
  /** Who has an identifier, and all of theirs; undefined when nobody has it. */
  whois(person: string | bigint): Promise<{ profile: bigint; nodes: ReadonlySet<bigint> } | undefined>;
  /** What is known of a person before `asOf`, of some or of all signals; undefined when nobody has that identifier. */
  features(person: string | bigint, asOf: Date, some?: readonly Signal[]): Promise<LiveFeatures | undefined>;
  /** Rows that are journalled but not in the facts yet. */
  accepted(rows: readonly EventRow[]): void;
  /** Rows that are in the facts now. */
  shipped(rows: readonly EventRow[]): void;
  /** Identifiers that changed hands, as followBlock tells: their people are loaded anew. */
  moved(moves: readonly { node: bigint; profile: bigint }[]): void;
}

export type LivePeopleOptions = {
  workspace: string;
  signals?: readonly Signal[];
  /** Events kept in memory over all people; about 0.5 kB each. */
  eventsAtMost?: number;
};

type Person = { profile: bigint; nodes: Set<bigint>; names: Set<string>; events: Events };

export function openLivePeople(store: Store, options: LivePeopleOptions): LivePeople {
  const { workspace, signals = everySignal, eventsAtMost = 500_000 } = options;
  const byNode = new Map<bigint, Person>();
  const byName = new Map<string, Person>();
  // In a new wrapping each time: the cache weighs a value again only when it is another object.
  const people = new LRUCache<bigint, { person: Person }>({
    maxSize: eventsAtMost,
    sizeCalculation: ({ person }) => person.events.all.length + 1,
    dispose: ({ person }, _, reason) => {
      if (reason === 'set') return;
      for (const node of person.nodes) byNode.delete(node);
      for (const name of person.names) byName.delete(name);
    },
  });
  /** Accepted rows on their way to the facts, by anchor. */
  const underway = new Map<string, Map<string, EventRow>>();
  /** Rows that arrive while a history is being read might be missing from what is read. */
  const loads = new Set<Meanwhile>();
  // What everybody did with products is read once a day: what comes in late changes little of it. What goes on around
  // people and how visits are cut is to be seen soon, but not read for every answer.
  const productsOn = openReading((asOf) => readProducts(store, workspace, asOf), Infinity);
  const surroundingsOn = openReading((asOf) => readSurroundings(store, workspace, asOf), SURROUNDINGS_MS);
  const ruleOn = openReading<SessionRule>(() => sessionRuleOf(store, workspace), RULE_MS);

  const profileOf = inBatches(PEOPLE_AT_A_TIME, (texts: string[]) => findProfiles(store, workspace, texts));

  const load = async (asked: bigint[]): Promise<Map<bigint, Person>> => {
    const meanwhile: Meanwhile = { rows: [], moved: new Set() };
    loads.add(meanwhile);
    try {
      const profiles = await profilesOf(store.facts, workspace, asked);
      const members = await membersByProfile(store.facts, workspace, [...new Set(profiles.values())]);
      const owners = new Map([...members].flatMap(([profile, nodes]) => nodes.map((node) => [node, profile])));
      const events = await readEvents(store, workspace, owners);
      const found = new Map<bigint, Person>();
      for (const [profile, nodes] of members) {
        const own = openEvents(events.get(profile));
        found.set(profile, { profile, nodes: new Set(nodes), names: new Set(), events: own });
      }
      const waiting = [...underway.values()].flatMap((rows) => [...rows.values()]);
      for (const row of [...waiting, ...meanwhile.rows]) {
        const owner = owners.get(nodeOf(row.anchor));
        if (owner !== undefined) found.get(owner)?.events.put(historyEventOf(row));
      }
      for (const [profile, person] of found) {
        // Whoever changed hands while being read is read again when asked for the next time.
        if (person.nodes.values().some((node) => meanwhile.moved.has(node))) continue;
        people.set(profile, { person });
        for (const node of person.nodes) byNode.set(node, person);
      }
      return new Map(asked.map((node) => [node, found.get(profiles.get(node) ?? node) as Person]));
    } finally {
      loads.delete(meanwhile);
    }
  };
  const loaded = inBatches(PEOPLE_AT_A_TIME, load);

  const find = async (asked: string | bigint): Promise<Person | undefined> => {
    const known = typeof asked === 'string' ? byName.get(asked) : byNode.get(asked);
    if (known) return people.get(known.profile)?.person;
    const profile = typeof asked === 'bigint' ? asked : await profileOf(asked);
    if (profile === undefined) return typeof asked === 'string' ? newcomer(asked) : undefined;
    const person = people.get(profile)?.person ?? (await loaded(profile));
    if (typeof asked === 'string' && person && people.peek(person.profile)?.person === person) {
      person.names.add(asked);
      byName.set(asked, person);
    }
    return person;
  };

  /** Somebody whose first events have not reached the facts. */
  const newcomer = (text: string): Person | undefined => {
    const anchor = [`u:${text}`, `a:${text}`].find((name) => underway.has(name));
    if (anchor === undefined) return undefined;
    const profile = nodeOf(anchor);
    const events = openEvents();
    for (const row of underway.get(anchor)!.values()) events.put(historyEventOf(row));
    return { profile, nodes: new Set([profile]), names: new Set(), events };
  };

  const take = (rows: readonly EventRow[]) => {
    for (const { rows: list } of loads) list.push(...rows);
    if (byNode.size === 0) return;
    const touched = new Set<Person>();
    for (const row of rows) {
      const person = byNode.get(nodeOf(row.anchor));
      if (person?.events.put(historyEventOf(row))) touched.add(person);
    }
    for (const person of touched) people.set(person.profile, { person });
  };

  return {
    whois: find,
    async features(asked, asOf, some = signals) {
      const person = await find(asked);
      if (!person) return undefined;
      const history = openHistory(
        person.events,
        asOf,
        await productsOn(asOf),
        await ruleOn(asOf),
        await surroundingsOn(asOf),
      );
      const last = history.events.at(-1);
      const category = topCategory.evaluate(history, allInterest);
      return {
        profile: person.profile,
        values: valuesOf(some, history),
        category,
        product: latestProduct(history.events, category),
        basedOn: { events: history.events.length, lastEventAt: last ? new Date(last.at) : null },
      };
    },
    accepted(rows) {
      for (const row of rows) {
        if (!underway.has(row.anchor)) underway.set(row.anchor, new Map());
        underway.get(row.anchor)!.set(row.message_id, row);
      }
      take(rows);
    },
    shipped(rows) {
      take(rows);
      for (const row of rows) {
        const waiting = underway.get(row.anchor);
        if (waiting?.delete(row.message_id) && waiting.size === 0) underway.delete(row.anchor);
      }
    },
    moved(moves) {
      for (const { node, profile } of moves) {
        for (const { moved } of loads) moved.add(node).add(profile);
        for (const person of [byNode.get(node), byNode.get(profile)]) if (person) people.delete(person.profile);
      }
    },
  };
}

/** A plain loop: `from` with a function takes several times as long. */
function valuesOf(signals: readonly Signal[], history: History): Float32Array {
  const values = new Float32Array(signals.length);
  for (let i = 0; i < values.length; i++) values[i] = signals[i].measure.evaluate(history);
  return values;
}

const interests = new Set(['product_view', 'add_to_cart', 'add_to_wishlist']);

function latestProduct(events: readonly HistoryEvent[], category: string): string {
  const bought = new Set<string>();
  for (let i = events.length - 1; i >= 0; i--) {
    const { event, product_ids, categories } = events[i];
    if (event === 'purchase') for (const product of product_ids) bought.add(product);
    if (!interests.has(event)) continue;
    const place = product_ids.findIndex((id, line) => id && !bought.has(id) && categories[line] === category);
    if (place >= 0) return product_ids[place];
  }
  return '';
}

type Meanwhile = { rows: EventRow[]; moved: Set<bigint> };

/** Read by one statement each time; a few milliseconds of this thread to take in. */
const PEOPLE_AT_A_TIME = 32;
const SURROUNDINGS_MS = 5 * MINUTE_MS;
const RULE_MS = SECOND_MS;

/** What is read once a day (UTC) and again after so long; a failure is not kept. */
function openReading<Value>(read: (asOf: Date) => Promise<Value>, keptMs: number): (asOf: Date) => Promise<Value> {
  let last: { day: number; readAt: number; value: Promise<Value> } | undefined;
  return (asOf) => {
    const [day, readAt] = [dayOf(asOf.getTime()), performance.now()];
    if (last?.day === day && readAt - last.readAt <= keptMs) return last.value;
    const value = read(asOf);
    last = { day, readAt, value };
    value.catch(() => {
      last = undefined;
    });
    return value;
  };
}

/** The events under some identifiers, in order of time, by the profile they belong to. */
async function readEvents(
  store: Store,
  workspace: string,
  owners: ReadonlyMap<bigint, bigint>,
): Promise<Map<bigint, HistoryEvent[]>> {
  const rows = await store.facts.rows<StoredRow & { node: string }>(
    `SELECT node, ${HISTORY_COLUMNS.join(', ')} FROM events
     WHERE workspace = {workspace:String} AND node IN (${[...owners.keys()].join(', ')}) ORDER BY at, message_id`,
    { workspace },
  );
  const events = new Map<bigint, HistoryEvent[]>();
  for (const row of rows) {
    const owner = owners.get(BigInt(row.node)) as bigint;
    const own = events.get(owner) ?? [];
    events.set(owner, own);
    own.push(historyEventOf(row));
  }
  return events;
}

type StoredRow = Omit<HistoryEvent, 'at' | 'rating'> & { at: string; rating?: number; properties?: string };

/** A row of `events`, from the facts or on its way there, as histories hold it. */
export function historyEventOf(row: StoredRow): HistoryEvent {
  return {
    message_id: row.message_id,
    event: shared(row.event),
    bot: row.bot,
    platform: shared(row.platform),
    page_path: row.page_path,
    traffic_source: shared(row.traffic_source),
    medium: shared(row.medium),
    campaign: shared(row.campaign),
    click_id: row.click_id,
    session_id: row.session_id,
    device_type: shared(row.device_type),
    order_id: row.order_id,
    coupon: row.coupon,
    search_query: row.search_query,
    revenue: row.revenue,
    product_ids: row.product_ids,
    categories: row.categories.map(shared),
    brands: row.brands.map(shared),
    country: shared(row.country),
    city: shared(row.city),
    at: fromClickHouseTime(row.at).getTime(),
    rating: Math.fround(row.rating ?? ratingIn(row)),
    scroll_depth: Math.fround(row.scroll_depth),
    seconds_on_page: Math.fround(row.seconds_on_page),
    prices: row.prices.map(Math.fround),
    quantities: row.quantities.map(Math.fround),
  };
}

/**
 * One text for all that are the same. Events by the million name a few hundred things; each would hold a copy of its own, and
 * every comparison and look-up would read it to its end.
 */
const shared = remembered<string>(20_000, (text) => text);

/** As the table's own column `rating` is filled. */
function ratingIn(row: StoredRow): number {
  if (row.event !== 'review' || !row.properties) return 0;
  const { rating } = JSON.parse(row.properties) as { rating?: unknown };
  const value = typeof rating === 'string' && rating !== '' ? Number(rating) : rating;
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
