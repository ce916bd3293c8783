// One person's past, as the live side holds it: the columns of `events` that a signal may look at, under the same
// names. No column here carries personal data; `at` is epoch milliseconds, 32-bit columns hold 32-bit values.

import { defaultRule, type SessionRule } from '../identify/index.ts';
import { noProducts, type Products } from './products.ts';
import { noSurroundings, type Surroundings } from './surroundings.ts';

/** The columns of `events` a history is read from, in the order of the point query. */
export const HISTORY_COLUMNS = [
  'message_id',
  'at',
  'event',
  'bot',
  'platform',
  'page_path',
  'traffic_source',
  'medium',
  'campaign',
  'click_id',
  'session_id',
  'device_type',
  'order_id',
  'coupon',
  'search_query',
  'revenue',
  'scroll_depth',
  'seconds_on_page',
  'rating',
  'product_ids',
  'categories',
  'brands',
  'prices',
  'quantities',
  'country',
  'city',
] as const;

export type HistoryEvent = {
  message_id: string;
  /** Epoch milliseconds. */
  at: number;
  event: string;
  bot: number;
  platform: string;
  page_path: string;
  traffic_source: string;
  medium: string;
  campaign: string;
  click_id: string;
  session_id: string;
  device_type: string;
  order_id: string;
  coupon: string;
  search_query: string;
  revenue: number;
  scroll_depth: number;
  seconds_on_page: number;
  rating: number;
  product_ids: readonly string[];
  categories: readonly string[];
  brands: readonly string[];
  prices: readonly number[];
  quantities: readonly number[];
  country: string;
  city: string;
};

/** A filter (filter.ts), named by its SQL. */
type Passing = { readonly sql: string; test(event: HistoryEvent): boolean };

/** What is added up over events in the order of time, so that one more costs one step. */
export type Fold<State> = { begin(): State; add(state: State, event: HistoryEvent): void };

export interface History {
  /** Epoch milliseconds; every event is before it. */
  readonly asOf: number;
  /** In time order. */
  readonly events: readonly HistoryEvent[];
  /** What everybody did with the products by then. */
  readonly products: Products;
  /** How the workspace wants visits cut. */
  readonly sessionRule: SessionRule;
  /** What went on around people at the moment. */
  readonly surroundings: Surroundings;
  /** The events of a filter, in time order. */
  passing(filter: Passing): readonly HistoryEvent[];
  /** What a fold comes to over all events, or over those of a filter. */
  folded<State>(fold: Fold<State>, filter?: Passing): Readonly<State>;
  /** Computes something once per history, for measures that share it: under a text, or under what it is made of. */
  memo<T>(key: string | object, make: () => T): T;
}

/** The events of a person in time order. */
export type Events = {
  readonly all: readonly HistoryEvent[];
  /** Those of a filter, kept from one question to the next. */
  passing(filter: Passing): readonly HistoryEvent[];
  /** What a fold comes to, kept likewise. A fold belongs to one filter, or to none. */
  folded<State>(fold: Fold<State>, filter?: Passing): Readonly<State>;
  /** Puts an event in its place; false when it is there already. */
  put(event: HistoryEvent): boolean;
};

/** Takes over a list in time order. */
export function openEvents(all: HistoryEvent[] = []): Events {
  const passing = new Map<string, { test: Passing['test']; events: HistoryEvent[] }>();
  const folded = new Map<Fold<unknown>, { test: Passing['test'] | undefined; state: unknown }>();
  const pick = (filter: Passing): readonly HistoryEvent[] => {
    const known = passing.get(filter.sql);
    if (known) return known.events;
    const events = all.filter(filter.test);
    passing.set(filter.sql, { test: filter.test, events });
    return events;
  };
  return {
    all,
    passing: pick,
    folded<State>(fold: Fold<State>, filter?: Passing): State {
      const known = folded.get(fold as Fold<unknown>);
      if (known) return known.state as State;
      const state = foldOver(filter ? pick(filter) : all, fold);
      folded.set(fold as Fold<unknown>, { test: filter?.test, state });
      return state;
    },
    put(event) {
      let i = all.length;
      while (i > 0 && all[i - 1].at > event.at) i--;
      for (let same = i - 1; same >= 0 && all[same].at === event.at; same--) {
        if (all[same].message_id === event.message_id) return false;
      }
      if (i < all.length) {
        passing.clear();
        folded.clear();
      } else {
        for (const { test, events } of passing.values()) if (test(event)) events.push(event);
        for (const [fold, { test, state }] of folded) if (test === undefined || test(event)) fold.add(state, event);
      }
      all.splice(i, 0, event);
      return true;
    },
  };
}

function foldOver<State>(events: readonly HistoryEvent[], fold: Fold<State>): State {
  const state = fold.begin();
  for (const event of events) fold.add(state, event);
  return state;
}

/** What was known of a person before `asOf`; `events` in time order, `products` as of that day. */
export function openHistory(
  events: Events | readonly HistoryEvent[],
  asOf: Date | number,
  products: Products = noProducts,
  sessionRule: SessionRule = defaultRule,
  surroundings: Surroundings = noSurroundings,
): History {
  const moment = new Date(asOf).getTime();
  const all = 'all' in events ? events.all : events;
  let known = all.length;
  while (known > 0 && all[known - 1].at >= moment) known--;
  const cache = new Map<string | object, unknown>();
  const passing = new Map<string, readonly HistoryEvent[]>();
  const before = known === all.length ? all : all.slice(0, known);
  const whole = 'all' in events && known === all.length ? events : undefined;
  const pick = (filter: Passing): readonly HistoryEvent[] => {
    const found = passing.get(filter.sql) ?? before.filter(filter.test);
    passing.set(filter.sql, found);
    return found;
  };
  return {
    asOf: moment,
    events: before,
    products,
    sessionRule,
    surroundings,
    passing: whole ? whole.passing : pick,
    folded: whole ? whole.folded : (fold, filter) => foldOver(filter ? pick(filter) : before, fold),
    memo<T>(key: string | object, make: () => T): T {
      if (!cache.has(key)) cache.set(key, make());
      return cache.get(key) as T;
    },
  };
}
