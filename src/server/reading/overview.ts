// What the Overview page shows, asked of the facts: how much happened, who is how close to buying, what moved.

import { inCurrency } from '../../govern/index.ts';
import { BOT_SCORE } from '../../identify/index.ts';
import { latestScoring, type ModelRecord } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { addDays, fromClickHouseTime, startOfDay, toClickHouseTime, toDay } from '../../time.ts';
import { nameOf } from './names.ts';
import { reasonInWords } from './reasons.ts';

type Scope = { workspace: string };
type Counted = Scope & { bots: 'without' | 'with' };
type Level = 'HIGH' | 'MEDIUM' | 'LOW';

const DAYS_SHOWN = 90;

export type Totals = {
  people: number;
  events: number;
  sessions: number;
  purchases: number;
  revenue: number;
  /** Programs: how many, their events, and visits that are a program's, whoever made them. */
  bots: { people: number; events: number; sessions: number };
};

/** Money is what was sent in the currency. Programs are counted in nothing but `bots`, unless they are asked for. */
export async function readTotals(
  { facts }: Store,
  { workspace, bots }: Counted,
  currency: string | null,
): Promise<Totals & { lastEventAt: Date | null }> {
  const summed = inCurrency(currency);
  const [events] = await facts.rows<{ n: string; purchases: string; revenue: number; last: string }>(
    `SELECT count() AS n, countIf(event = 'purchase') AS purchases,
       sumIf(revenue, event = 'purchase' AND ${summed}) - sumIf(revenue, event = 'refund' AND ${summed}) AS revenue, toString(max(at)) AS last
     FROM events WHERE workspace = {workspace:String}`,
    { workspace },
  );
  const [people] = await facts.rows<{ n: string; bots: string; bot_events: string }>(
    `SELECT countIf(bot = 0) AS n, countIf(bot = 1) AS bots, sumIf(events, bot = 1) AS bot_events
     FROM profiles FINAL WHERE workspace = {workspace:String}`,
    { workspace },
  );
  const [sessions] = await facts.rows<{ n: string; bots: string }>(
    `SELECT countIf(bot_score < ${BOT_SCORE}) AS n, countIf(bot_score >= ${BOT_SCORE}) AS bots
     FROM sessions FINAL WHERE workspace = {workspace:String}`,
    { workspace },
  );
  const programs = { people: Number(people.bots), events: Number(people.bot_events), sessions: Number(sessions.bots) };
  const counted = bots === 'with';
  return {
    people: Number(people.n) + (counted ? programs.people : 0),
    events: Number(events.n) - (counted ? 0 : programs.events),
    sessions: Number(sessions.n) + (counted ? programs.sessions : 0),
    purchases: Number(events.purchases),
    revenue: events.revenue,
    bots: programs,
    lastEventAt: Number(events.n) > 0 ? fromClickHouseTime(events.last) : null,
  };
}

export type DayOfEvents = { date: string; events: number; people: number; purchases: number; revenue: number };

/** The last 90 days up to the moment, days without events included. Programs are known by their visits. */
export async function readDays(
  { facts }: Store,
  { workspace, bots }: Counted,
  asOf: Date,
  currency: string | null,
): Promise<DayOfEvents[]> {
  const from = startOfDay(addDays(asOf, 1 - DAYS_SHOWN));
  const params = { workspace, from: toClickHouseTime(from), to: toClickHouseTime(asOf) };
  const counted = await facts.rows<{ day: string; events: string; purchases: string; revenue: number }>(
    `SELECT toString(toDate(at)) AS day, count() AS events, countIf(event = 'purchase') AS purchases,
       sumIf(revenue, event = 'purchase' AND ${inCurrency(currency)}) AS revenue
     FROM events WHERE workspace = {workspace:String} AND at >= {from:DateTime64(3, 'UTC')} AND at <= {to:DateTime64(3, 'UTC')}
     GROUP BY day`,
    params,
  );
  const people = bots === 'with' ? 'uniq(profile)' : `uniqIf(profile, bot_score < ${BOT_SCORE})`;
  const visitors = await facts.rows<{ day: string; people: string; programs: string }>(
    `SELECT toString(toDate(start_time)) AS day, ${people} AS people, sumIf(event_count, bot_score >= ${BOT_SCORE}) AS programs
     FROM sessions FINAL WHERE workspace = {workspace:String} AND start_time >= {from:DateTime64(3, 'UTC')} AND start_time <= {to:DateTime64(3, 'UTC')}
     GROUP BY day`,
    params,
  );
  const byDay = new Map(counted.map((row) => [row.day, row]));
  const visitorsByDay = new Map(visitors.map((row) => [row.day, row]));
  return Array.from({ length: DAYS_SHOWN }, (_, i) => {
    const date = toDay(addDays(from, i));
    const row = byDay.get(date);
    const visited = visitorsByDay.get(date);
    const programs = bots === 'with' ? 0 : Number(visited?.programs ?? 0);
    return {
      date,
      // A visit counts on the day it began: one over midnight may take more from a day than that had.
      events: Math.max(0, Number(row?.events ?? 0) - programs),
      people: Number(visited?.people ?? 0),
      purchases: Number(row?.purchases ?? 0),
      revenue: row?.revenue ?? 0,
    };
  });
}

