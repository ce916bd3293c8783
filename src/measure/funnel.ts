// Where people are lost on the way to a conversion [CBP-8]: each person's farthest step of a sequence within a window, by
// ClickHouse's windowFunnel over their events on every device, for all and for each value of some breakdowns. SQL counts;
// what the counts say is worked out in proposals.ts.

import { InklingError } from '../errors.ts';
import { botsSql, resolvedEventsSql } from '../identify/index.ts';
import { wilsonInterval } from '../math/index.ts';
import type { Store } from '../store/index.ts';
import { addDays, DAY_MS } from '../time.ts';
import { proposeTests, type TestProposal } from './proposals.ts';

export type FunnelStep = {
  /** Canonical name of an event. */
  event: string;
  /** Only with a product of this category. */
  category?: string;
};

export type FunnelRequest = {
  workspace: string;
  steps: readonly FunnelStep[];
  from: Date;
  to: Date;
  /** From the first step to the last. */
  windowDays: number;
};

export type StepCount = {
  event: string;
  category: string | null;
  people: number;
  /** Of those at the step before; null at the first. */
  rate: number | null;
  interval: [low: number, high: number] | null;
  /** People who were at the step before and went no farther. */
  lost: number;
};

export type Funnel = {
  from: string;
  to: string;
  windowDays: number;
  steps: StepCount[];
  /** From the first step to the last. */
  rate: number | null;
  /** The step at which the largest share is lost; null when nobody is. */
  bottleneck: string | null;
  breakdowns: { name: Breakdown; values: { value: string; people: number[] }[] }[];
  proposals: TestProposal[];
  statement: string;
};

/** By what a funnel is taken apart: the value at a person's first event of the funnel. */
export const breakdowns = ['device_type', 'traffic_source', 'platform', 'country', 'browser'] as const;
export type Breakdown = (typeof breakdowns)[number];

/** The usual way through a shop. */
export const usualSteps: readonly FunnelStep[] = [
  { event: 'product_view' },
  { event: 'add_to_cart' },
  { event: 'checkout_start' },
  { event: 'purchase' },
];

const MOST_STEPS = 8;
/** Values of a breakdown that are shown, the most frequent first. */
const MOST_VALUES = 8;

/** Counts a funnel over everybody but programs; who begins late in the period has the rest of the window behind it. */
export async function readFunnel(store: Store, request: FunnelRequest): Promise<Funnel> {
  checkRequest(request);
  const rows = await countLevels(store, request);
  const all = reached(
    rows.filter(({ breakdown }) => breakdown === ''),
    request.steps.length,
  );
  const steps = stepCounts(request.steps, all);
  const worst = bottleneckOf(steps);
  const parts = breakdowns.map((name) => ({ name, values: valuesOf(rows, name, request.steps.length) }));
  const proposals = proposeTests(request.steps, all, parts);
  return {
    from: request.from.toISOString(),
    to: request.to.toISOString(),
    windowDays: request.windowDays,
    steps,
    rate: all[0] > 0 ? all[all.length - 1] / all[0] : null,
    bottleneck: worst === undefined ? null : steps[worst].event,
    breakdowns: parts,
    proposals,
    statement: inWords(steps, request.windowDays),
  };
}

type LevelRow = { breakdown: string; value: string; level: number; people: number };

