// Random rules and random lives for the property that both executors agree. Values come from small sets, moments from few
// days, so that rules are often just true and just false; a part of the moments falls on the edges of windows.

import { toEventRow } from '../../../src/collect/index.ts';
import { checkRule, type Rule } from '../../../src/decide/index.ts';
import type { Random } from '../../../src/math/index.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/time.ts';

const events = ['purchase', 'product_view', 'add_to_cart', 'custom thing', 'segment_entered'];
const colours = ['red', 'green', 'blue'];
const coupons = ['A', 'B'];
const plans = ['free', 'pro', 'team'];

const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)];
const maybe = <T>(random: Random, chance: number, make: () => T): T | undefined =>
  random.uniform() < chance ? make() : undefined;
const defined = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

export function randomRule(random: Random, kinds: readonly string[], depth = 2): Rule {
  const draw = random.uniform();
  if (depth > 0 && draw < 0.45) {
    const list = Array.from({ length: 1 + random.int(3) }, () => randomRule(random, kinds, depth - 1));
    return draw < 0.2 ? { all: list } : draw < 0.38 ? { any: list } : { not: list[0] };
  }
  return checkRule(randomCondition(random, kinds));
}

/** Of every kind but signals. */
export const mostKinds: readonly string[] = [
  ...['event', 'event', 'event', 'event', 'sequence', 'sequence', 'funnel', 'trait', 'trait', 'profile'],
  ...['score', 'hand', 'bucket', 'consent'],
];

/** Rules in which memberships of segments meet "anything", which they are not. */
export const besideMemberships: readonly Rule[] = [
  { kind: 'event', op: 'at_least', value: 4 },
  { kind: 'event', measure: 'days_since_last', op: 'less_than', value: 1 },
  { kind: 'event', event: ['purchase', 'segment_entered'], op: 'at_least', value: 2 },
  { kind: 'sequence', steps: [{}, { event: 'segment_entered', within: { amount: 1, unit: 'days' } }] },
  { kind: 'sequence', steps: [{ event: 'segment_entered' }, { within: { amount: 1, unit: 'days' } }, {}] },
  { kind: 'sequence', steps: [{}, {}, {}], within: { amount: 2, unit: 'days' } },
];

function randomCondition(random: Random, kinds: readonly string[]): unknown {
  const kind = pick(random, kinds);
  switch (kind) {
    case 'event':
      return randomAggregate(random);
    case 'sequence':
      return defined({
        kind,
        steps: randomSteps(random, 1),
        then_not: maybe(random, 0.5, () =>
          defined({ ...randomEvents(random), within: maybe(random, 0.6, () => randomSpan(random)) }),
        ),
        within: maybe(random, 0.4, () => randomSpan(random)),
        window: randomWindow(random),
      });
    case 'funnel': {
      const steps = randomSteps(random, 2);
      return defined({
        kind,
        steps,
        reached: 1 + random.int(steps.length),
        within: maybe(random, 0.4, () => randomSpan(random)),
        window: randomWindow(random),
      });
    }
    case 'trait':
      return { kind, ...randomTrait(random) };
    case 'profile':
      return { kind, ...randomProfile(random) };
    case 'signal': {
      const signal = pick(random, [
        'purchases_30d',
        'product_views_7d',
        'active_days_30d',
        'revenue_30d',
        'days_since_product_view',
      ]);
      return { kind, signal, ...pick<object>(random, [{ op: 'exists' }, randomNumber(random, 4)]) };
    }
    case 'score': {
      const of = pick(random, ['score', 'probability', 'level', 'change', 'confidence']);
      if (of === 'level') return { kind, of, op: pick(random, ['is', 'is_not']), value: pick(random, ['HIGH', 'LOW']) };
      const value =
        of === 'score' ? 10 * random.int(10) : of === 'change' ? 10 * random.int(5) - 20 : random.int(10) / 10;
      return defined({
        kind,
        of,
        days: of === 'change' ? 3 : undefined,
        op: pick(random, ['at_least', 'less_than', 'is_not']),
        value,
      });
    }
    case 'hand':
      return defined({
        kind,
        segment: pick(random, ['s1', 's2']),
        verdict: pick(random, ['include', 'exclude']),
        confidence: maybe(random, 0.4, () => 0.7),
      });
    case 'bucket': {
      const from = 10 * random.int(7);
      return { kind, salt: pick(random, ['x', "it's"]), from, to: from + 10 + random.int(40) / 2 };
    }
    default:
      return { kind, category: 'advertising' };
  }
}

