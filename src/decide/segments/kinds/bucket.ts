// A random share that needs no memory: a hash of the profile and a salt, so that the same salt always draws the same people.

import { type Static, Type } from 'typebox';
import { InklingError } from '../../../errors.ts';
import { nodeOf, toHexId } from '../../../identify/index.ts';
import { quote } from '../../../store/index.ts';
import { nameInWords } from '../words/words.ts';
import type { Kind } from './kind.ts';

const BUCKETS = 1_000_000;
const percent = Type.Number({ minimum: 0, maximum: 100 });

export const BucketSchema = Type.Object(
  {
    kind: Type.Literal('bucket'),
    salt: Type.String({ minLength: 1, maxLength: 200, description: 'Another salt draws others.' }),
    from: percent,
    to: percent,
  },
  { additionalProperties: false, description: 'A random share: from (inclusive) to (exclusive) percent.' },
);
export type Bucket = Static<typeof BucketSchema>;

export const bucket: Kind<Bucket> = {
  kind: 'bucket',
  sentence: 'A random share of people, drawn by a hash of the person and a salt.',
  schema: BucketSchema,
  check(condition, at) {
    if (condition.from < condition.to) return condition;
    throw new InklingError('invalid_input', `From ${condition.from} to ${condition.to} percent is nobody.`, {
      field: `${at}.to`,
      value: condition.to,
      hint: 'Let `to` be above `from`.',
    });
  },
  compile({ salt, from, to }) {
    const [low, high] = [from, to].map((share) => Math.round((share / 100) * BUCKETS));
    const prefix = `${salt}:`;
    const place = `cityHash64(concat(${quote(prefix)}, leftPad(lower(hex(profile)), 16, '0'))) % ${BUCKETS}`;
    return {
      needs: {},
      lists: [],
      reading: () => ({ from: 'id', truth: `(${place} >= ${low} AND ${place} < ${high})` }),
      evaluate: ({ profile }) => {
        const drawn = Number(nodeOf(prefix + toHexId(profile)) % BigInt(BUCKETS));
        return drawn >= low && drawn < high;
      },
      next: () => Infinity,
    };
  },
  say: ({ salt, from, to }) => `in the random share from ${from} to ${to} percent of ${nameInWords(salt)}`,
  hear: (words) => {
    words.takeOne(['are', 'is']);
    if (!words.take('in the random share from')) return undefined;
    const from = words.needNumber();
    words.need('to');
    const to = words.needNumber();
    words.need('percent of');
    return { kind: 'bucket', salt: words.needName('a salt'), from, to };
  },
};
