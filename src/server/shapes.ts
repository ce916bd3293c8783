// Pieces of response schemas that every route file uses.

import { type TSchema, Type } from 'typebox';

/** A moment: ISO 8601 in UTC. Handlers give Dates. */
export const Moment = Type.Unsafe<Date | string>({ type: 'string', format: 'date-time' });

/** A day: YYYY-MM-DD. */
export const Day = Type.String({ format: 'date' });

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Level = Type.Enum(['HIGH', 'MEDIUM', 'LOW']);

export const Interval = Type.Tuple([Type.Number(), Type.Number()]);
