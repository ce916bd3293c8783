// What the builder knows of each kind of condition: its name, what a new one asks, and what one still lacks. Everything
// else that may be wrong with it is said by the server.

import type { Condition, EventsWish, Kind, Measure, Op, Predicate, ProfileField, Step, Value } from '../../rule.ts';

export const kinds: { kind: Kind; label: string; blank: () => Condition }[] = [
  {
    kind: 'event',
    label: 'What they did, and how often',
    blank: () => ({ kind: 'event', op: 'at_least', value: 1 }),
  },
  { kind: 'sequence', label: 'Steps in order', blank: () => ({ kind: 'sequence', steps: [{}, {}] }) },
  {
    kind: 'funnel',
    label: 'How far they came in a funnel',
    blank: () => ({ kind: 'funnel', steps: [{}, {}], reached: 1 }),
  },
  { kind: 'trait', label: 'A trait', blank: () => ({ kind: 'trait', trait: '', op: 'is', value: '' }) },
  { kind: 'profile', label: 'The profile', blank: () => ({ kind: 'profile', field: 'country', op: 'is', value: '' }) },
  { kind: 'signal', label: 'A signal', blank: () => ({ kind: 'signal', signal: '', op: 'at_least', value: 1 }) },
  { kind: 'score', label: 'What a model says', blank: () => ({ kind: 'score', op: 'at_least', value: 70 }) },
  { kind: 'segment', label: 'In another segment', blank: () => ({ kind: 'segment', segment: '' }) },
  {
    kind: 'hand',
    label: 'Listed by hand',
    blank: () => ({ kind: 'hand', segment: '', verdict: 'include' }),
  },
  { kind: 'bucket', label: 'A random share', blank: () => ({ kind: 'bucket', salt: 'share', from: 0, to: 50 }) },
  { kind: 'consent', label: 'What they allow', blank: () => ({ kind: 'consent', category: '' }) },
];

export function labelOf(kind: Kind): string {
  return kinds.find((one) => one.kind === kind)?.label ?? kind;
}

export const opLabels: Record<Op, string> = {
  is: 'is',
  is_not: 'is not',
  more_than: 'is more than',
  at_least: 'is at least',
  less_than: 'is less than',
  at_most: 'is at most',
  between: 'is between',
  contains: 'contains',
  contains_not: 'does not contain',
  starts_with: 'starts with',
  ends_with: 'ends with',
  has_all: 'has all of',
  exists: 'is known',
  exists_not: 'is not known',
  before: 'is before',
  after: 'is after',
  in_last: 'is in the last days',
  in_next: 'is in the next days',
};

const comparing: Op[] = ['at_least', 'at_most', 'more_than', 'less_than', 'is', 'is_not', 'between'];
const naming: Op[] = ['is', 'is_not', 'contains', 'contains_not', 'starts_with', 'ends_with'];
const knowing: Op[] = ['exists', 'exists_not'];

/** What may be asked, and whether `is` compares numbers alone, or these values alone. */
export type Asked = { ops: Op[]; isNumber?: boolean; choices?: string[] };

export const ofAmount: Asked = { ops: comparing, isNumber: true };
export const ofNumber: Asked = { ops: [...comparing, ...knowing], isNumber: true };
export const ofField: Asked = {
  ops: [...naming, ...comparing.filter((op) => !op.startsWith('is')), 'has_all', ...knowing, 'before', 'after'],
};
export const ofTrait: Asked = { ops: [...ofField.ops, 'in_last', 'in_next'] };
const ofValue: Asked = { ops: ofField.ops.filter((op) => !knowing.includes(op)) };
const ofText: Asked = { ops: [...naming, ...knowing] };
const ofMoment: Asked = { ops: ['in_last', 'before', 'after', 'in_next'] };
export const ofLevel: Asked = { ops: ['is', 'is_not', ...knowing], choices: ['HIGH', 'MEDIUM', 'LOW'] };

