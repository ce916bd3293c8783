// The turns of phrase that conditions share, each written and read in one place: comparisons, windows, spans and events.

import { catalogue } from '../../../collect/index.ts';
import type { EventsWish, Filter } from '../kinds/filters.ts';
import type { Predicate, ValueOp } from '../predicate.ts';
import type { Span, SpanUnit, Window } from '../window.ts';
import { calendarUnits } from '../zone.ts';
import { nameInWords, type Words } from './words.ts';

type Value = NonNullable<Predicate['value']>;

const numberWords: [ValueOp, string][] = [
  ['more_than', 'more than'],
  ['at_least', 'at least'],
  ['less_than', 'less than'],
  ['at_most', 'at most'],
];
const otherWays: [ValueOp, string][] = [
  ['more_than', 'over'],
  ['more_than', 'above'],
  ['more_than', 'greater than'],
  ['less_than', 'under'],
  ['less_than', 'below'],
  ['less_than', 'fewer than'],
  ['at_least', 'no less than'],
  ['at_most', 'no more than'],
  ['at_most', 'up to'],
];
const textWords: [ValueOp, string][] = [
  ['contains_not', 'does not contain'],
  ['contains', 'contains'],
  ['starts_with', 'starts with'],
  ['ends_with', 'ends with'],
];

/** "is at least 50", "is one of "a", "b"", "contains "x"". */
export function sayPredicate({ op, value }: Predicate): string {
  const number = numberWords.find(([name]) => name === op);
  if (number) return `is ${number[1]} ${value}`;
  const text = textWords.find(([name]) => name === op);
  if (text) return `${text[1]} ${sayValue(value!)}`;
  switch (op) {
    case 'is':
    case 'is_not':
      return `is ${op === 'is_not' ? 'not ' : ''}${Array.isArray(value) ? 'one of ' : ''}${sayValue(value!)}`;
    case 'between':
      return `is between ${(value as number[]).join(' and ')}`;
    case 'has_all':
      return `has all of ${sayValue(value!)}`;
    case 'exists':
      return 'is known';
    case 'exists_not':
      return 'is not known';
    case 'before':
    case 'after':
      return `is ${op} ${value}`;
    case 'in_last':
      return `is in the last ${value} days`;
    default:
      return `is in the next ${value} days`;
  }
}

export function hearPredicate(words: Words): Predicate | undefined {
  for (const [op, phrase] of textWords) {
    if (words.take(phrase)) return { op, value: words.text() ?? words.needName('a text') };
  }
  if (words.take('has all of')) return { op: 'has_all', value: hearList(words) };
  if (words.take('is known') || words.take('exists')) return { op: 'exists' };
  if (words.take('is not known') || words.take('is unknown')) return { op: 'exists_not' };
  const be = words.takeOne(['is', 'are', 'was', 'were', 'of']);
  const amount = hearAmount(words);
  if (amount) return amount;
  for (const op of ['before', 'after'] as const) {
    if (words.take(op)) return { op, value: words.moment() ?? words.fail('a day such as 2026-03-01') };
  }
  for (const [op, phrase] of [
    ['in_last', 'in the last'],
    ['in_next', 'in the next'],
  ] as const) {
    if (!words.take(phrase)) continue;
    const value = words.needNumber();
    if (!words.take('days')) words.need('day');
    return { op, value };
  }
  if (be === undefined) return undefined;
  const op = words.take('not') ? 'is_not' : 'is';
  if (words.take('one of') || words.take('any of')) return { op, value: hearList(words) };
  return { op, value: hearScalar(words) ?? words.fail('a value') };
}

/** "at least 3", "between 2 and 4"; undefined = another thing. */
export function hearAmount(words: Words): Predicate | undefined {
  for (const [op, phrase] of [...numberWords, ...otherWays])
    if (words.take(phrase)) return { op, value: words.needNumber() };
  if (!words.take('between')) return undefined;
  const low = words.needNumber();
  words.need('and');
  return { op: 'between', value: [low, words.needNumber()] };
}

