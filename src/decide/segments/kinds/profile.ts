// What the profile says in brief: where and on what somebody was last seen, since when they are known, how much they did.

import { type Static, Type } from 'typebox';
import {
  checkPredicate,
  comparisonOf,
  listSql,
  numberSql,
  predicateFields,
  type SqlValue,
  textSql,
  type ValueOp,
} from '../predicate.ts';
import { hearNamed, sayNamed } from '../words/person.ts';
import type { Words } from '../words/words.ts';
import type { Kind, Summary } from './kind.ts';

const texts: readonly ValueOp[] = [
  'is',
  'is_not',
  'contains',
  'contains_not',
  'starts_with',
  'ends_with',
  'exists',
  'exists_not',
];
const moments: readonly ValueOp[] = ['before', 'after', 'in_last', 'in_next'];
const numbers: readonly ValueOp[] = ['is', 'is_not', 'more_than', 'at_least', 'less_than', 'at_most', 'between'];
const moment = (column: string): SqlValue => ({
  ...numberSql(`toFloat64(toUnixTimestamp64Milli(${column}))`),
  moment: `toFloat64(toUnixTimestamp64Milli(${column}))`,
});

type ProfileField = {
  column: string;
  sentence: string;
  ops: readonly ValueOp[];
  sql: SqlValue;
  read(summary: Summary): unknown;
};

export const profileFields: Record<string, ProfileField> = {
  country: {
    column: 'country',
    sentence: 'Where they were seen last, as the events name it.',
    ops: texts,
    sql: textSql('toString(country)'),
    read: (summary) => summary.country,
  },
  device_type: {
    column: 'device_type',
    sentence: 'On what they were seen last: desktop, mobile, tablet.',
    ops: texts,
    sql: textSql('toString(device_type)'),
    read: (summary) => summary.deviceType,
  },
  platforms: {
    column: 'platforms',
    sentence: 'Every platform they were ever seen on.',
    ops: [...texts, 'has_all'],
    sql: listSql('platforms'),
    read: (summary) => (summary.platforms.length === 0 ? undefined : summary.platforms),
  },
  first_seen: {
    column: 'first_seen',
    sentence: 'When they were first seen.',
    ops: moments,
    sql: moment('first_seen'),
    read: (summary) => summary.firstSeen,
  },
  last_seen: {
    column: 'last_seen',
    sentence: 'When they were last seen.',
    ops: moments,
    sql: moment('last_seen'),
    read: (summary) => summary.lastSeen,
  },
  events: {
    column: 'events',
    sentence: 'How many events they have in all.',
    ops: numbers,
    sql: numberSql('toFloat64(events)'),
    read: (summary) => summary.events,
  },
  purchases: {
    column: 'purchases',
    sentence: 'How many purchases they made in all.',
    ops: numbers,
    sql: numberSql('toFloat64(purchases)'),
    read: (summary) => summary.purchases,
  },
};

export const ProfileSchema = Type.Object(
  {
    kind: Type.Literal('profile'),
    field: Type.Enum(Object.keys(profileFields), {
      description: Object.entries(profileFields)
        .map(([name, { sentence }]) => `${name}: ${sentence}`)
        .join(' '),
    }),
    ...predicateFields,
  },
  { additionalProperties: false, description: 'A field of the profile.' },
);
export type Profile = Static<typeof ProfileSchema>;

export const profile: Kind<Profile> = {
  kind: 'profile',
  sentence: 'A field of the profile: country, device, platforms, first and last seen, events, purchases.',
  schema: ProfileSchema,
  check(condition, at) {
    checkPredicate(condition, at, profileFields[condition.field].ops);
    return condition;
  },
  compile(condition, { zone }) {
    const field = profileFields[condition.field];
    const comparison = comparisonOf(condition, zone);
    return {
      needs: { summary: true },
      lists: [],
      reading: (at) => ({ from: 'profiles', columns: [field.column], truth: comparison.sql(field.sql, at) }),
      evaluate: (person, at) => comparison.test(field.read(person.summary), at),
      next: (person, at) => comparison.next(field.read(person.summary), at),
    };
  },
  say: (condition) => sayNamed('their', condition.field, condition),
  hear: (words) => words.attempt(() => hearFrom(words)) ?? hearTheir(words),
};

function hearTheir(words: Words): Profile | undefined {
  const heard = hearNamed(words, 'their', 'a field of the profile');
  if (heard === undefined) return undefined;
  const { name, ...predicate } = heard;
  if (!Object.hasOwn(profileFields, name)) words.fail(`one of ${Object.keys(profileFields).join(', ')}`);
  return { kind: 'profile', field: name, ...predicate };
}

/** "are from DE", "live in "New Zealand"" */
function hearFrom(words: Words): Profile | undefined {
  if (!words.takeOne(['are from', 'is from', 'come from', 'live in', 'lives in'])) return undefined;
  return { kind: 'profile', field: 'country', op: 'is', value: words.needName('a country') };
}
