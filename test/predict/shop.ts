// A small made-up shop for the tests of prediction: everyone visits at a pace of their own, and now and then somebody
// gets ready to buy, which shows in product views and carts in the days before. `buyShare` turns purchases off (0) or
// thins them; the same seed gives the same shop.

import { createRandom } from '../../src/math/index.ts';
import type { Store } from '../../src/store/index.ts';
import { addDays, DAY_MS, toClickHouseTime } from '../../src/time.ts';

export type MadeUpShop = {
  workspace: string;
  people: number;
  days: number;
  /** The last day ends here. */
  end: Date;
  seed?: number;
  /** Chance per day that somebody gets ready; a ready person buys within three days. */
  readyRate?: number;
  categories?: readonly string[];
};

export type MadeUpEvent = {
  workspace: string;
  message_id: string;
  type: string;
  event: string;
  at: string;
  received_at: string;
  user_id: string;
  anonymous_id: string;
  anchor: string;
  platform: string;
  device_type: string;
  order_id: string;
  revenue: number;
  product_ids: string[];
  categories: string[];
  prices: number[];
  quantities: number[];
  properties: string;
  traits: string;
  context: string;
};

export const END = new Date('2025-06-01T00:00:00.000Z');

export function makeShop(shop: MadeUpShop): MadeUpEvent[] {
  const { workspace, people, days, end, seed = 1, readyRate = 0.03, categories = ['shoes', 'bags', 'hats'] } = shop;
  const events: MadeUpEvent[] = [];
  const start = addDays(end, -days).getTime();
  for (let person = 0; person < people; person++) {
    const random = createRandom(`${seed} ${person}`);
    const pace = 0.05 + 0.3 * random.uniform() ** 2;
    const eager = readyRate * 2 * random.uniform();
    const category = categories[random.int(categories.length)];
    const joined = Math.floor(random.uniform() * days * 0.4);
    let ready = 0;
    for (let day = joined; day < days; day++) {
      if (ready === 0 && random.uniform() < eager) ready = 1 + random.int(4);
      const visits = ready > 0 || day === joined || random.uniform() < pace;
      if (!visits) continue;
      const at = start + day * DAY_MS + Math.floor(random.uniform() * 0.9 * DAY_MS);
      const put = (event: string, minutes: number, revenue = 0) =>
        events.push(makeEvent(workspace, `u${person}`, event, new Date(at + minutes * 60_000), category, revenue));
      put('page_view', 0);
      const views = ready > 0 ? 2 + random.int(4) : random.int(3);
      for (let v = 0; v < views; v++) put('product_view', 1 + v);
      if (ready > 0 ? random.uniform() < 0.7 : random.uniform() < 0.04) put('add_to_cart', 8);
      if (ready === 1 && random.uniform() < 0.75) put('purchase', 15, 20 + random.int(80));
      if (ready > 0) ready--;
    }
  }
  return events;
}

export function makeEvent(
  workspace: string,
  user: string,
  event: string,
  at: Date,
  category = 'shoes',
  revenue = 0,
): MadeUpEvent {
  const withProduct = event !== 'page_view';
  return {
    workspace,
    message_id: `${workspace} ${user} ${event} ${at.getTime()}`,
    type: 'track',
    event,
    at: toClickHouseTime(at),
    received_at: toClickHouseTime(at),
    user_id: user,
    anonymous_id: '',
    anchor: `u:${user}`,
    platform: 'web',
    device_type: 'desktop',
    order_id: event === 'purchase' ? `${user} ${at.getTime()}` : '',
    revenue,
    product_ids: withProduct ? [`${category}-1`] : [],
    categories: withProduct ? [category] : [],
    prices: withProduct ? [revenue || 25] : [],
    quantities: withProduct ? [1] : [],
    properties: '{}',
    traits: '{}',
    context: '{}',
  };
}

/** Registers the workspace and inserts the events. */
export async function plant(store: Store, workspace: string, events: readonly MadeUpEvent[]): Promise<void> {
  await store.state.query(
    "INSERT INTO workspaces (id, name, time_zone, created_at) VALUES ($1, $1, 'UTC', $2) ON CONFLICT DO NOTHING",
    [workspace, END],
  );
  await store.facts.insert('events', events);
}
