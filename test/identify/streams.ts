// Made-up identifications for the tests: rows of `events`, and random streams of them in strict order of time.

import { createHash } from 'node:crypto';
import { createRandom } from '../../src/math/index.ts';
import { toClickHouseTime } from '../../src/time.ts';

export type Row = {
  workspace: string;
  message_id: string;
  type: string;
  event: string;
  at: string;
  received_at: string;
  anonymous_id: string;
  user_id: string;
  email_hash: string;
  phone_hash: string;
  previous_id: string;
  external_ids: string[];
  anchor: string;
};

export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

let messages = 0;

/** One row; the anchor is the first identifier present. */
export function row(workspace: string, at: string | number, fields: Partial<Row> & Record<string, unknown>): Row {
  const full = {
    workspace,
    message_id: `m${String(messages++).padStart(9, '0')}`,
    type: 'track',
    event: 'page_view',
    at: toClickHouseTime(new Date(at)),
    received_at: toClickHouseTime(new Date(at)),
    anonymous_id: '',
    user_id: '',
    email_hash: '',
    phone_hash: '',
    previous_id: '',
    external_ids: [] as string[],
    ...fields,
  };
  const { user_id, anonymous_id, email_hash, phone_hash } = full;
  const anchor = user_id
    ? `u:${user_id}`
    : anonymous_id
      ? `a:${anonymous_id}`
      : email_hash
        ? `e:${email_hash}`
        : `p:${phone_hash}`;
  return { ...full, anchor };
}

/** Few people with many ids, so that nearly every rule comes into play. */
export function randomStream(workspace: string, options: { events: number; seed: number }): Row[] {
  const random = createRandom(options.seed);
  const maybe = (share: number, make: () => string) => (random.uniform() < share ? make() : '');
  let at = Date.UTC(2024, 0, 1);
  return Array.from({ length: options.events }, () => {
    at += 1 + random.int(3_600_000);
    const user = maybe(0.5, () => `user-${random.int(12)}`);
    const anonymous = maybe(user ? 0.6 : 1, () => `browser-${random.int(25)}`);
    const alias = user !== '' && random.uniform() < 0.05;
    return row(workspace, at, {
      type: alias ? 'alias' : 'track',
      user_id: user,
      anonymous_id: anonymous,
      previous_id: alias ? (random.uniform() < 0.5 ? `browser-${random.int(25)}` : `user-${random.int(12)}`) : '',
      email_hash: maybe(0.1, () => hashOf(`mail-${random.int(9) < 3 ? 0 : random.int(9)}`)),
      phone_hash: maybe(0.05, () => hashOf(`phone-${random.int(6)}`)),
      external_ids: [maybe(0.1, () => `x:crm:${random.int(9)}`), maybe(0.1, () => `d:device-${random.int(9)}`)].filter(
        Boolean,
      ),
    });
  });
}