/** "at least 3", "exactly 3": for a count. */
export function sayAmount({ op, value }: Predicate): string {
  const number = numberWords.find(([name]) => name === op);
  if (number) return `${number[1]} ${value}`;
  if (op === 'between') return `between ${(value as number[]).join(' and ')}`;
  return `${op === 'is_not' ? 'not ' : ''}exactly ${value}`;
}

export function hearCount(words: Words): Predicate | undefined {
  const amount = hearAmount(words);
  if (amount) return amount;
  if (words.take('not exactly')) return { op: 'is_not', value: words.needNumber() };
  if (words.take('exactly')) return { op: 'is', value: words.needNumber() };
  return undefined;
}

export function sayWindow(window: Window | undefined): string {
  if (window === undefined) return '';
  if ('last' in window) {
    return window.until === undefined
      ? ` in the last ${window.last} ${window.unit}`
      : ` from ${window.last} until ${window.until} ${window.unit} ago`;
  }
  if ('calendar' in window) return ` in ${window.which === 'this' ? 'this' : 'the previous'} ${window.calendar}`;
  if (window.to === undefined) return ` since ${window.from}`;
  return window.from === undefined ? ` until ${window.to}` : ` from ${window.from} to ${window.to}`;
}

export function hearWindow(words: Words): Window | undefined {
  return (
    words.attempt(() => {
      if (!words.takeOne(['in the last', 'in the past', 'within the last', 'over the last', 'during the last']))
        return undefined;
      return lastSpan(words.number() ?? 1, words);
    }) ??
    words.attempt(() => {
      // "have not bought in 30 days"
      const amount = words.take('in') || words.take('for') ? words.number() : undefined;
      return amount === undefined ? undefined : lastSpan(amount, words);
    }) ??
    words.attempt(() => {
      if (!words.take('from')) return undefined;
      const last = words.number();
      if (last === undefined) return undefined;
      words.need('until');
      const until = words.needNumber();
      const window = lastSpan(1, words);
      words.need('ago');
      if (!('unit' in window)) return undefined;
      const factor = window.last;
      return { last: last * factor, until: until * factor, unit: window.unit };
    }) ??
    words.attempt(() => {
      if (words.take('today')) return { calendar: 'day', which: 'this' } as const;
      if (words.take('yesterday')) return { calendar: 'day', which: 'previous' } as const;
      words.take('in');
      const which = words.take('this')
        ? 'this'
        : words.takeOne(['the previous', 'last', 'previous'])
          ? 'previous'
          : undefined;
      const unit = which && words.takeOne(calendarUnits);
      return which && unit ? ({ calendar: unit, which } as const) : undefined;
    }) ??
    words.attempt(() => {
      const starts = words.take('since') || words.take('from');
      const from = starts ? (words.moment() ?? undefined) : undefined;
      if (starts && from === undefined) return undefined;
      const to = words.take('until') || words.take('to') ? words.moment() : undefined;
      if (from === undefined && to === undefined) return undefined;
      return { ...(from && { from }), ...(to && { to }) };
    })
  );
}

const units: Record<string, [SpanUnit, number]> = {
  ...{ minute: ['minutes', 1], minutes: ['minutes', 1], hour: ['hours', 1], hours: ['hours', 1] },
  ...{ day: ['days', 1], days: ['days', 1], week: ['weeks', 1], weeks: ['weeks', 1] },
  // A month in speech is 30 days; calendar months are "in this month" and "in the previous month".
  ...{ month: ['days', 30], months: ['days', 30], year: ['days', 365], years: ['days', 365] },
};

function lastSpan(amount: number, words: Words): Extract<Window, { last: number }> {
  const { amount: last, unit } = hearUnit(amount, words);
  return { last, unit };
}

