// Why two identifiers belong to one person, read from the events by SQL. Each row is a fact that stays: the first
// time a pair was seen together. Which facts lead to a link is decided in links.ts, in the order of time. Placeholders
// for ids are looked for here too, since rows may come by other ways than the intake.

import { isPlaceholder, placeholderHashes, placeholderIds, ZEROS } from '../collect/index.ts';

/** In the order in which they link at one moment, for types of the same priority. */
export const methods = [
  ...(['apart', 'person', 'alias', 'login', 'external', 'email', 'phone', 'device', 'probabilistic'] as const),
];
export type Method = (typeof methods)[number];

/** Those that are read from events. */
export const carriedMethods = ['login', 'alias', 'external', 'email', 'phone', 'device'] as const;
export type CarriedMethod = (typeof carriedMethods)[number];

export type Pair = { a: string; b: string; method: Method };

/** The columns of an event that say who it was. */
export type IdentifyingRow = {
  type: string;
  anchor: string;
  user_id: string;
  anonymous_id: string;
  previous_id: string;
  email_hash: string;
  phone_hash: string;
  /** Further identifiers, whole: `x:crm:4711`, `d:…` for a device, `e:…` for another hash of the address. */
  external_ids?: readonly string[];
};

/** The pairs of identifiers that one event shows together; the same rule as evidenceSql, for one row. */
export function pairsOf(event: IdentifyingRow): Pair[] {
  const { type, anchor, user_id, anonymous_id, previous_id, email_hash, phone_hash, external_ids } = event;
  const pairs: Pair[] = [];
  const user = !isPlaceholder(user_id);
  if (user && !isPlaceholder(anonymous_id)) pairs.push({ a: `u:${user_id}`, b: `a:${anonymous_id}`, method: 'login' });
  if (isPlaceholder(anchor.slice(2))) return pairs;
  if (type === 'alias' && !isPlaceholder(previous_id)) {
    for (const kind of ['a', 'u']) {
      if (`${kind}:${previous_id}` !== anchor) pairs.push({ a: anchor, b: `${kind}:${previous_id}`, method: 'alias' });
    }
  }
  if (email_hash !== '' && !placeholderHashes.has(email_hash) && !anchor.startsWith('e:')) {
    pairs.push({ a: anchor, b: `e:${email_hash}`, method: 'email' });
  }
  if (phone_hash !== '' && !placeholderHashes.has(phone_hash) && !anchor.startsWith('p:')) {
    pairs.push({ a: anchor, b: `p:${phone_hash}`, method: 'phone' });
  }
  for (const id of external_ids ?? []) {
    const method = methodsByLetter[id[0]];
    if (method !== undefined && id !== anchor) pairs.push({ a: anchor, b: id, method });
  }
  return pairs;
}

const methodsByLetter: Record<string, Method> = { x: 'external', d: 'device', e: 'email', p: 'phone' };

/** One statement per method: the first moment of every pair that is not known yet. Binds {workspace:String}, {now:String}. */
export function evidenceSql(method: CarriedMethod): string {
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

const usable = (id: string) =>
  `lower(trimBoth(${id})) NOT IN (${list(['', ...placeholderIds])}) AND NOT match(${id}, '${ZEROS}')`;
const usableHash = (hash: string) => `${hash} != '' AND ${hash} NOT IN (${list([...placeholderHashes])})`;
const carrier = usable('substring(anchor, 3)');
const others = (letter: string) => `arrayFilter(id -> startsWith(id, '${letter}:'), external_ids)`;

/** An address or number by its column, and by further hashes of it. */
function contactSource(letter: 'e' | 'p', column: string): { pairs: string; where: string } {
  const known = `if(${usableHash(column)} AND NOT startsWith(anchor, '${letter}:'), [concat('${letter}:', ${column})], [])`;
  return {
    pairs: `anchor AS a, arrayJoin(arrayConcat(${known}, ${others(letter)})) AS b`,
    where: `(${column} != '' OR notEmpty(external_ids)) AND ${carrier}`,
  };
}

function furtherSource(letter: 'x' | 'd'): { pairs: string; where: string } {
  return {
    pairs: `anchor AS a, arrayJoin(${others(letter)}) AS b`,
    where: `notEmpty(external_ids) AND ${carrier}`,
  };
}

const sources: Record<CarriedMethod, { pairs: string; where: string }> = {
  login: {
    pairs: `concat('u:', user_id) AS a, concat('a:', anonymous_id) AS b`,
    where: `${usable('user_id')} AND ${usable('anonymous_id')}`,
  },
  alias: {
    // A previous id may have been anonymous or a user's; the one it was not has no events, so both can be named.
    pairs: `anchor AS a, arrayJoin([concat('a:', previous_id), concat('u:', previous_id)]) AS b`,
    where: `type = 'alias' AND ${carrier} AND ${usable('previous_id')}`,
  },
  external: furtherSource('x'),
  email: contactSource('e', 'email_hash'),
  phone: contactSource('p', 'phone_hash'),
  device: furtherSource('d'),
};

function list(texts: readonly string[]): string {
  return texts.map((text) => `'${text.replaceAll("'", "\\'")}'`).join(', ');
}
