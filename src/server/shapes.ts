// Pieces of response schemas that every route file uses.

import { type TSchema, Type } from 'typebox';

/** A moment: ISO 8601 in UTC. Handlers give Dates. */
export const Moment = Type.Unsafe<Date | string>({ type: 'string', format: 'date-time' });

/** A day: YYYY-MM-DD. */
export const Day = Type.String({ format: 'date' });

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Level = Type.Enum(['HIGH', 'MEDIUM', 'LOW']);

export const Interval = Type.Tuple([Type.Number(), Type.Number()]);

/** ISO 4217; null while it is not known. */
export const Currency = Nullable(Type.String({ pattern: '^[A-Z]{3}$' }));

/** Purchases that are in no sum, for they were sent in another currency than the workspace's. */
export const OtherCurrencies = Type.Array(
  Type.Object({ currency: Type.String(), purchases: Type.Integer(), revenue: Type.Number() }),
  { description: 'Purchases in other currencies, which are in no sum.' },
);

/** A signal that moves somebody's score, and by how much. */
export const Reason = Type.Object({
  signal: Type.String(),
  sentence: Type.String({ description: 'In plain words, with the person as its subject.' }),
  value: Nullable(Type.Number()),
  contribution: Type.Number({ description: 'Log-odds that the signal adds or takes.' }),
  direction: Type.Enum(['raises', 'lowers']),
});

/** Whether a list has programs in it: crawlers, and what behaves like one. */
export const Bots = Type.Enum(['without', 'with', 'only'], {
  default: 'without',
  description: 'Whether programs are in it: crawlers, and what behaves like one.',
});

/** How a score has moved. */
export const ScoreChange = Type.Object(
  {
    since: Moment,
    points: Type.Integer(),
    rapid: Nullable(Type.Enum(['RISING', 'FALLING'])),
  },
  {
    description: 'Against the earliest scoring of the seven days before; rapid is a move of 20 points or more in them.',
  },
);
