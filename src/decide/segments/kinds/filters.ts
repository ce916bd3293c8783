// What conditions on events share: which events, by name and by what stands in them, and the list of a person's events
// that the live side keeps for it.

import { type Static, Type } from 'typebox';
import { canonicalEvent } from '../../../collect/index.ts';
import { fieldOf, type RowReader } from '../fields.ts';
import { checkPredicate, comparisonOf, predicateFields, type ValueOp } from '../predicate.ts';
import type { Zone } from '../zone.ts';
import type { ListWish } from './kind.ts';

const closed = { additionalProperties: false };

export const FilterSchema = Type.Object(
  {
    field: Type.String({
      minLength: 1,
      maxLength: 300,
      description: 'A column such as revenue, or a path such as properties.colour.',
    }),
    ...predicateFields,
  },
  closed,
);
export type Filter = Static<typeof FilterSchema>;

const eventName = Type.String({ minLength: 1, maxLength: 200 });
/** `event` and `where`, as every kind that looks at events has them. */
export const eventFields = {
  event: Type.Optional(
    Type.Union([eventName, Type.Array(eventName, { minItems: 1, maxItems: 100 })], {
      description: 'An event, or several of which any counts; absent = any event at all.',
    }),
  ),
  where: Type.Optional(
    Type.Array(FilterSchema, { minItems: 1, maxItems: 20, description: 'All of these hold of the event.' }),
  ),
};
const eventsSchema = Type.Object(eventFields);
export type EventsWish = Static<typeof eventsSchema>;

/** Words that depend on the moment can't be asked of an event: its window says when. */
const ofEvents: readonly ValueOp[] = [
  ...([
    'is',
    'is_not',
    'more_than',
    'at_least',
    'less_than',
    'at_most',
    'between',
    'contains',
    'contains_not',
  ] as const),
  ...(['starts_with', 'ends_with', 'has_all', 'exists', 'exists_not', 'before', 'after'] as const),
];

/** Checks and brings to one form: canonical names, one as a text, several sorted. */
export function checkEvents<T extends EventsWish>(wish: T, at: string): T {
  for (const [i, filter] of (wish.where ?? []).entries()) {
    fieldOf(filter.field, `${at}.where[${i}].field`);
    checkPredicate(filter, `${at}.where[${i}]`, ofEvents);
  }
  if (wish.event === undefined) return wish;
  const names = [...new Set([wish.event].flat().map(canonicalEvent))].sort();
  return { ...wish, event: names.length === 1 ? names[0] : names };
}

export type Chosen = {
  events: readonly string[] | undefined;
  /** Columns of `events` that the filters read. */
  columns: readonly string[];
  /** The filters as a condition on a row of `events`; '' = none. */
  sql: string;
  test(reader: RowReader): boolean;
};

export function chosenBy({ event, where = [] }: EventsWish, zone: Zone): Chosen {
  const filters = where.map((filter) => {
    const field = fieldOf(filter.field, 'where');
    const comparison = comparisonOf(filter, zone);
    return {
      field,
      sql: comparison.sql(field.sql, 0),
      test: (reader: RowReader) => comparison.test(field.read(reader), 0),
    };
  });
  return {
    events: event === undefined ? undefined : [event].flat(),
    columns: [...new Set(filters.map(({ field }) => field.column))],
    sql: filters.map(({ sql }) => `(${sql})`).join(' AND '),
    test: (reader) => filters.every(({ test }) => test(reader)),
  };
}

/** The list of such events, with something of each. */
export function wishFor(
  wish: EventsWish,
  chosen: Chosen,
  reachMs: number,
  kept?: { name: string; columns: readonly string[]; value(reader: RowReader): unknown },
): ListWish {
  return {
    key: JSON.stringify([chosen.events ?? '*', wish.where ?? [], kept?.name ?? '']),
    events: chosen.events,
    columns: [...new Set([...chosen.columns, ...(kept?.columns ?? [])])],
    keeps: chosen.test,
    value: kept?.value,
    reachMs,
  };
}