async function countLevels(
  store: Store,
  { workspace, steps, from, to, windowDays }: FunnelRequest,
): Promise<LevelRow[]> {
  const names: Record<string, string> = {};
  const conditions = steps.map(({ event, category }, i) => {
    names[`event${i}`] = event;
    if (category === undefined) return `event = {event${i}:String}`;
    names[`category${i}`] = category;
    return `(event = {event${i}:String} AND has(categories, {category${i}:String}))`;
  });
  const events = resolvedEventsSql({
    from,
    to: addDays(to, windowDays),
    columns: ['at', 'event', 'categories', ...breakdowns],
    where: `bot = 0 AND (${conditions.join(' OR ')})`,
  });
  // One event must not be taken for two steps of its name.
  const repeats = new Set(steps.map(({ event }) => event)).size < steps.length;
  const first = breakdowns.map((name) => `argMin(toString(${name}), at) AS of_${name}`);
  const pairs = [`('', '')`, ...breakdowns.map((name) => `('${name}', of_${name})`)];
  const rows = await store.facts.rows<Omit<LevelRow, 'people'> & { people: string }>(
    `SELECT part.1 AS breakdown, part.2 AS value, level, count() AS people FROM (
       SELECT level, arrayJoin([${pairs.join(', ')}]) AS part FROM (
         SELECT profile, ${first.join(', ')},
           windowFunnel(${Math.round(windowDays * DAY_MS)}${repeats ? `, 'strict_increase'` : ''})(toUInt64(toUnixTimestamp64Milli(at)), ${conditions
             .map((condition, i) => (i === 0 ? `${condition} AND at < {to:DateTime64(3, 'UTC')}` : condition))
             .join(', ')}) AS level
         FROM (${events}) WHERE profile NOT IN (${botsSql}) GROUP BY profile)
       WHERE level > 0)
     GROUP BY breakdown, value, level`,
    { workspace, to: to.toISOString().replace('T', ' ').slice(0, 23), ...names },
    'batch',
  );
  return rows.map((row) => ({ ...row, people: Number(row.people) }));
}

/** How many people came at least as far as each step. */
function reached(rows: readonly { level: number; people: number }[], steps: number): number[] {
  return Array.from({ length: steps }, (_, i) =>
    rows.reduce((sum, { level, people }) => (level > i ? sum + people : sum), 0),
  );
}

function valuesOf(rows: readonly LevelRow[], name: Breakdown, steps: number): { value: string; people: number[] }[] {
  const own = Map.groupBy(
    rows.filter(({ breakdown, value }) => breakdown === name && value !== ''),
    ({ value }) => value,
  );
  return [...own]
    .map(([value, levels]) => ({ value, people: reached(levels, steps) }))
    .sort((a, b) => b.people[0] - a.people[0] || a.value.localeCompare(b.value))
    .slice(0, MOST_VALUES);
}

function stepCounts(steps: readonly FunnelStep[], people: readonly number[]): StepCount[] {
  return steps.map(({ event, category }, i) => {
    const before = people[i - 1];
    return {
      event,
      category: category ?? null,
      people: people[i],
      rate: before > 0 ? people[i] / before : null,
      interval: before > 0 ? wilsonInterval(people[i], before) : null,
      lost: i === 0 ? 0 : before - people[i],
    };
  });
}

/** The place of the step at which the largest share is lost. */
function bottleneckOf(steps: readonly StepCount[]): number | undefined {
  let worst: number | undefined;
  for (const [i, { rate, lost }] of steps.entries()) {
    if (rate === null || lost === 0) continue;
    if (worst === undefined || rate < steps[worst].rate!) worst = i;
  }
  return worst;
}

function inWords(steps: readonly StepCount[], windowDays: number): string {
  const [first] = steps;
  const last = steps[steps.length - 1];
  const event = (step: StepCount) => step.event.replaceAll('_', ' ');
  if (first.people === 0) return `Nobody did the first step (${event(first)}) in this time.`;
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  const whole = `Of ${first.people.toLocaleString('en-US')} people who began with ${event(first)}, ${percent(last.people / first.people)} came to ${event(last)} within ${windowDays} ${windowDays === 1 ? 'day' : 'days'}.`;
  const worst = bottleneckOf(steps);
  if (worst === undefined) return whole;
  const [before, lost] = [steps[worst - 1], steps[worst]];
  return `${whole} Most are lost before ${event(lost)}: ${percent(1 - lost.rate!)} of those at ${event(before)}.`;
}

function checkRequest({ steps, from, to }: FunnelRequest): void {
  if (steps.length < 2 || steps.length > MOST_STEPS) {
    throw new InklingError('invalid_input', `A funnel has 2 to ${MOST_STEPS} steps.`, {
      field: 'steps',
      value: steps.length,
      hint: 'Name the events in the order in which they should happen.',
    });
  }
  if (from >= to) {
    throw new InklingError('invalid_input', 'The period ends before it begins.', {
      field: 'to',
      value: to.toISOString(),
      hint: 'Give a later end, or an earlier beginning.',
    });
  }
}
