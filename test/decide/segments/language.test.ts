// The language of segments: what it refuses and how it says so, its published schema, and English both ways.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  checkRule,
  conditionKinds,
  conditionsOf,
  hearRule,
  type Rule,
  ruleJsonSchema,
  ruleOfCriteria,
  sayRule,
} from '../../../src/decide/index.ts';
import type { InklingError } from '../../../src/errors.ts';

const rules: Rule[] = [
  {
    all: [
      { kind: 'event', event: 'Order Completed', op: 'at_least', value: 3, window: { last: 30, unit: 'days' } },
      {
        any: [
          { kind: 'trait', trait: 'plan', op: 'is', value: 'pro' },
          { kind: 'profile', field: 'country', op: 'is', value: ['DE', 'AT'] },
        ],
      },
      { not: { kind: 'event', event: ['a', 'b c'], op: 'at_most', value: 0 } },
    ],
  },
  {
    kind: 'sequence',
    steps: [
      {
        event: 'product_view',
        where: [
          { field: 'properties.colour', op: 'is', value: 'red' },
          { field: 'revenue', op: 'between', value: [1, 2] },
        ],
      },
      { event: 'add_to_cart', within: { amount: 1, unit: 'days' } },
    ],
    then_not: { event: 'purchase', within: { amount: 2, unit: 'hours' } },
    within: { amount: 5, unit: 'weeks' },
    window: { calendar: 'month', which: 'previous' },
  },
  { kind: 'funnel', steps: [{ event: 'a' }, {}], reached: 1, window: { from: '2026-01-01', to: '2026-02-01' } },
  {
    ...{ kind: 'event', event: 'purchase', measure: 'sum', of: 'revenue', op: 'more_than', value: 10.5 },
    window: { last: 60, until: 30, unit: 'days' },
  },
  { kind: 'event', measure: 'days', op: 'at_least', value: 3 },
  { kind: 'event', event: 'purchase', measure: 'days_since_last', op: 'more_than', value: 30 },
  { kind: 'event', event: 'purchase', measure: 'first', of: 'coupon', op: 'is', value: ['SPRING "26"'] },
  { kind: 'trait', trait: 'address.city', op: 'starts_with', value: 'B' },
  { kind: 'trait', trait: 'birthday', op: 'in_next', value: 14 },
  { kind: 'trait', trait: 'tags', op: 'has_all', value: ['a', 'and'] },
  { kind: 'trait', trait: 'subscribed', op: 'is', value: true },
  { kind: 'profile', field: 'first_seen', op: 'after', value: '2026-03-01' },
  { kind: 'score', of: 'change', days: 7, op: 'at_least', value: -10 },
  { kind: 'score', op: 'between', value: [40, 69], model: 'm 1' },
  { kind: 'signal', signal: 'purchases_30d', op: 'exists' },
  { kind: 'segment', segment: '0af-b' },
  { kind: 'hand', segment: 'x', verdict: 'include', confidence: 0.5 },
  { kind: 'bucket', salt: 's t', from: 0, to: 12.5 },
  { kind: 'consent', category: 'advertising' },
  { all: [{ any: [{ kind: 'consent', category: 'and' }] }] },
];

test('a rule is printed as a sentence that is read back as the same rule, of every kind of condition [SEG-1]', () => {
  const kept = rules.map((rule) => checkRule(rule));
  for (const rule of kept) assert.deepEqual(hearRule(sayRule(rule)), rule, sayRule(rule));
  const seen = new Set(kept.flatMap(conditionsOf).map(({ kind }) => kind));
  assert.deepEqual([...seen].sort(), [...conditionKinds.map(({ kind }) => kind), 'segment'].sort());
});

test('common ways of saying things are understood [SEG-1]', () => {
  const bought = { kind: 'event', event: 'purchase' } as const;
  const lately = (last: number) => ({ window: { last, unit: 'days' as const } });
  assert.deepEqual(hearRule('People who bought at least twice in the last 30 days and have not bought in 7 days.'), {
    all: [
      { ...bought, op: 'at_least', value: 2, ...lately(30) },
      { ...bought, op: 'at_most', value: 0, ...lately(7) },
    ],
  });
  assert.deepEqual(hearRule('customers who spent more than 100 in the last 3 months or are from Germany'), {
    any: [
      { ...bought, measure: 'sum', of: 'revenue', op: 'more_than', value: 100, ...lately(90) },
      { kind: 'profile', field: 'country', op: 'is', value: 'Germany' },
    ],
  });
  assert.deepEqual(hearRule('were active this week and last bought more than 30 days ago'), {
    all: [
      { kind: 'event', op: 'at_least', value: 1, window: { calendar: 'week', which: 'this' } },
      { ...bought, measure: 'days_since_last', op: 'more_than', value: 30 },
    ],
  });
  assert.deepEqual(hearRule('have high intent'), { kind: 'score', of: 'level', op: 'is', value: 'HIGH' });
  assert.deepEqual(hearRule('not (viewed a product)'), {
    not: { kind: 'event', event: 'product_view', op: 'at_least', value: 1 },
  });
});

