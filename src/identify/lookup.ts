// Finding a person by any of their identifiers, and showing what holds their identifiers together.

import { hashEmail, hashPhone, hiddenId } from '../collect/index.ts';
import { type Personal, readPersonal } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { fromClickHouseTime } from '../time.ts';
import type { Method } from './evidence.ts';
import { membersOf, profilesOf } from './members.ts';
import { fromHexId, nodeOf } from './node.ts';
import { within } from './people.ts';
import { idWithin, typeOf } from './rules.ts';

export type IdentityNode = {
  identifier: string;
  type: string;
  /** With its type in front, such as `u:42`. */
  whole: string;
  firstSeenAt: Date;
};

export type IdentityEvidence = {
  at: Date;
  from: string;
  to: string;
  /** The identifiers whole, as the API takes them back. */
  a: string;
  b: string;
  method: Method;
  confidence: number;
  messageId: string;
  /** JSON of who said so and why, or of how a match was weighed; '' = none. */
  detail: string;
  /** The link ended here. */
  revoked: boolean;
};

export type Identity = { nodes: IdentityNode[]; evidence: IdentityEvidence[] };

const typeNames: Record<string, string> = {
  user: 'user id',
  anonymous: 'anonymous id',
  email: 'e-mail hash',
  phone: 'phone hash',
  device: 'device',
};

/** The type of an identifier in words; a custom one by its own name. */
export function typeName(identifier: string): string {
  const type = typeOf(identifier);
  return typeNames[type] ?? type;
}

/** The identifiers that a text may stand for, the likeliest first. */
export async function readingsOf(store: Store, workspace: string, text: string): Promise<string[]> {
  return readingsIn(await readPersonal(store, workspace), text);
}

function readingsIn(personal: Personal, text: string): string[] {
  const { pepper } = personal;
  const hidden = hiddenId(text, personal);
  const ids = [`u:${text}`, `a:${text}`];
  if (hidden !== text) ids.push(`u:${hidden}`, `a:${hidden}`);
  const [email, phone] = [hashEmail(text, { pepper }), hashPhone(text, { pepper })];
  for (const hash of [email?.hash, ...(email?.also ?? [])]) if (hash) ids.push(`e:${hash}`);
  if (phone?.hash) ids.push(`p:${phone.hash}`);
  // A hash as Inkling keeps it, or an identifier as the API writes it.
  ids.push(`e:${text}`, `p:${text}`, `d:${text}`);
  if (/^(?:[uaepd]:|x:[a-z][a-z0-9_.-]*:)/.test(text)) ids.push(text);
  else if (/^[a-z][a-z0-9_.-]*:./.test(text)) ids.push(`x:${text}`);
  return ids;
}

/**
 * The profile behind a user id, an anonymous id, a profile id (16 hex digits), an e-mail address or phone number or
 * a hash of it, a device, or an id of another system (`crm:4711`); the first of these that is known. undefined when
 * none is.
 */
export async function findProfile(store: Store, workspace: string, text: string): Promise<bigint | undefined> {
  return (await findProfiles(store, workspace, [text])).get(text);
}

/** The same of many texts; those that nobody has are left out. */
export async function findProfiles(
  store: Store,
  workspace: string,
  texts: readonly string[],
): Promise<Map<string, bigint>> {
  const { facts } = store;
  const personal = await readPersonal(store, workspace);
  const candidates = new Map(
    texts.map((text) => {
      const asId = fromHexId(text);
      return [text, [...readingsIn(personal, text).map(nodeOf), ...(asId === undefined ? [] : [asId])]];
    }),
  );
  const all = [...candidates.values()].flat();
  const here = 'workspace = {workspace:String}';
  const known = await facts.rows<{ node: string }>(
    `SELECT DISTINCT node FROM events WHERE ${here} AND ${within('node', all)}
     UNION DISTINCT SELECT node_a FROM identity_evidence WHERE ${here} AND ${within('node_a', all)}
     UNION DISTINCT SELECT node_b FROM identity_evidence
       WHERE ${here} AND ${within('node_b', all)} AND method != 'alias'`,
    { workspace },
  );
  const nodes = new Set(known.map((row) => BigInt(row.node)));
  const found = new Map<string, bigint>();
  for (const [text, own] of candidates) {
    const first = own.find((node) => nodes.has(node));
    if (first !== undefined) found.set(text, first);
  }
  if (found.size === 0) return found;
  const profiles = await profilesOf(facts, workspace, [...new Set(found.values())]);
  return new Map([...found].map(([text, node]) => [text, profiles.get(node) ?? node]));
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
    detail: string;
    revoked: number;
  }>(
    `SELECT at, identifier_a, identifier_b, method, confidence, message_id, detail, revoked FROM identity_evidence FINAL
     WHERE workspace = {workspace:String} AND node_a IN (${list}) AND node_b IN (${list}) ORDER BY at, method, identifier_b`,
    { workspace },
  );
  const shown = new Set(nodes.map((node) => node.identifier));
  return {
    nodes: nodes.map(({ identifier, first_at }) => ({
      identifier: idWithin(identifier),
      type: typeName(identifier),
      whole: identifier,
      firstSeenAt: fromClickHouseTime(first_at),
    })),
    evidence: evidence
      .filter((row) => shown.has(row.identifier_b))
      .map((row) => ({
        at: fromClickHouseTime(row.at),
        from: idWithin(row.identifier_a),
        to: idWithin(row.identifier_b),
        a: row.identifier_a,
        b: row.identifier_b,
        method: row.method,
        confidence: row.confidence,
        messageId: row.message_id,
        detail: row.detail,
        revoked: row.revoked === 1,
      })),
  };
}
