// The JSON of a number over events.

import { type Static, Type } from 'typebox';
import { predicateFields } from '../../predicate.ts';
import { WindowSchema } from '../../window.ts';
import { eventFields } from '../filters.ts';

export const measures = [
  ...['count', 'sum', 'min', 'max', 'mean', 'distinct', 'days'],
  ...['first', 'last', 'days_since_first', 'days_since_last'],
] as const;
export type MeasureName = (typeof measures)[number];

/** Those that look at something of the event. */
export const lookInside: ReadonlySet<MeasureName> = new Set(['sum', 'min', 'max', 'mean', 'distinct', 'first', 'last']);

export const AggregateSchema = Type.Object(
  {
    kind: Type.Literal('event'),
    ...eventFields,
    measure: Type.Optional(
      Type.Enum([...measures], {
        default: 'count',
        description:
          'count; sum, min, max or mean of a number; distinct values; days = different days (of the workspace); first or last value; days since the first or last.',
      }),
    ),
    of: Type.Optional(
      Type.String({ minLength: 1, maxLength: 300, description: 'What of the event: revenue, properties.colour.' }),
    ),
    ...predicateFields,
    window: Type.Optional(WindowSchema),
  },
  { additionalProperties: false, description: 'A number over events, or something of the first or last of them.' },
);
export type Aggregate = Static<typeof AggregateSchema>;
