// Made-up people for the tests: random histories over every event the signals look at, as rows of `events`.

import type { HistoryEvent } from '../../src/features/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { DAY_MS, toClickHouseTime } from '../../src/time.ts';

export type TestEvent = Partial<Omit<HistoryEvent, 'at'>> & { at: Date; anchor: string; event: string };

const names = [
  'page_view',
  'screen_view',
  'product_view',
  'product_view',
  'product_list_view',
  'search_performed',
  'filter_applied',
  'sort_changed',
  'scroll',
  'time_on_page',
  'internal_link_click',
  'external_link_click',
  'video_play',
  'video_complete',
  'form_start',
  'form_submit',
  'download',
  'add_to_cart',
  'add_to_cart',
  'remove_from_cart',
  'add_to_wishlist',
  'checkout_start',
  'purchase',
  'purchase',
  'refund',
  'review',
  'signup',
  'subscription',
  'login',
  'app_open',
  'email_delivered',
  'email_opened',
  'email_clicked',
  'email_unsubscribed',
  'social_share',
  'social_engagement',
  'ad_click',
  'call',
  'support_ticket',
  'feature_used',
];
const productEvents = ['product_view', 'add_to_cart', 'remove_from_cart', 'add_to_wishlist', 'purchase', 'refund'];

/** `people` random histories of up to `most` events in the 400 days before `asOf`, some in bursts (visits). */
export function randomHistories(options: { people: number; most: number; asOf: Date; seed: number }): TestEvent[] {
  const random = createRandom(options.seed);
  const pick = <T>(from: readonly T[]) => from[random.int(from.length)];
  const list = <T>(length: number, make: () => T) => Array.from({ length }, make);
  const rows: TestEvent[] = [];
  for (let person = 0; person < options.people; person++) {
    const events = 1 + random.int(options.most);
    let at = options.asOf.getTime() - 1 - Math.floor(random.uniform() ** 2 * 400 * DAY_MS);
    for (let i = 0; i < events; i++) {
      const event = pick(names);
      const lines = productEvents.includes(event) ? (event === 'purchase' ? random.int(5) : 1) : 0;
      rows.push({
        anchor: `a:person-${person}`,
        at: new Date(at),
        event,
        message_id: `m-${person}-${i}`,
        platform: pick(['web', 'ios', 'android', 'store', 'email']),
        page_path: pick(['/', '/a', '/b', '']),
        traffic_source: pick(['google', 'direct', '']),
        medium: pick(['cpc', 'organic', 'email', '']),
        campaign: pick(['', '', 'spring', 'autumn']),
        click_id: pick(['', '', '', 'gclid=1']),
        session_id: pick(['', 'one', 'two', `own-${Math.floor(i / 7)}`, `own-${Math.floor(i / 7)}`]),
        device_type: pick(['mobile', 'desktop', 'tablet', '']),
        country: pick(['', 'DE', 'Germany', 'de', 'FR', 'Nowhere']),
        city: pick(['', 'Berlin', 'MÜNCHEN']),
        coupon: pick(['', '', 'SPRING']),
        search_query: event === 'search_performed' ? pick(['shoes', 'hats', 'Été']) : '',
        order_id: event === 'purchase' ? `o-${i}` : '',
        revenue: event === 'purchase' || event === 'refund' ? Math.round(random.uniform() * 20_000) / 100 : 0,
        scroll_depth: event === 'scroll' ? random.uniform() : 0,
        seconds_on_page: random.uniform() < 0.5 ? random.int(300) : 0,
        rating: event === 'review' ? 1 + random.int(5) : 0,
        product_ids: list(lines, () => `p${random.int(9)}`),
        categories: list(lines, () => pick(['Shoes', 'Hats', 'Été', 'bags', ''])),
        brands: list(lines, () => pick(['Acme', 'Umbra', ''])),
        prices: list(lines, () => (random.uniform() < 0.1 ? 0 : Math.round(random.uniform() * 9000) / 100)),
        quantities: list(lines, () => random.int(4)),
      });
      // Now and then exactly on an edge: half an hour after the last, or a whole number of days before the moment.
      const edge = random.uniform();
      const untilWholeDay = (options.asOf.getTime() - at) % DAY_MS;
      const usual = random.uniform() < 0.7 ? random.int(50 * 60_000) : random.int(40 * DAY_MS);
      const step = edge < 0.1 ? 30 * 60_000 : edge < 0.2 ? untilWholeDay : usual;
      at = Math.min(at + step, options.asOf.getTime() - 1);
    }
  }
  return rows;
}

/** Rows of the table `events`. A rating travels in the properties, as it is sent. */
export function asEventRows(workspace: string, events: readonly TestEvent[]): object[] {
  return events.map(({ at, rating, ...rest }, i) => ({
    workspace,
    message_id: `m-${i}`,
    type: 'track',
    source: 'test',
    anonymous_id: rest.anchor.startsWith('a:') ? rest.anchor.slice(2) : '',
    user_id: rest.anchor.startsWith('u:') ? rest.anchor.slice(2) : '',
    ...rest,
    properties: rating ? JSON.stringify({ rating }) : '{}',
    at: toClickHouseTime(at),
    received_at: toClickHouseTime(at),
  }));
}

/** The same events as the live side holds them, in time order. */
export function asHistory(events: readonly TestEvent[]): HistoryEvent[] {
  return events
    .map((row) => ({
      ...blank,
      ...row,
      at: row.at.getTime(),
      scroll_depth: Math.fround(row.scroll_depth ?? 0),
      seconds_on_page: Math.fround(row.seconds_on_page ?? 0),
      prices: (row.prices ?? []).map(Math.fround),
      quantities: (row.quantities ?? []).map(Math.fround),
    }))
    .sort((a, b) => a.at - b.at);
}

const blank: Omit<HistoryEvent, 'at' | 'event'> = {
  message_id: '',
  bot: 0,
  platform: '',
  page_path: '',
  traffic_source: '',
  medium: '',
  campaign: '',
  click_id: '',
  session_id: '',
  device_type: '',
  order_id: '',
  coupon: '',
  search_query: '',
  revenue: 0,
  scroll_depth: 0,
  seconds_on_page: 0,
  rating: 0,
  product_ids: [],
  categories: [],
  brands: [],
  prices: [],
  quantities: [],
  country: '',
  city: '',
};