export async function readIntent(store: Store, { workspace }: Scope, model: ModelRecord) {
  const asOf = await latestScoring(store, model);
  if (asOf === undefined) return null;
  const { facts } = store;
  const params = { workspace, modelId: model.id, asOf: toClickHouseTime(asOf) };
  const latest = `scores FINAL WHERE workspace = {workspace:String} AND model_id = {modelId:String}
    AND as_of = {asOf:DateTime64(3, 'UTC')}`;
  const bins = await facts.rows<{ bin: number; people: string }>(
    `SELECT least(intDiv(score, 5), 19) AS bin, count() AS people FROM ${latest} GROUP BY bin`,
    params,
  );
  const levels = await facts.rows<{ segment: Level; people: string; expected: number }>(
    `SELECT segment, count() AS people, sum(probability) AS expected FROM ${latest} GROUP BY segment`,
    params,
  );
  const categories = await facts.rows<{ category: string; high: string; medium: string; low: string }>(
    `SELECT category, countIf(segment = 'HIGH') AS high, countIf(segment = 'MEDIUM') AS medium, countIf(segment = 'LOW') AS low
     FROM ${latest} AND category != '' GROUP BY category ORDER BY count() DESC LIMIT 12`,
    params,
  );
  const history = await facts.rows<{ date: string; high: string; medium: string; low: string }>(
    `SELECT toString(toDate(as_of)) AS date, countIf(segment = 'HIGH') AS high, countIf(segment = 'MEDIUM') AS medium,
       countIf(segment = 'LOW') AS low
     FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {modelId:String}
       AND as_of > {asOf:DateTime64(3, 'UTC')} - INTERVAL ${DAYS_SHOWN} DAY
       AND (workspace, as_of) IN (SELECT workspace, max(as_of) FROM scores
         WHERE workspace = {workspace:String} AND model_id = {modelId:String} GROUP BY workspace, toDate(as_of))
     GROUP BY date ORDER BY date`,
    params,
  );
  const people = levels.reduce((sum, row) => sum + Number(row.people), 0);
  return {
    modelId: model.id,
    timeframeDays: model.timeframeDays,
    asOf,
    people,
    distribution: Array.from({ length: 20 }, (_, bin) => ({
      from: bin * 5,
      to: bin === 19 ? 100 : bin * 5 + 5,
      people: Number(bins.find((row) => row.bin === bin)?.people ?? 0),
    })),
    segments: (['HIGH', 'MEDIUM', 'LOW'] as const).map((name) => {
      const row = levels.find((level) => level.segment === name);
      const proven = model.performance?.segments.find((segment) => segment.name === name);
      return {
        name,
        size: Number(row?.people ?? 0),
        share: people > 0 ? Number(row?.people ?? 0) / people : 0,
        expectedConversions: row?.expected ?? 0,
        actualConversionRate: proven?.actualConversionRate ?? null,
        actualInterval: proven?.interval ?? null,
        holdoutSize: proven?.size ?? 0,
      };
    }),
    history: history.map((row) => ({ date: row.date, ...counts(row) })),
    categories: categories.map((row) => ({ category: row.category, ...counts(row) })),
  };
}

/** Who changed level between the last two scorings, and the ten who rose most. */
export async function readMovement(store: Store, { workspace }: Scope, model: ModelRecord) {
  const [asOf, before] = await lastTwoScorings(store, { workspace }, model.id);
  if (!before) return { moved: null, movers: [] };
  const params = { workspace, modelId: model.id, asOf: toClickHouseTime(asOf), before: toClickHouseTime(before) };
  const scored = (moment: string, columns: string) =>
    `SELECT profile, ${columns} FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {modelId:String}
       AND as_of = {${moment}:DateTime64(3, 'UTC')}`;
  const joined = `(${scored('asOf', "score, segment, indexOf(['LOW', 'MEDIUM', 'HIGH'], toString(segment)) AS level, signals, contributions, signal_values")}) AS now
    INNER JOIN (${scored('before', "score, segment, indexOf(['LOW', 'MEDIUM', 'HIGH'], toString(segment)) AS level")}) AS then ON now.profile = then.profile`;
  const [{ up, down }] = await store.facts.rows<{ up: string; down: string }>(
    `SELECT countIf(now.level > then.level) AS up, countIf(now.level < then.level) AS down FROM ${joined}`,
    params,
  );
  const risen = await store.facts.rows<Mover>(
    `SELECT leftPad(lower(hex(now.profile)), 16, '0') AS id, then.score AS from, now.score AS to, now.signals AS signals,
       now.contributions AS contributions, now.signal_values AS values
     FROM ${joined} WHERE now.score > then.score ORDER BY toInt16(now.score) - toInt16(then.score) DESC, id LIMIT 10`,
    params,
  );
  const names = await nameOf(
    store,
    { workspace },
    risen.map((row) => row.id),
  );
  return {
    moved: { up: Number(up), down: Number(down), since: before },
    movers: risen.map((row) => ({
      id: row.id,
      displayName: names.get(row.id) ?? row.id,
      from: row.from,
      to: row.to,
      reason: reasonInWords(row.signals, row.contributions, row.values),
    })),
  };
}

/** Latest first. */
async function lastTwoScorings({ facts }: Store, { workspace }: Scope, modelId: string): Promise<Date[]> {
  const rows = await facts.rows<{ at: string }>(
    `SELECT DISTINCT toString(as_of) AS at FROM scores
     WHERE workspace = {workspace:String} AND model_id = {modelId:String} ORDER BY at DESC LIMIT 2`,
    { workspace, modelId },
  );
  return rows.map((row) => fromClickHouseTime(row.at));
}

type Mover = {
  id: string;
  from: number;
  to: number;
  signals: string[];
  contributions: number[];
  values: (number | string)[];
};

function counts(row: { high: string; medium: string; low: string }) {
  return { high: Number(row.high), medium: Number(row.medium), low: Number(row.low) };
}
