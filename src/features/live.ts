// People as they are this second: the histories of those recently asked for, kept in memory, loaded by one point query
// and fed by what arrives. Their signals are the same definitions as in SQL, so a live score and a nightly one agree.

import { LRUCache } from 'lru-cache';
import type { EventRow } from '../collect/index.ts';
import { findProfile, membersOf, nodeOf, sessionRuleOf } from '../identify/index.ts';
import type { Store } from '../store/index.ts';
import { fromClickHouseTime, MINUTE_MS, toDay } from '../time.ts';
import { allInterest, topCategory } from './affinity.ts';
import { HISTORY_COLUMNS, type HistoryEvent, openHistory } from './history.ts';
import { type Products, readProducts } from './products.ts';
import type { Signal } from './signal.ts';
import { signals as everySignal } from './signals/index.ts';
import { readSurroundings, type Surroundings } from './surroundings.ts';

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

type Person = { profile: bigint; nodes: Set<bigint>; names: Set<string>; events: HistoryEvent[] };

export function openLivePeople(store: Store, options: LivePeopleOptions): LivePeople {
  const { workspace, signals = everySignal, eventsAtMost = 500_000 } = options;
  const byNode = new Map<bigint, Person>();
  const byName = new Map<string, Person>();
  // In a new wrapping each time: the cache weighs a value again only when it is another object.
  const people = new LRUCache<bigint, { person: Person }>({
    maxSize: eventsAtMost,
    sizeCalculation: ({ person }) => person.events.length + 1,
    dispose: ({ person }, _, reason) => {
      if (reason === 'set') return;
      for (const node of person.nodes) byNode.delete(node);
      for (const name of person.names) byName.delete(name);
    },
  });
  /** Accepted rows on their way to the facts, by anchor. */
  const underway = new Map<string, Map<string, EventRow>>();
  /** Rows that arrive while a history is being read might be missing from what is read. */
  const loads = new Set<EventRow[]>();
  let products: { day: string; table: Promise<Products> } | undefined;
  let surroundings: { day: string; readAt: number; table: Promise<Surroundings> } | undefined;

  const load = async (profile: bigint): Promise<Person> => {
    const meanwhile: EventRow[] = [];
    loads.add(meanwhile);
    try {
      const nodes = new Set(await membersOf(store.facts, workspace, [profile]));
      const events = await readEvents(store, workspace, nodes);
      const person = { profile, nodes, names: new Set<string>(), events };
      const waiting = [...underway.values()].flatMap((rows) => [...rows.values()]);
      for (const row of [...waiting, ...meanwhile]) if (nodes.has(nodeOf(row.anchor))) put(person.events, row);
      people.set(profile, { person });
      for (const node of nodes) byNode.set(node, person);
      return person;
    } finally {
      loads.delete(meanwhile);
    }
  };

  const find = async (asked: string | bigint): Promise<Person | undefined> => {
    const known = typeof asked === 'string' ? byName.get(asked) : byNode.get(asked);
    if (known) return people.get(known.profile)?.person;
    const profile = typeof asked === 'bigint' ? asked : await findProfile(store, workspace, asked);
    if (profile === undefined) return typeof asked === 'string' ? newcomer(asked) : undefined;
    const person = people.get(profile)?.person ?? (await load(profile));
    if (typeof asked === 'string') {
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
    const person: Person = { profile, nodes: new Set([profile]), names: new Set(), events: [] };
    for (const row of underway.get(anchor)!.values()) put(person.events, row);
    return person;
  };

  /** Read once a day: what comes in late changes little of what everybody does. */
  const productsOn = (asOf: Date): Promise<Products> => {
    const day = toDay(asOf);
    if (products?.day !== day) {
      const table = readProducts(store, workspace, asOf);
      products = { day, table };
      table.catch(() => {
        products = undefined;
      });
    }
    return products.table;
  };

  /** Read again after minutes: what is loaded now is to be seen now. */
  const surroundingsOn = (asOf: Date): Promise<Surroundings> => {
    const day = toDay(asOf);
    const readAt = performance.now();
    if (surroundings?.day !== day || readAt - surroundings.readAt > SURROUNDINGS_MS) {
      const table = readSurroundings(store, workspace, asOf);
      surroundings = { day, readAt, table };
      table.catch(() => {
        surroundings = undefined;
      });
    }
    return surroundings.table;
  };

  const take = (rows: readonly EventRow[]) => {
    for (const list of loads) list.push(...rows);
    if (byNode.size === 0) return;
    const touched = new Set<Person>();
    for (const row of rows) {
      const person = byNode.get(nodeOf(row.anchor));
      if (person && put(person.events, row)) touched.add(person);
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
        await sessionRuleOf(store, workspace),
        await surroundingsOn(asOf),
      );
      const last = history.events.at(-1);
      const category = topCategory.evaluate(history, allInterest);
      return {
        profile: person.profile,
        values: Float32Array.from(some, (signal) => signal.measure.evaluate(history)),
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
        for (const person of [byNode.get(node), byNode.get(profile)]) if (person) people.delete(person.profile);
      }
    },
  };
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

const SURROUNDINGS_MS = 5 * MINUTE_MS;

async function readEvents(store: Store, workspace: string, nodes: ReadonlySet<bigint>): Promise<HistoryEvent[]> {
  const rows = await store.facts.rows<StoredRow>(
    `SELECT ${HISTORY_COLUMNS.join(', ')} FROM events
     WHERE workspace = {workspace:String} AND node IN (${[...nodes].join(', ')}) ORDER BY at, message_id`,
    { workspace },
  );
  return rows.map(historyEventOf);
}

type StoredRow = Omit<HistoryEvent, 'at' | 'rating'> & { at: string; rating?: number; properties?: string };

/** Puts a row in its place; false when it is there already. */
function put(events: HistoryEvent[], row: StoredRow): boolean {
  const event = historyEventOf(row);
  let i = events.length;
  while (i > 0 && events[i - 1].at > event.at) i--;
  for (let same = i - 1; same >= 0 && events[same].at === event.at; same--) {
    if (events[same].message_id === event.message_id) return false;
  }
  events.splice(i, 0, event);
  return true;
}

/** A row of `events`, from the facts or on its way there, as histories hold it. */
export function historyEventOf(row: StoredRow): HistoryEvent {
  const picked = Object.fromEntries(HISTORY_COLUMNS.map((column) => [column, row[column]])) as HistoryEvent;
  return {
    ...picked,
    at: fromClickHouseTime(row.at).getTime(),
    rating: Math.fround(row.rating ?? ratingIn(row)),
    scroll_depth: Math.fround(row.scroll_depth),
    seconds_on_page: Math.fround(row.seconds_on_page),
    prices: row.prices.map(Math.fround),
    quantities: row.quantities.map(Math.fround),
  };
}

/** As the table's own column `rating` is filled. */
function ratingIn(row: StoredRow): number {
  if (row.event !== 'review' || !row.properties) return 0;
  const { rating } = JSON.parse(row.properties) as { rating?: unknown };
  const value = typeof rating === 'string' && rating !== '' ? Number(rating) : rating;
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
