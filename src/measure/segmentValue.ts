// What a segment is worth before anybody acts on it: how many of its people are expected to convert, by the model's
// calibrated probabilities, times what an order of theirs brings. The order value is theirs drawn towards the
// workspace's by so many orders, so that a segment with two large orders isn't thought rich.

import { type RuleSegment, segmentMembersSql } from '../decide/index.ts';
import { normalQuantile } from '../math/index.ts';
import { latestScoring, type ModelRecord } from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';

export type SegmentValue = {
  members: number;
  /** Members with a score. */
  scored: number;
  asOf: string | null;
  timeframeDays: number;
  /** Null without scores, as is everything that rests on them. */
  expectedConversions: number | null;
  /** 95 %, of the number that will convert, the probabilities being right. */
  interval: [low: number, high: number] | null;
  /** Per order, in the currency of the workspace; null while nobody bought. */
  orderValue: number | null;
  orders: number;
  expectedValue: number | null;
  perMember: number | null;
};

const ORDERS_OF_THE_WORKSPACE = 20;

export async function valueOfSegment(store: Store, model: ModelRecord, segment: RuleSegment): Promise<SegmentValue> {
  const { workspace, timeframeDays } = model;
  const members = segmentMembersSql(segment);
  const asOf = await latestScoring(store, model);
  const [people] = await store.facts.rows<
    Record<'members' | 'orders' | 'allOrders', string> & Record<'spent' | 'allSpent', number>
  >(
    `SELECT countIf(inside) AS members, sumIf(purchases, inside) AS orders, sumIf(revenue, inside) AS spent,
       sum(purchases) AS allOrders, sum(revenue) AS allSpent
     FROM (SELECT purchases, revenue, profile IN (${members}) AS inside FROM profiles FINAL
       WHERE workspace = {workspace:String} AND bot = 0)`,
    { workspace },
  );
  const [scores] =
    asOf === undefined
      ? [{ scored: '0', expected: 0, variance: 0 }]
      : await store.facts.rows<{ scored: string; expected: number; variance: number }>(
          `SELECT count() AS scored, sum(toFloat64(probability)) AS expected,
             sum(toFloat64(probability) * (1 - toFloat64(probability))) AS variance
           FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {model:String}
             AND as_of = {asOf:DateTime64(3, 'UTC')} AND profile IN (${members})`,
          { workspace, model: model.id, asOf: toClickHouseTime(asOf) },
        );
  const scored = Number(scores.scored);
  const orderValue = valueOfOrder(people);
  const expected = scored > 0 ? scores.expected : null;
  const half = normalQuantile(0.975) * Math.sqrt(scores.variance);
  const expectedValue = expected === null || orderValue === null ? null : expected * orderValue;
  return {
    members: Number(people.members),
    scored,
    asOf: asOf?.toISOString() ?? null,
    timeframeDays,
    expectedConversions: expected,
    interval: expected === null ? null : [Math.max(0, expected - half), Math.min(scored, expected + half)],
    orderValue,
    orders: Number(people.orders),
    expectedValue,
    perMember: expectedValue === null ? null : expectedValue / scored,
  };
}

function valueOfOrder(people: Record<'orders' | 'allOrders', string> & Record<'spent' | 'allSpent', number>) {
  const [orders, all] = [Number(people.orders), Number(people.allOrders)];
  if (all === 0) return null;
  const usual = people.allSpent / all;
  return (people.spent + ORDERS_OF_THE_WORKSPACE * usual) / (orders + ORDERS_OF_THE_WORKSPACE);
}