test('a sentence that is not understood is told where and what was expected [SEG-1]', () => {
  const failure = refusalOf(() => hearRule('bought at leest 3 times'));
  assert.match(failure.message, /"at leest 3 times" was not understood after "bought"/);
  assert.match(failure.hint ?? '', /"at least"/);
  assert.match(refusalOf(() => hearRule('did purchase and')).message, /ends too early/);
  assert.match(refusalOf(() => hearRule('trait plan is "pro')).message, /quotation mark/);
});

test('a rule that is none is refused with the place and the remedy [SEG-1]', () => {
  const fieldOf = (rule: unknown) => refusalOf(() => checkRule(rule)).field;
  assert.equal(fieldOf({ all: [{ kind: 'event', op: 'at_least', value: 'x' }] }), 'rule.all[0].value');
  assert.equal(fieldOf({ kind: 'event', event: 'a', op: 'at_least', value: 1, foo: 1 }), 'rule.foo');
  assert.equal(fieldOf({ all: [] }), 'rule.all');
  assert.equal(fieldOf({ kind: 'nope' }), 'rule.kind');
  assert.equal(fieldOf({ all: [], any: [] }), 'rule');
  assert.equal(fieldOf({ kind: 'event', measure: 'sum', op: 'at_least', value: 1 }), 'rule.of');
  assert.equal(
    fieldOf({ kind: 'event', where: [{ field: 'user_id', op: 'exists' }], op: 'at_least', value: 1 }),
    'rule.where[0].field',
  );
  assert.equal(
    fieldOf({ kind: 'event', op: 'at_least', value: 1, window: { from: '2026-02-01', to: '2026-01-01' } }),
    'rule.window',
  );
  assert.equal(fieldOf({ kind: 'score', of: 'level', op: 'is', value: 'GREAT' }), 'rule.value');
  assert.equal(fieldOf({ kind: 'funnel', steps: [{ event: 'a' }, { event: 'b' }], reached: 3 }), 'rule.reached');
  assert.equal(fieldOf({ kind: 'bucket', salt: 's', from: 10, to: 10 }), 'rule.to');
});

test('the published schema takes every such rule and no other [SEG-1]', () => {
  const fits = new Ajv2020({ strict: false }).compile(ruleJsonSchema());
  for (const rule of rules) assert.ok(fits(rule), JSON.stringify(fits.errors));
  for (const rule of [
    { all: [] },
    { kind: 'nope' },
    { kind: 'event', op: 'at_least', value: 1, foo: 1 },
    { all: [], any: [] },
  ]) {
    assert.ok(!fits(rule), JSON.stringify(rule));
  }
});

test('the flat criteria of older callers are rules of the same language [SEG-1]', () => {
  const demographic = ruleOfCriteria({
    age_range: [18, 35],
    location: ['US', 'CA', 'UK'],
    gender: 'any',
    interests: ['fitness'],
  });
  assert.match(
    sayRule(demographic),
    /^trait age is between 18 and 35 and \(their country is one of "US", "CA", "UK", "GB" or /,
  );
  const behavioural = ruleOfCriteria({
    purchase_history: { min_purchases: 5, total_spent_min: 100 },
    engagement_frequency: 'daily',
    content_preferences: ['videos', 'images'],
  });
  assert.match(
    sayRule(behavioural),
    /^did purchase at least 5 times and the total revenue of purchase is at least 100 and /,
  );
  const engaged = {
    engagement_level: 'high',
    avg_session_duration: 300,
    last_active_days: 7,
    interaction_score_min: 0.7,
  };
  assert.equal(conditionsOf(ruleOfCriteria(engaged)).length, 4);
  const hybrid = {
    score: [70, 100],
    confidence: 0.5,
    traits: { plan: 'pro' },
    event_sequence: ['cart_view', 'Checkout Started'],
  };
  assert.equal(
    sayRule(ruleOfCriteria(hybrid)),
    'score is between 70 and 100 and confidence is at least 0.5 and trait plan is "pro" and did in order cart_view, then checkout_start',
  );
  assert.deepEqual(ruleOfCriteria(rules[4]), rules[4]);
  assert.equal(refusalOf(() => ruleOfCriteria({ age: 3 })).field, 'criteria.age');
  assert.equal(refusalOf(() => ruleOfCriteria({ gender: 'any' })).field, 'criteria');
});

function refusalOf(work: () => unknown): InklingError {
  try {
    work();
  } catch (error) {
    return error as InklingError;
  }
  assert.fail('nothing was refused');
}