function randomAggregate(random: Random): unknown {
  const measure = pick(random, [
    ...['count', 'count', 'count', 'sum', 'min', 'max', 'mean', 'distinct', 'days'],
    ...['first', 'last', 'days_since_first', 'days_since_last'],
  ]);
  const asked = { kind: 'event', ...randomEvents(random), measure, window: randomWindow(random) };
  const number = (most: number) => randomNumber(random, most);
  if (measure === 'count' || measure === 'days') return defined({ ...asked, ...number(4) });
  if (measure === 'distinct')
    return defined({
      ...asked,
      of: pick(random, ['coupon', 'categories', 'properties.colour', 'properties.tags']),
      ...number(3),
    });
  if (measure.startsWith('days_since')) return defined({ ...asked, ...number(8) });
  if (measure === 'first' || measure === 'last') {
    const of = pick(random, ['coupon', 'properties.colour', 'properties.size', 'revenue', 'properties.flag']);
    const compared =
      of === 'coupon' || of === 'properties.colour'
        ? randomText(random, [...coupons, ...colours])
        : of === 'properties.flag'
          ? { op: 'is', value: true }
          : number(30);
    return defined({ ...asked, of, ...compared });
  }
  return defined({ ...asked, of: pick(random, ['revenue', 'properties.size', 'scroll_depth']), ...number(30) });
}

function randomNumber(random: Random, most: number) {
  const op = pick(random, ['at_least', 'more_than', 'at_most', 'less_than', 'is', 'is_not', 'between']);
  const value = random.int(most + 1);
  return { op, value: op === 'between' ? [value, value + random.int(3)] : value };
}

function randomText(random: Random, texts: readonly string[]) {
  const op = pick(random, ['is', 'is_not', 'contains', 'contains_not', 'starts_with', 'ends_with']);
  const value = pick(random, texts);
  return { op, value: op === 'is' && random.uniform() < 0.4 ? [value, pick(random, texts)] : value };
}

function randomEvents(random: Random) {
  const event = pick(random, [...events, events.slice(0, 2), undefined]);
  const where = maybe(random, 0.4, () => Array.from({ length: 1 + random.int(2) }, () => randomFilter(random)));
  return defined({ event, where });
}

function randomFilter(random: Random) {
  const field = pick(random, [
    'revenue',
    'coupon',
    'categories',
    'properties.colour',
    'properties.size',
    'properties.tags',
    'properties.deep.when',
    'platform',
    'page_path',
  ]);
  if (field === 'revenue' || field === 'properties.size') return { field, ...randomNumber(random, 20) };
  if (field === 'properties.deep.when') return { field, op: pick(random, ['before', 'after']), value: '2026-02-27' };
  if (field === 'properties.tags')
    return { field, op: pick(random, ['has_all', 'is', 'is_not']), value: ['a', pick(random, ['b', 'c'])] };
  if (random.uniform() < 0.15) return { field, op: pick(random, ['exists', 'exists_not']) };
  return { field, ...randomText(random, [...colours, ...coupons, 'shoes', 'hats', 'web', '/a']) };
}

function randomSteps(random: Random, least: number) {
  return Array.from({ length: least + random.int(3) }, () =>
    defined({ ...randomEvents(random), within: maybe(random, 0.5, () => randomSpan(random)) }),
  );
}

function randomSpan(random: Random) {
  return pick(random, [
    { amount: 1 + random.int(5), unit: 'hours' },
    { amount: 1 + random.int(3), unit: 'days' },
    { amount: 90, unit: 'minutes' },
  ]);
}

function randomWindow(random: Random) {
  const draw = random.uniform();
  if (draw < 0.3) return undefined;
  if (draw < 0.6) return { last: 1 + random.int(7), unit: pick(random, ['days', 'days', 'hours']) };
  if (draw < 0.7) return { last: 5, until: 1 + random.int(4), unit: 'days' };
  if (draw < 0.88)
    return { calendar: pick(random, ['day', 'week', 'month', 'year']), which: pick(random, ['this', 'previous']) };
  return pick(random, [
    { from: '2026-02-25' },
    { to: '2026-02-28T12:00:00Z' },
    { from: '2026-02-24', to: '2026-02-28' },
  ]);
}

function randomTrait(random: Random) {
  const trait = pick(random, ['plan', 'age', 'tags', 'subscribed', 'renews', 'company.size', 'nothing']);
  if (trait === 'plan') return { trait, ...randomText(random, plans) };
  if (trait === 'tags')
    return {
      trait,
      ...pick(random, [{ op: 'has_all', value: ['a', 'b'] }, { op: 'is', value: 'a' }, { op: 'exists' }]),
    };
  if (trait === 'subscribed') return { trait, op: pick(random, ['is', 'is_not']), value: random.uniform() < 0.5 };
  if (trait === 'renews') {
    return {
      trait,
      ...pick(random, [
        { op: 'in_next', value: 2 },
        { op: 'in_last', value: 3 },
        { op: 'before', value: '2026-03-01' },
        { op: 'exists_not' },
      ]),
    };
  }
  return { trait, ...randomNumber(random, trait === 'age' ? 40 : 10) };
}