export const profileFields: Record<ProfileField, { label: string; asked: Asked }> = {
  country: { label: 'Country', asked: ofText },
  device_type: { label: 'Device', asked: ofText },
  platforms: { label: 'Platforms', asked: { ops: [...ofText.ops, 'has_all'] } },
  first_seen: { label: 'First seen', asked: ofMoment },
  last_seen: { label: 'Last seen', asked: ofMoment },
  events: { label: 'Events in all', asked: ofAmount },
  purchases: { label: 'Purchases in all', asked: ofAmount },
};

export const measures: Record<Measure, { label: string; looksInside: boolean; asked: Asked }> = {
  count: { label: 'How often', looksInside: false, asked: ofAmount },
  days: { label: 'On how many days', looksInside: false, asked: ofAmount },
  days_since_last: { label: 'Days since the last', looksInside: false, asked: ofAmount },
  days_since_first: { label: 'Days since the first', looksInside: false, asked: ofAmount },
  sum: { label: 'Sum of', looksInside: true, asked: ofAmount },
  mean: { label: 'Mean of', looksInside: true, asked: ofAmount },
  min: { label: 'Least of', looksInside: true, asked: ofAmount },
  max: { label: 'Most of', looksInside: true, asked: ofAmount },
  distinct: { label: 'How many different', looksInside: true, asked: ofAmount },
  first: { label: 'In the first', looksInside: true, asked: ofValue },
  last: { label: 'In the last', looksInside: true, asked: ofValue },
};

/** A way of asking with the value so far where it still fits, or a first one. */
export function asking(value: Value | undefined, op: Op, asked: Asked): Predicate {
  const fitting = (): Value | undefined => {
    if (op === 'exists' || op === 'exists_not') return undefined;
    if (op === 'between') return Array.isArray(value) && value.length === 2 ? value : [0, Number(value) || 1];
    if (op === 'has_all') return Array.isArray(value) ? value : [];
    if (op === 'before' || op === 'after') return typeof value === 'string' ? value : '';
    if (asked.choices) return asked.choices.includes(String(value)) ? value : asked.choices[0];
    const isNumeric =
      asked.isNumber || ['more_than', 'at_least', 'less_than', 'at_most'].includes(op) || op.startsWith('in_');
    if (isNumeric) return typeof value === 'number' ? value : op.startsWith('in_') ? 7 : 1;
    if (op === 'is' || op === 'is_not') return value === undefined ? '' : value;
    return typeof value === 'string' ? value : '';
  };
  const next = fitting();
  return next === undefined ? { op } : { op, value: next };
}

/** What a condition still lacks, in a sentence; undefined = it can be asked. */
export function lackOf(condition: Condition): string | undefined {
  switch (condition.kind) {
    case 'event':
      if (measures[condition.measure ?? 'count'].looksInside && !condition.of) return 'Name what of the event.';
      return lackOfEvents(condition) ?? lackOfValue(condition);
    case 'sequence':
    case 'funnel':
      return lackOfSteps([
        ...condition.steps,
        ...('then_not' in condition && condition.then_not ? [condition.then_not] : []),
      ]);
    case 'trait':
      return condition.trait === '' ? 'Name the trait.' : lackOfValue(condition);
    case 'signal':
      return condition.signal === '' ? 'Name the signal.' : lackOfValue(condition);
    case 'profile':
    case 'score':
      return lackOfValue(condition);
    case 'segment':
    case 'hand':
      return condition.segment === '' ? 'Choose the segment.' : undefined;
    case 'bucket':
      return condition.salt === '' ? 'Name the share.' : undefined;
    case 'consent':
      return condition.category === '' ? 'Name the category.' : undefined;
  }
}

function lackOfSteps(steps: Step[]): string | undefined {
  return steps.map(lackOfEvents).find((lack) => lack !== undefined);
}

function lackOfEvents({ where = [] }: EventsWish): string | undefined {
  return where
    .map((filter) => (filter.field === '' ? 'Name the field of the event.' : lackOfValue(filter)))
    .find((lack) => lack !== undefined);
}

function lackOfValue({ op, value }: Predicate): string | undefined {
  if (op === 'exists' || op === 'exists_not') return undefined;
  if (value === '' || value === undefined || (Array.isArray(value) && value.length === 0)) return 'Give a value.';
  return undefined;
}
