// One thing and then another: steps in order of time, each within so long after the one before, all within so long, and
// then something that did not follow. Where it must not follow within a time, that time has to be over.

import { membershipEvents } from '../../../../collect/index.ts';
import { quote } from '../../../../store/index.ts';
import { type ChainRule, type Moments, momentsOf, type Progress, ruleOf, walk, walkSql } from '../../chain.ts';
import { checkWindow, placeOf, type Stretch, spanMs, stretchOf } from '../../window.ts';
import { checkEvents, chosenBy, type EventsWish, wishFor } from '../filters.ts';
import type { Compiling, Kind, Leaf, PersonNow, StepsTruth } from '../kind.ts';
import { type Sequence, SequenceSchema } from './shape.ts';
import { hearSequence, saySequence } from './words.ts';

export const sequence: Kind<Sequence> = {
  kind: 'sequence',
  sentence: 'One event and then another, each within a time, and something that did not follow.',
  schema: SequenceSchema,
  check(condition, at) {
    checkWindow(condition.window, `${at}.window`);
    return {
      ...condition,
      steps: condition.steps.map((step, i) => checkEvents(step, `${at}.steps[${i}]`)),
      ...(condition.then_not && { then_not: checkEvents(condition.then_not, `${at}.then_not`) }),
    };
  },
  compile(condition, how) {
    const { steps, then_not: not } = condition;
    const rule = ruleOf(steps, condition.within);
    const waitMs = not?.within === undefined ? undefined : spanMs(not.within);
    const forbidden = steps.length;
    return compileSteps(not ? [...steps, not] : steps, stretchOf(condition.window, how.zone), how, {
      fold: (bits, moments) => walkSql(rule, bits, moments),
      truth: (end) => (bits, chain, moments) => {
        if (!not) return `notEmpty(${chain}.3)`;
        const others = `arrayFilter(m -> bitTest(m.2, ${bits[forbidden]}), ${moments})`;
        const isOver = waitMs === undefined ? '1' : `d + ${waitMs} < ${end}`;
        const follows = waitMs === undefined ? 'm.1 > d' : `m.1 > d AND m.1 <= d + ${waitMs}`;
        return `arrayExists(d -> ${isOver} AND NOT arrayExists(m -> ${follows}, ${others}), ${chain}.3)`;
      },
      holds: ({ done }, moments, end) => {
        if (!not || done.length === 0) return done.length > 0;
        const follows = (d: number) =>
          moments.times.some(
            (at, i) => moments.masks[i] & (1 << forbidden) && at > d && (waitMs === undefined || at <= d + waitMs),
          );
        return done.some((d) => (waitMs === undefined || d + waitMs < end) && !follows(d));
      },
      // What must not follow has not followed once its time is over.
      waits: ({ done }) => (waitMs === undefined ? [] : done.map((d) => d + waitMs)),
      rule,
      needed: steps.length,
    });
  },
  say: saySequence,
  hear: hearSequence,
};

export type StepsRule = {
  fold(bits: readonly number[], moments: string): string;
  /** As of a moment at which the window ends at `end`. */
  truth(end: number): StepsTruth;
  rule: ChainRule;
  /** The first so many steps have to have happened, or nothing has come of it. */
  needed: number;
  holds(progress: Progress, moments: Moments, end: number): boolean;
  /** Moments that the end of the window may have to pass for another answer. */
  waits(progress: Progress): readonly number[];
};

const noMoments: Moments = { times: [], masks: [] };

/** What sequences and funnels have in common: one list and one bit a step. */
export function compileSteps(
  steps: readonly EventsWish[],
  stretch: Stretch,
  { zone, list }: Compiling,
  rule: StepsRule,
): Leaf {
  const chosen = steps.map((step) => chosenBy(step, zone));
  const indexes = steps.map((step, i) => list(wishFor(step, chosen[i], stretch.reachMs)));
  /** Whoever is asked when to look again was just looked at. */
  let latest: { person: PersonNow; at: number; progress: Progress } | undefined;
  const timesOf = (person: PersonNow) => indexes.map((index) => person.list(index).times);
  const nothing: Progress = { last: rule.rule.gapsMs.map(() => -1), done: [] };
  /** Of most people most rules have one step or none, which needs no walk. */
  const isIdle = (lists: readonly (readonly number[])[], start: number, end: number): boolean => {
    for (let step = 0; step < rule.needed; step++) {
      const place = placeOf(lists[step], start);
      if (place === lists[step].length || lists[step][place] >= end) return true;
    }
    return false;
  };
  return {
    needs: {},
    lists: [...new Set(indexes)],
    reading: (at) => {
      const [start, end] = stretch.bounds(at);
      const inside = [start > -Infinity && `at_ms >= ${start}`, end < at && `at_ms < ${end}`];
      const steps = chosen.map(({ events, columns, sql }) => {
        // Memberships of segments lie among the events where another step names them, and are not "anything".
        const named = `event ${events ? 'IN' : 'NOT IN'} (${(events ?? membershipEvents).map(quote).join(', ')})`;
        return { events, columns, sql: [named, sql, ...inside].filter(Boolean).join(' AND ') };
      });
      return { from: 'steps', steps, since: Math.max(0, start), fold: rule.fold, truth: rule.truth(end) };
    },
    evaluate(person, at) {
      const [start, end] = stretch.bounds(at);
      const lists = timesOf(person);
      if (isIdle(lists, start, end)) {
        latest = { person, at, progress: nothing };
        return rule.holds(nothing, noMoments, end);
      }
      const moments = momentsOf(lists, start, end);
      latest = { person, at, progress: walk(rule.rule, moments) };
      return rule.holds(latest.progress, moments, end);
    },
    next(person, at) {
      const lists = timesOf(person);
      const [start, end] = stretch.bounds(at);
      let earliest = Infinity;
      for (const times of lists) earliest = Math.min(earliest, stretch.next(times, at));
      const isKnown = latest?.person === person && latest.at === at;
      const walked = () => (isIdle(lists, start, end) ? nothing : walk(rule.rule, momentsOf(lists, start, end)));
      const progress = isKnown ? latest!.progress : walked();
      for (const wait of rule.waits(progress)) {
        if (wait < end) continue;
        const turn = at + (wait - end) + 1;
        if (turn < earliest && stretch.bounds(turn)[1] > wait) earliest = turn;
      }
      return earliest;
    },
  };
}