function randomProfile(random: Random) {
  const field = pick(random, ['country', 'device_type', 'platforms', 'first_seen', 'last_seen', 'events', 'purchases']);
  if (field.endsWith('_seen')) {
    return {
      field,
      ...pick(random, [
        { op: 'in_last', value: 3 },
        { op: 'before', value: '2026-02-27' },
      ]),
    };
  }
  if (field === 'events' || field === 'purchases') return { field, ...randomNumber(random, 8) };
  if (random.uniform() < 0.2) return { field, op: pick(random, ['exists', 'exists_not']) };
  return {
    field,
    ...randomText(
      random,
      field === 'country' ? ['DE', 'FR'] : field === 'platforms' ? ['web', 'app'] : ['mobile', 'desktop'],
    ),
  };
}

export type Person = { anonymousId: string; userId: string };

/** One message of somebody, of any kind, at a moment. */
export function randomRow(
  random: Random,
  {
    workspace,
    person,
    at,
    receivedAt,
    id,
    known,
  }: { workspace: string; person: Person; at: number; receivedAt: Date; id: string; known: boolean },
) {
  const identify = random.uniform() < 0.2;
  const ids = { anonymousId: person.anonymousId, ...(known && { userId: person.userId }) };
  const context = {
    ...(random.uniform() < 0.5 && { location: { country: pick(random, ['DE', 'FR']) } }),
    device: { type: pick(random, ['mobile', 'desktop']) },
  };
  const traits = defined({
    plan: maybe(random, 0.5, () => pick(random, plans)),
    age: maybe(random, 0.5, () => pick<number | string>(random, [20, 30, '30', 'old'])),
    tags: maybe(random, 0.4, () => pick<unknown>(random, [['a'], ['a', 'b'], 'a', [], null])),
    subscribed: maybe(random, 0.4, () => random.uniform() < 0.5),
    renews: maybe(random, 0.5, () => new Date(at + Math.round((random.uniform() - 0.3) * 6 * DAY_MS)).toISOString()),
    company: maybe(random, 0.3, () => ({ size: random.int(10), ...(random.uniform() < 0.5 && { staff: null }) })),
  });
  const properties = defined({
    colour: maybe(random, 0.6, () => pick(random, colours)),
    size: maybe(random, 0.6, () => pick<number | string>(random, [1, 5, 10, 20.5, '5', 'XL'])),
    tags: maybe(random, 0.4, () => pick<unknown>(random, [['a', 'b'], ['c'], 'a', 7])),
    flag: maybe(random, 0.4, () => random.uniform() < 0.5),
    deep: maybe(random, 0.4, () => ({
      when: pick<unknown>(random, ['2026-02-26', '2026-02-28T10:00:00.000Z', 1772100000, 'soon']),
    })),
    coupon: maybe(random, 0.4, () => pick(random, coupons)),
    revenue: maybe(random, 0.6, () => random.int(300) / 10),
    category: maybe(random, 0.5, () => pick(random, ['shoes', 'hats'])),
    product_id: 'p1',
    path: maybe(random, 0.5, () => pick(random, ['/a', '/b'])),
  });
  return toEventRow(
    {
      ...(identify ? { type: 'identify', traits } : { type: 'track', event: pick(random, events), properties }),
      ...ids,
      messageId: id,
      timestamp: new Date(at).toISOString(),
      context,
    } as never,
    { workspace, receivedAt, source: 'test', platform: pick(random, ['web', 'app']) },
  );
}

/** How far time goes on by itself between two looks, in ms. */
export const passing = [15 * MINUTE_MS, 2 * HOUR_MS];

/**
 * A moment about now: mostly of the last days, sometimes to come, and often such that it crosses the edge of a window
 * within a millisecond of a look.
 */
export function randomMoment(random: Random, now: number): number {
  const draw = random.uniform();
  const look = now + pick(random, [0, ...passing]) + random.int(3) - 1;
  if (draw < 0.15) return look - (1 + random.int(6)) * DAY_MS;
  if (draw < 0.2) return look - (1 + random.int(5)) * HOUR_MS;
  if (draw < 0.26) return Math.max(now, look);
  if (draw < 0.5) return now - random.int(6 * HOUR_MS);
  return now - random.int(9 * DAY_MS);
}
