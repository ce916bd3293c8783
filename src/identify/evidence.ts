// Why two identifiers belong to one person, read from the events by SQL. Each row is a fact that stays: the first
// time a pair was seen together. Which facts lead to a link is decided in links.ts, in the order of time.

import { createHash } from 'node:crypto';

export const methods = ['login', 'alias', 'email', 'phone'] as const;
export type Method = (typeof methods)[number];

/** Ids that systems send when they know none; they would weld strangers together. Compared in lower case. */
export const blockedIds: readonly string[] = [
  ...['null', 'undefined', 'none', 'nil', 'nan', 'n/a', 'na', '(null)', '(none)', 'unknown', 'anonymous', 'guest'],
  ...['test', 'true', 'false', '0', '-1', '00000000-0000-0000-0000-000000000000', '[object object]', 'not set'],
];

const blockedAddresses = ['test@test.com', 'test@example.com', 'no@email.com', 'none@none.com', 'noreply@example.com'];

/** SHA-256 of nothing and of addresses that are typed to get past a form. */
export const blockedHashes: readonly string[] = ['', ...blockedAddresses].map((address) =>
  createHash('sha256').update(address).digest('hex'),
);

/** True for ids that stand for "not known". Zeros of any length count. */
export function isBlockedId(id: string): boolean {
  return id === '' || blockedIds.includes(id.toLowerCase()) || /^0+$/.test(id);
}

export type Pair = { a: string; b: string; method: Method };

/** The pairs of identifiers that one event shows together; the same rule as evidenceSql, for one row. */
export function pairsOf(event: {
  type: string;
  anchor: string;
  user_id: string;
  anonymous_id: string;
  previous_id: string;
  email_hash: string;
  phone_hash: string;
}): Pair[] {
  const { type, anchor, user_id, anonymous_id, previous_id, email_hash, phone_hash } = event;
  const pairs: Pair[] = [];
  const user = !isBlockedId(user_id);
  if (user && !isBlockedId(anonymous_id)) pairs.push({ a: `u:${user_id}`, b: `a:${anonymous_id}`, method: 'login' });
  const carried = !isBlockedId(anchor.slice(2));
  if (type === 'alias' && carried && !isBlockedId(previous_id)) {
    for (const kind of ['a', 'u']) {
      if (`${kind}:${previous_id}` !== anchor) pairs.push({ a: anchor, b: `${kind}:${previous_id}`, method: 'alias' });
    }
  }
  if (carried && email_hash !== '' && !blockedHashes.includes(email_hash) && !anchor.startsWith('e:')) {
    pairs.push({ a: anchor, b: `e:${email_hash}`, method: 'email' });
  }
  if (carried && phone_hash !== '' && !blockedHashes.includes(phone_hash) && !anchor.startsWith('p:')) {
    pairs.push({ a: anchor, b: `p:${phone_hash}`, method: 'phone' });
  }
  return pairs;
}

/** One statement per method: the first moment of every pair that is not known yet. Binds {workspace:String}, {now:String}. */
export function evidenceSql(method: Method): string {
  const { pairs, where } = sources[method];
  return `INSERT INTO identity_evidence
      (workspace, at, node_a, node_b, identifier_a, identifier_b, method, confidence, message_id, revoked, recorded_at)
    SELECT {workspace:String}, first_at, a_node, b_node, a, b, '${method}', 1, first_message, 0, {now:String}
    FROM (
      SELECT a, b, cityHash64(a) AS a_node, cityHash64(b) AS b_node, min(at) AS first_at,
        argMin(message_id, (at, message_id)) AS first_message
      FROM (SELECT at, message_id, ${pairs} FROM events WHERE workspace = {workspace:String} AND ${where})
      WHERE a != b
      GROUP BY a, b)
    WHERE (a_node, b_node, first_at) NOT IN (
      SELECT node_a, node_b, at FROM identity_evidence WHERE workspace = {workspace:String} AND method = '${method}')`;
}

const usable = (id: string) => `${id} != '' AND lower(${id}) NOT IN (${list(blockedIds)}) AND NOT match(${id}, '^0+$')`;
const usableHash = (hash: string) => `${hash} != '' AND ${hash} NOT IN (${list(blockedHashes)})`;
const carrier = usable('substring(anchor, 3)');

const sources: Record<Method, { pairs: string; where: string }> = {
  login: {
    pairs: `concat('u:', user_id) AS a, concat('a:', anonymous_id) AS b`,
    where: `${usable('user_id')} AND ${usable('anonymous_id')}`,
  },
  alias: {
    // A previous id may have been anonymous or a user's; the one it was not has no events, so both can be named.
    pairs: `anchor AS a, arrayJoin([concat('a:', previous_id), concat('u:', previous_id)]) AS b`,
    where: `type = 'alias' AND ${carrier} AND ${usable('previous_id')}`,
  },
  email: {
    pairs: `anchor AS a, concat('e:', email_hash) AS b`,
    where: `${usableHash('email_hash')} AND ${carrier} AND NOT startsWith(anchor, 'e:')`,
  },
  phone: {
    pairs: `anchor AS a, concat('p:', phone_hash) AS b`,
    where: `${usableHash('phone_hash')} AND ${carrier} AND NOT startsWith(anchor, 'p:')`,
  },
};

function list(texts: readonly string[]): string {
  return texts.map((text) => `'${text.replaceAll("'", "\\'")}'`).join(', ');
}
