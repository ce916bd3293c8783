// A computed signal of features/: what models learn from can be asked of people as well. Signals change with every event
// and, being ages and windows, with time; they are looked at anew every quarter of an hour.

import { type Static, Type } from 'typebox';
import { MINUTE_MS } from '../../../time.ts';
import { checkPredicate, comparisonOf, numberSql, predicateFields, type ValueOp } from '../predicate.ts';
import { hearNamed, sayNamed } from '../words/person.ts';
import type { Kind } from './kind.ts';

const ops: readonly ValueOp[] = [
  'is',
  'is_not',
  'more_than',
  'at_least',
  'less_than',
  'at_most',
  'between',
  'exists',
  'exists_not',
];
export const SIGNALS_LOOKED_AT_MS = 15 * MINUTE_MS;

export const SignalSchema = Type.Object(
  {
    kind: Type.Literal('signal'),
    signal: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'A name of docs/reference/signals.md, such as orders_30d.',
    }),
    ...predicateFields,
  },
  { additionalProperties: false, description: 'A computed signal.' },
);
export type SignalCondition = Static<typeof SignalSchema>;

export const signal: Kind<SignalCondition> = {
  kind: 'signal',
  sentence: 'A computed signal, as models know it.',
  schema: SignalSchema,
  check(condition, at) {
    checkPredicate(condition, at, ops);
    return condition;
  },
  compile(condition, how) {
    const looked = how.signal(condition.signal);
    const comparison = comparisonOf(condition, how.zone);
    // NaN is unknown, and a signal that is unknown does not exist.
    const asValue = (value: number) => (Number.isNaN(value) ? undefined : value);
    return {
      needs: { signal: looked },
      lists: [],
      reading: (at) => ({
        from: 'signals',
        signal: looked,
        truth: (value) => {
          const number = `toFloat64(${value})`;
          return comparison.sql({ ...numberSql(number), exists: `NOT isNaN(${number})` }, at);
        },
      }),
      evaluate: (person, at) => comparison.test(asValue(Math.fround(person.signal(looked, at))), at),
      next: (_, at) => (Math.floor(at / SIGNALS_LOOKED_AT_MS) + 1) * SIGNALS_LOOKED_AT_MS,
    };
  },
  say: (condition) => sayNamed('signal', condition.signal, condition),
  hear: (words) => {
    const heard = hearNamed(words, 'signal', 'a signal');
    if (heard === undefined) return undefined;
    const { name, ...predicate } = heard;
    return { kind: 'signal', signal: name, ...predicate };
  },
};
