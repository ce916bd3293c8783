import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HISTORY_COLUMNS, openHistory, signalSetOf, signals } from '../../src/features/index.ts';
import { asHistory, type TestEvent } from './people.ts';

const asOf = new Date('2024-06-15T12:00:00Z');
const ago = (days: number) => new Date(asOf.getTime() - days * 86_400_000);

function signalValue(name: string, events: Omit<TestEvent, 'anchor'>[]): number {
  const signal = signals.find((candidate) => candidate.name === name)!;
  return signal.measure.evaluate(openHistory(asHistory(events.map((event) => ({ anchor: 'a:x', ...event }))), asOf));
}

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('at least 60 signals, in every group of behaviour [INT-2] [CBP-9]', () => {
  assert.ok(signals.length >= 60, `${signals.length}`);
  assert.equal(new Set(signals.map((signal) => signal.name)).size, signals.length, 'names are unique');
  const groups = new Set<string>(signals.map((signal) => signal.group));
  const asked = [
    'Page views',
    'Time on site',
    'Content engagement',
    'Search',
    'Cart',
    'E-mail',
    'Social',
    'Purchase history',
    'Season',
  ];
  assert.deepEqual(
    asked.filter((group) => !groups.has(group)),
    [],
  );
});

test('every signal says its name, its window and its value in plain words [INT-5]', () => {
  for (const signal of signals) {
    assert.match(signal.name, /^[a-z][a-z0-9_]*$/);
    assert.match(signal.sentence, /^[A-Z].*\.$/, signal.name);
    const window = signal.name.match(/_(\d+)d$/);
    if (window && !/trend|last_year/.test(signal.name)) assert.equal(signal.windowDays, Number(window[1]), signal.name);
    for (const value of [0, 1, 2.5, 1234.5, Number.NaN]) {
      const words = signal.phrase(value);
      assert.ok(
        words.length > 5 && !/NaN|undefined/.test(words.replace(/it is .*/, 'it is so')),
        `${signal.name}: ${words}`,
      );
    }
  }
});

test('reasons read as good English, whatever the value [INT-5]', () => {
  const awkward =
    /\b1 (times|days|hours|minutes|seconds|pages|products|purchases|items)\b|\bunknown (times|items|products|actions|days)\b|\bno (times|things|hours)\b| {2}/;
  for (const signal of signals) {
    for (const value of [Number.NaN, 0, 0.004, 0.3, 0.999, 1, 2, 4.5, 209, 1e6]) {
      const words = signal.phrase(value);
      assert.doesNotMatch(words, awkward, signal.name);
      assert.doesNotMatch(words, /^[A-Z](?!hristmas|lack)|\.$/, `${signal.name} follows a name and ends no sentence`);
    }
  }
  const says = (name: string, value: number) => signals.find((signal) => signal.name === name)?.phrase(value);
  assert.equal(says('hours_since_visit_before', 50), 'made the second-to-last visit 2 days ago');
  assert.equal(says('events_decayed_30', 209), 'took about 209 actions of late');
  assert.equal(says('purchase_trend_30d', 2), 'bought twice as often as in the 30 days before');
  assert.equal(says('visit_trend_7d', 0.3), 'visited 30 % as often as usual in the last 7 days');
  assert.equal(says('overdue_ratio', 1.6), 'has waited 1.6 times the usual gap between purchases');
  assert.equal(says('days_to_expected_purchase', -3.2), 'was expected to buy again 3 days ago');
  assert.equal(says('cart_balance_7d', -1), 'emptied the cart by 1 item in the last 7 days');
  assert.equal(says('purchase_gap_median', 1), 'usually buys every day');
  assert.equal(says('app_share', 0), 'is never active in the app');
  const cart = signals.find((signal) => signal.name === 'cart_adds_7d')!;
  assert.equal(cart.phrase(3), 'put 3 items in the cart in the last 7 days');
  assert.equal(cart.phrase(0), 'put nothing in the cart in the last 7 days');
});

test('no signal looks at personal data', () => {
  const personal = [
    'user_id',
    'anonymous_id',
    'email_hash',
    'phone_hash',
    'traits',
    'context',
    'properties',
    'previous_id',
  ];
  assert.deepEqual(
    personal.filter((column) => (HISTORY_COLUMNS as readonly string[]).includes(column)),
    [],
  );
  // The place of an event finds the weather and the holidays there; of itself it tells no signal anything.
  const at = (country: string, city: string) =>
    signals.map(({ measure }) => {
      const event = { at: ago(2), anchor: 'a:x', event: 'product_view', product_ids: ['p1'], country, city };
      return measure.evaluate(openHistory(asHistory([event]), asOf));
    });
  assert.deepEqual(at('NO', 'Bergen'), at('PT', 'Porto'));
});

test('a signal set is known by its definitions', () => {
  const set = signalSetOf(signals);
  assert.match(set, /^[0-9a-f]{16}$/);
  assert.equal(signalSetOf([...signals]), set);
  assert.notEqual(signalSetOf(signals.slice(1)), set);
  assert.notEqual(signalSetOf([...signals].reverse()), set);
  const [first, second, ...rest] = signals;
  assert.notEqual(signalSetOf([{ ...first, measure: second.measure }, second, ...rest]), set);
});