function hearUnit(amount: number, words: Words): Span {
  const unit = words.takeOne(Object.keys(units)) ?? words.fail('a unit such as days');
  const [name, factor] = units[unit];
  return { amount: amount * factor, unit: name };
}

export function saySpan({ amount, unit }: Span): string {
  return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}

export function hearSpan(words: Words): Span {
  return hearUnit(words.number() ?? 1, words);
}

/** "within 2 days", '' where there is none. */
export function sayWithin(within: Span | undefined): string {
  return within === undefined ? '' : ` within ${saySpan(within)}`;
}

/** "purchase", "any of purchase, signup", "anything", with what has to hold of them. */
export function sayEvents({ event, where = [] }: EventsWish): string {
  const names = [event ?? []].flat();
  const name =
    event === undefined
      ? 'anything'
      : Array.isArray(event)
        ? `any of ${names.map(nameInWords).join(', ')}`
        : nameInWords(event);
  return (
    name +
    where
      .map((filter, i) => `${i > 0 ? ' and' : ''} with ${nameInWords(filter.field)} ${sayPredicate(filter)}`)
      .join('')
  );
}

export function hearEvents(words: Words): EventsWish | undefined {
  if (words.take('anything')) return hearWhere(words, {});
  if (words.take('any of')) {
    const names = [words.needName('an event')];
    while (words.take(',')) names.push(words.needName('an event'));
    return hearWhere(words, { event: names });
  }
  const event = words.name();
  return event === undefined ? undefined : hearWhere(words, { event });
}

/** "with revenue is at least 50 and with coupon is "X"", where there are any. */
export function hearWhere(words: Words, wish: EventsWish): EventsWish {
  const where: Filter[] = [];
  for (;;) {
    const filter = words.attempt(() => {
      if (where.length > 0) words.take('and');
      if (!words.takeOne(['with', 'where'])) return undefined;
      const field = words.name();
      const predicate = field === undefined ? undefined : hearPredicate(words);
      return field !== undefined && predicate ? { field, ...predicate } : undefined;
    });
    if (filter === undefined) return where.length === 0 ? wish : { ...wish, where };
    where.push(filter);
  }
}

const irregular: Record<string, string> = {
  ...{
    bought: 'purchase',
    purchased: 'purchase',
    ordered: 'purchase',
    'placed an order': 'purchase',
    'made a purchase': 'purchase',
  },
  ...{ 'abandoned a checkout': 'checkout_failed', 'signed up': 'signup', registered: 'signup', 'logged in': 'login' },
  ...{ searched: 'search_performed', 'added to cart': 'add_to_cart', 'added something to the cart': 'add_to_cart' },
  ...{ 'viewed a page': 'page_view', 'viewed a product': 'product_view', 'viewed products': 'product_view' },
  ...{ 'started checkout': 'checkout_start', 'asked for a refund': 'refund', reviewed: 'review' },
};

/** Verbs and the event each is; longer ones first, so that "opened an account" isn't read as "opened". */
export const verbs: readonly (readonly [phrase: string, event: string])[] = [
  ...Object.entries(irregular),
  ...catalogue.map(({ event, sentence }) => [sentence.toLowerCase(), event] as const),
].sort(([a], [b]) => b.length - a.length);

function sayValue(value: Value): string {
  if (Array.isArray(value)) return value.map(sayValue).join(', ');
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function hearScalar(words: Words): string | number | boolean | undefined {
  const text = words.text();
  if (text !== undefined) return text;
  if (words.takeOne(['true', 'yes'])) return true;
  if (words.takeOne(['false', 'no'])) return false;
  return words.number() ?? words.name();
}

function hearList(words: Words): (string | number)[] {
  const list: (string | number)[] = [];
  do {
    const one = hearScalar(words);
    if (one === undefined || typeof one === 'boolean') words.fail('a text or a number');
    list.push(one);
  } while (words.take(',') || words.attempt(() => (words.take('or') && words.isText() ? true : undefined)));
  return list;
}
