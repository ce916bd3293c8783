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
  /** Computes something once per history, for measures that share it. */
  memo<T>(key: string, make: () => T): T;
}

/** What was known of a person before `asOf`; `events` in time order, `products` as of that day. */
export function openHistory(
  events: readonly HistoryEvent[],
  asOf: Date | number,
  products: Products = noProducts,
  sessionRule: SessionRule = defaultRule,
  surroundings: Surroundings = noSurroundings,
): History {
  const moment = new Date(asOf).getTime();
  let known = events.length;
  while (known > 0 && events[known - 1].at >= moment) known--;
  const cache = new Map<string, unknown>();
  const passing = new Map<string, readonly HistoryEvent[]>();
  const before = known === events.length ? events : events.slice(0, known);
  return {
    asOf: moment,
    events: before,
    products,
    sessionRule,
    surroundings,
    passing(filter) {
      const found = passing.get(filter.sql) ?? before.filter(filter.test);
      passing.set(filter.sql, found);
      return found;
    },
    memo<T>(key: string, make: () => T): T {
      if (!cache.has(key)) cache.set(key, make());
      return cache.get(key) as T;
    },
  };
}
