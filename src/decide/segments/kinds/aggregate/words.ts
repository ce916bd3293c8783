// A number over events in English: "did purchase at least 3 times in the last 30 days", "the total revenue of purchase is
// more than 100", "the last purchase was more than 30 days ago"; and the common ways to say it with verbs.

import type { Predicate } from '../../predicate.ts';
import {
  hearAmount,
  hearCount,
  hearEvents,
  hearPredicate,
  hearWhere,
  hearWindow,
  sayAmount,
  sayEvents,
  sayPredicate,
  sayWindow,
  verbs,
} from '../../words/phrases.ts';
import { nameInWords, type Words } from '../../words/words.ts';
import type { EventsWish } from '../filters.ts';
import type { Aggregate, MeasureName } from './shape.ts';

const nouns: [MeasureName, string][] = [
  ['sum', 'total'],
  ['min', 'lowest'],
  ['max', 'highest'],
  ['mean', 'average'],
  ['distinct', 'number of different'],
  ['first', 'first'],
  ['last', 'last'],
];

export function sayAggregate(condition: Aggregate): string {
  const { measure = 'count', op, value } = condition;
  const what = sayEvents(condition);
  const when = sayWindow(condition.window);
  if (measure === 'count') {
    if (op === 'at_least' && value === 1) return `did ${what}${when}`;
    if (op === 'at_most' && value === 0) return `did not do ${what}${when}`;
    return `did ${what} ${sayAmount(condition)} times${when}`;
  }
  if (measure === 'days') return `did ${what} on ${sayAmount(condition)} different days${when}`;
  if (measure === 'days_since_first' || measure === 'days_since_last') {
    return `the ${measure === 'days_since_first' ? 'first' : 'last'} ${what}${when} was ${sayAmount(condition)} days ago`;
  }
  const noun = nouns.find(([name]) => name === measure)![1];
  return `the ${noun} ${nameInWords(condition.of!)} of ${what}${when} ${sayPredicate(condition)}`;
}

export function hearAggregate(words: Words): Aggregate | undefined {
  return (
    words.attempt(() => (words.take('the') ? (words.attempt(() => hearAge(words)) ?? hearNoun(words)) : undefined)) ??
    words.attempt(() => hearDid(words)) ??
    words.attempt(() => hearSpent(words)) ??
    words.attempt(() => hearVerb(words)) ??
    words.attempt(() => hearActive(words))
  );
}

function hearAge(words: Words): Aggregate | undefined {
  const edge = words.takeOne(['first', 'last']);
  const events = edge && hearEvents(words);
  if (!events) return undefined;
  const window = hearWindow(words);
  if (!words.take('was')) return undefined;
  return aged(edge === 'first' ? 'days_since_first' : 'days_since_last', events, window, words);
}

function aged(measure: MeasureName, events: EventsWish, window: Aggregate['window'], words: Words): Aggregate {
  const predicate = hearCount(words) ?? { op: 'is' as const, value: words.needNumber() };
  words.need('days ago');
  return { kind: 'event', ...events, measure, ...predicate, ...(window && { window }) };
}

function hearNoun(words: Words): Aggregate | undefined {
  const noun = nouns.find(([, phrase]) => words.take(phrase));
  if (noun === undefined) return undefined;
  const of = words.needName('a field such as revenue');
  words.need('of');
  const events = hearEvents(words) ?? words.fail('an event');
  const window = hearWindow(words);
  const predicate = hearPredicate(words) ?? words.fail('a comparison such as "is at least 50"');
  return { kind: 'event', ...events, measure: noun[0], of, ...predicate, ...(window && { window }) };
}

function hearDid(words: Words): Aggregate | undefined {
  if (words.takeOne(['did not do', "didn't do", 'have not done', 'has not done', 'never did'])) {
    return none(hearEvents(words) ?? words.fail('an event'), words);
  }
  if (!words.takeOne(['did', 'have done', 'has done'])) return undefined;
  return counted(hearEvents(words) ?? words.fail('an event'), words);
}

/** "bought at least twice in the last 30 days", "have not bought in 30 days", "last bought more than 30 days ago". */
function hearVerb(words: Words): Aggregate | undefined {
  const edge = words.takeOne(['first', 'last']);
  const isNot =
    edge === undefined &&
    words.takeOne([
      'have not',
      'has not',
      "haven't",
      "hasn't",
      'did not',
      "didn't",
      'have never',
      'has never',
      'never',
    ]) !== undefined;
  if (!isNot && edge === undefined) words.takeOne(['have', 'has']);
  const verb = verbs.find(([phrase]) => words.take(phrase));
  if (verb === undefined) return undefined;
  const events = hearWhere(words, { event: verb[1] });
  if (edge) return aged(edge === 'first' ? 'days_since_first' : 'days_since_last', events, undefined, words);
  return isNot ? none(events, words) : counted(events, words);
}

/** "spent at least 100 in the last 90 days" */
function hearSpent(words: Words): Aggregate | undefined {
  words.takeOne(['have', 'has']);
  if (!words.take('spent')) return undefined;
  const predicate = hearAmount(words) ?? words.fail('an amount such as "at least 100"');
  const window = hearWindow(words);
  return { kind: 'event', event: 'purchase', measure: 'sum', of: 'revenue', ...predicate, ...(window && { window }) };
}

/** "were active in the last 7 days" */
function hearActive(words: Words): Aggregate | undefined {
  words.takeOne(['were', 'was', 'are', 'is', 'have been', 'has been']);
  const isNot = words.take('not');
  const inactive = words.takeOne(['inactive', 'active', 'seen']);
  if (inactive === undefined) return undefined;
  return isNot !== (inactive === 'inactive') ? none({}, words) : counted({}, words);
}

function none(events: EventsWish, words: Words): Aggregate {
  const window = hearWindow(words);
  return { kind: 'event', ...events, op: 'at_most', value: 0, ...(window && { window }) };
}

function counted(events: EventsWish, words: Words): Aggregate {
  const days = words.attempt(() => {
    if (!words.take('on')) return undefined;
    const predicate = hearCount(words) ?? atLeast(words.needNumber());
    return words.take('different days') || words.take('days') ? predicate : undefined;
  });
  const times =
    days ??
    words.attempt(() => {
      const amount = hearCount(words);
      const bare = amount ? undefined : words.number();
      if (amount === undefined && bare === undefined) return undefined;
      if (!words.take('times')) words.take('time');
      return amount ?? { op: 'is' as const, value: bare! };
    }) ??
    atLeast(1);
  const window = hearWindow(words);
  return { kind: 'event', ...events, ...(days && { measure: 'days' as const }), ...times, ...(window && { window }) };
}

function atLeast(value: number): Predicate {
  return { op: 'at_least', value };
}
