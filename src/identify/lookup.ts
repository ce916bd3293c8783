// Finding a person by any of their identifiers, and showing what holds their identifiers together.

import { emailHashOf, phoneHashOf } from '../collect/index.ts';
import type { Store } from '../store/index.ts';
import { fromClickHouseTime } from '../time.ts';
import type { Method } from './evidence.ts';
import { membersOf, profilesOf } from './members.ts';
import { fromHexId, nodeOf } from './node.ts';
import { within } from './people.ts';

export type Identity = {
  nodes: { identifier: string; type: 'user id' | 'anonymous id' | 'e-mail hash' | 'phone hash'; firstSeenAt: Date }[];
  evidence: {
    at: Date;
    from: string;
    to: string;
    method: Method;
    confidence: number;
    messageId: string;
    /** The link ended here. */
    revoked: boolean;
  }[];
};

const types = { u: 'user id', a: 'anonymous id', e: 'e-mail hash', p: 'phone hash' } as const;

/**
 * The profile behind a user id, an anonymous id, a profile id (16 hex digits), an e-mail address or phone number or
 * their SHA-256; the first of these that is known. undefined when none is.
 */
export async function findProfile({ facts }: Store, workspace: string, text: string): Promise<bigint | undefined> {
  const [email, phone] = [emailHashOf(text), phoneHashOf(text)];
  const candidates = [`u:${text}`, `a:${text}`, email && `e:${email}`, phone && `p:${phone}`]
    .filter(Boolean)
    .map(nodeOf);
  const asId = fromHexId(text);
  if (asId !== undefined) candidates.push(asId);
  const here = 'workspace = {workspace:String}';
  const known = await facts.rows<{ node: string }>(
    `SELECT DISTINCT node FROM events WHERE ${here} AND ${within('node', candidates)}
     UNION DISTINCT SELECT node_a FROM identity_evidence WHERE ${here} AND ${within('node_a', candidates)}
     UNION DISTINCT SELECT node_b FROM identity_evidence WHERE ${here} AND ${within('node_b', candidates)}`,
    { workspace },
  );
  const nodes = new Set(known.map((row) => BigInt(row.node)));
  const found = candidates.find((node) => nodes.has(node));
  return found === undefined ? undefined : (await profilesOf(facts, workspace, [found])).get(found);
}

/** The identifiers of a profile, the oldest first, and the evidence among them in order of time. */
export async function identityOf({ facts }: Store, workspace: string, profile: bigint): Promise<Identity> {
  const members = await membersOf(facts, workspace, [profile]);
  const list = members.join(', ');
  // The other reading of an alias' previous id (see evidence.ts) has neither events nor other evidence: not shown.
  const nodes = await facts.rows<{ identifier: string; first_at: string }>(
    `SELECT identifier, min(at) AS first_at FROM (
       SELECT anchor AS identifier, at FROM events WHERE workspace = {workspace:String} AND node IN (${list})
       UNION ALL SELECT identifier_a, at FROM identity_evidence WHERE workspace = {workspace:String} AND node_a IN (${list})
       UNION ALL SELECT identifier_b, at FROM identity_evidence
         WHERE workspace = {workspace:String} AND node_b IN (${list}) AND method != 'alias')
     GROUP BY identifier ORDER BY first_at, identifier`,
    { workspace },
  );
  const evidence = await facts.rows<{
    at: string;
    identifier_a: string;
    identifier_b: string;
    method: Method;
    confidence: number;
    message_id: string;
    revoked: number;
  }>(
    `SELECT at, identifier_a, identifier_b, method, confidence, message_id, revoked FROM identity_evidence FINAL
     WHERE workspace = {workspace:String} AND node_a IN (${list}) AND node_b IN (${list}) ORDER BY at, method, identifier_b`,
    { workspace },
  );
  const shown = new Set(nodes.map((node) => node.identifier));
  return {
    nodes: nodes.map(({ identifier, first_at }) => ({
      identifier: identifier.slice(2),
      type: types[identifier[0] as keyof typeof types],
      firstSeenAt: fromClickHouseTime(first_at),
    })),
    evidence: evidence
      .filter((row) => shown.has(row.identifier_b))
      .map((row) => ({
        at: fromClickHouseTime(row.at),
        from: row.identifier_a.slice(2),
        to: row.identifier_b.slice(2),
        method: row.method,
        confidence: row.confidence,
        messageId: row.message_id,
        revoked: row.revoked === 1,
      })),
  };
}