test('category affinity is 0.4 frequency + 0.3 spend share + 0.3 recency [WH-6]', () => {
  const buy = (days: number, category: string, price: number) => ({
    at: ago(days),
    event: 'purchase',
    categories: [category],
    product_ids: ['p'],
    prices: [price],
    quantities: [1],
  });
  // Shoes: 3 of 4 purchases, 60 of 100 spent, 30 days ago. Hats: 1 of 4, 40 of 100, 60 days ago.
  const events = [buy(30, 'Shoes', 20), buy(35, 'Shoes', 20), buy(90, 'Shoes', 20), buy(60, 'Hats', 40)];
  close(signalValue('top_category_affinity', events), 0.4 * 0.75 + 0.3 * 0.6 + 0.3 * 0.5);
  close(
    signalValue('category_interest_lead', events),
    0.4 * 0.75 + 0.3 * 0.6 + 0.3 * 0.5 - (0.4 * 0.25 + 0.3 * 0.4 + 0.3 * 0.25),
  );
  assert.ok(Number.isNaN(signalValue('top_category_affinity', [])));
});

test('behaviour signals by hand [WH-6]', () => {
  const add = (days: number) => ({ at: ago(days), event: 'add_to_cart' });
  const buy = (days: number, more = {}) => ({ at: ago(days), event: 'purchase', revenue: 10, ...more });
  close(signalValue('cart_abandonment_rate', [add(3), add(3.01), add(10), add(20), buy(10)]), 2 / 3);
  close(
    signalValue('search_to_purchase_ratio', [
      buy(3),
      ...[1, 2, 3, 4].map((d) => ({ at: ago(d), event: 'search_performed' })),
    ]),
    0.25,
  );
  close(signalValue('lifetime_days', [add(80.5), buy(1)]), 80.5);
  close(signalValue('coupon_rate', [buy(1, { coupon: 'X' }), buy(2), buy(3), buy(4)]), 0.25);
  close(signalValue('brand_consistency', [buy(1, { brands: ['A', 'A', 'B'] }), buy(2, { brands: ['A', ''] })]), 0.75);
  close(
    signalValue('review_rating', [
      { at: ago(1), event: 'review', rating: 5 },
      { at: ago(2), event: 'review', rating: 2 },
    ]),
    3.5,
  );
  const eight = new Date('2024-06-10T08:30:00Z');
  assert.equal(
    signalValue('preferred_hour', [{ at: eight, event: 'page_view' }, add(3), { at: eight, event: 'scroll' }]),
    8,
  );
  // Two visits: 0 to 20 minutes, and one event alone.
  const visit = [2, 2 - 20 / 1440, 1].map((d) => ({ at: ago(d), event: 'page_view' }));
  close(signalValue('minutes_per_visit', visit), 10);
  assert.equal(signalValue('visits_7d', visit), 2);
});

test('rhythm of purchases by hand', () => {
  const buys = [50, 30, 20, 6].map((days) => ({ at: ago(days), event: 'purchase', revenue: 10 }));
  const gaps = [20, 10, 14];
  const mean = 44 / 3;
  close(signalValue('purchase_gap_mean', buys), mean);
  close(signalValue('purchase_gap_median', buys), 14);
  close(signalValue('purchase_gap_deviation', buys), Math.sqrt(gaps.reduce((sum, g) => sum + (g - mean) ** 2, 0) / 3));
  close(signalValue('overdue_ratio', buys), 6 / mean);
  assert.equal(signalValue('days_since_purchase_2', buys), 20);
  assert.equal(signalValue('days_since_purchase_3', buys), 30);
  close(signalValue('purchases_decayed_30', buys), 2 ** (-50 / 30) + 0.5 + 2 ** (-20 / 30) + 2 ** (-6 / 30));
  assert.equal(
    signalValue('purchases_last_year_30d', [
      { at: ago(350), event: 'purchase' },
      { at: ago(320), event: 'purchase' },
    ]),
    1,
  );
  assert.ok(Number.isNaN(signalValue('overdue_ratio', buys.slice(0, 1))));
});

test('recency, frequency and monetary value make one score [WH-5]', () => {
  const buys = [30, 10, 100].map((days, i) => ({ at: ago(days), event: 'purchase', revenue: [10, 20, 30][i] }));
  close(signalValue('days_since_purchase', buys), 10);
  close(signalValue('purchases_30d', buys), 2);
  close(signalValue('revenue_30d', buys), 30);
  close(signalValue('rfm_score', buys), 100 * (0.4 * 2 ** (-10 / 30) + (0.3 * 2) / 3 + (0.3 * 30) / (30 + 20)));
  assert.equal(signalValue('rfm_score', []), 0);
});

test('the calendar knows the feasts', () => {
  assert.equal(signalValue('month', []), 6);
  assert.equal(signalValue('day_of_week', []), 6);
  assert.equal(signalValue('days_to_christmas', []), 192);
  const blackFriday = signals.find((signal) => signal.name === 'days_to_black_friday')!;
  const daysOn = (day: string) => blackFriday.measure.evaluate(openHistory([], new Date(day)));
  assert.deepEqual(['2024-11-29', '2024-11-28', '2024-11-30', '2019-11-29'].map(daysOn), [0, 1, 363, 0]);
});
