// Pairs that wait for a person: matches that are likely but not certain, and links that a limit stopped. What is decided
// becomes a ruling and is asked no more.

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import type { Stopped } from './links.ts';
import { nodeOf, toHexId } from './node.ts';
import { within } from './people.ts';
import type { By, Ruling } from './ruling.ts';

export type ReviewKind = 'match' | 'limit';
export type ReviewStatus = 'waiting' | 'accepted' | 'refused';

export type Review = {
  id: string;
  a: string;
  b: string;
  kind: ReviewKind;
  /** That they are one; 0.5 where a limit stopped what evidence would have linked. */
  probability: number;
  explanation: Record<string, unknown>;
  at: Date;
  status: ReviewStatus;
};

export type NewReview = Omit<Review, 'id' | 'status'>;

/** Types whose limits are worth a question; browsers and devices come and go. */
const notAsked = new Set(['anonymous', 'device']);
const CONFLICTS_AT_MOST = 1000;

/** The same whichever of the two is named first. */
export function reviewId(a: string, b: string): string {
  const [x, y] = [nodeOf(a), nodeOf(b)].sort((p, q) => (p < q ? -1 : 1));
  return `${toHexId(x)}-${toHexId(y)}`;
}

/** Keeps pairs for review; one that waits already is told anew, one that was decided is left alone. */
export async function keepReviews(
  { state }: Store,
  workspace: string,
  reviews: readonly NewReview[],
  now: Date,
): Promise<void> {
  for (let from = 0; from < reviews.length; from += 500) {
    const rows = reviews.slice(from, from + 500).map((review) => ({ ...review, id: reviewId(review.a, review.b) }));
    const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
    await state.query(
      `INSERT INTO identity_reviews (workspace, id, identifier_a, identifier_b, kind, probability, explanation, at, status, created_at)
       SELECT w.id, r.id, r.a, r.b, r.kind, r.probability, r.explanation, r.at, 'waiting', $3
       FROM jsonb_to_recordset($2::jsonb) AS r(id text, a text, b text, kind text, probability double precision, explanation jsonb, at timestamptz)
       JOIN workspaces w ON w.id = $1
       ON CONFLICT (workspace, id) DO UPDATE SET probability = excluded.probability, explanation = excluded.explanation,
         kind = excluded.kind, at = excluded.at
       WHERE identity_reviews.status = 'waiting'`,
      [workspace, JSON.stringify(unique), now],
    );
  }
}

/** Asks of links that a limit stopped. After a pass over everything, asks no more of those that it stops no longer. */
export async function noteConflicts(
  store: Store,
  workspace: string,
  stopped: Iterable<Stopped>,
  now: Date,
  scope: 'some' | 'everything' = 'some',
): Promise<void> {
  const conflicts: Stopped[] = [];
  for (const one of stopped) {
    if (one.reason === 'limit' && !notAsked.has(one.type) && one.method !== 'probabilistic') conflicts.push(one);
    if (conflicts.length === CONFLICTS_AT_MOST) break;
  }
  const names = conflicts.length > 0 ? await namesIn(store, workspace, conflicts) : new Map<bigint, string>();
  const reviews = conflicts.flatMap(({ a, b, method, at, type }): NewReview[] => {
    const [x, y] = [names.get(a), names.get(b)];
    if (x === undefined || y === undefined) return [];
    const explanation = { method, limit: type };
    return [{ a: x, b: y, kind: 'limit', probability: 0.5, explanation, at: new Date(at) }];
  });
  await keepReviews(store, workspace, reviews, now);
  if (scope === 'some' || conflicts.length === CONFLICTS_AT_MOST) return;
  await store.state.query(
    `DELETE FROM identity_reviews WHERE workspace = $1 AND kind = 'limit' AND status = 'waiting' AND id NOT IN (SELECT jsonb_array_elements_text($2::jsonb))`,
    [workspace, reviews.map(({ a, b }) => reviewId(a, b))],
  );
}

/** Those of a status, the likeliest first, behind a cursor. */
export async function listReviews(
  { state }: Store,
  { workspace, status, cursor, limit }: { workspace: string; status: ReviewStatus; cursor?: string; limit: number },
): Promise<{ reviews: Review[]; nextCursor: string | null; waiting: number }> {
  const [probability, id] = cursor === undefined ? [2, ''] : readCursor(cursor);
  const rows = await state.query<ReviewRow>(
    `SELECT id, identifier_a AS a, identifier_b AS b, kind, probability, explanation, at, status FROM identity_reviews
     WHERE workspace = $1 AND status = $2 AND (probability < $3 OR (probability = $3 AND id > $4))
     ORDER BY probability DESC, id LIMIT $5`,
    [workspace, status, probability, id, limit + 1],
  );
  const [{ waiting }] = await state.query<{ waiting: string }>(
    `SELECT count(*) AS waiting FROM identity_reviews WHERE workspace = $1 AND status = 'waiting'`,
    [workspace],
  );
  const reviews = rows.slice(0, limit);
  const last = reviews.at(-1);
  return {
    reviews,
    nextCursor: rows.length > limit && last ? writeCursor(last) : null,
    waiting: Number(waiting),
  };
}

/** Those of the ids that wait. */
export async function waitingReviews({ state }: Store, workspace: string, ids: readonly string[]): Promise<Review[]> {
  return state.query<ReviewRow>(
    `SELECT id, identifier_a AS a, identifier_b AS b, kind, probability, explanation, at, status FROM identity_reviews
     WHERE workspace = $1 AND id IN (SELECT jsonb_array_elements_text($2::jsonb)) AND status = 'waiting' ORDER BY id`,
    [workspace, ids],
  );
}

export async function settleReview(
  { state }: Store,
  workspace: string,
  id: string,
  status: 'accepted' | 'refused',
  decision: string | null,
): Promise<void> {
  await state.query('UPDATE identity_reviews SET status = $3, decision = $4 WHERE workspace = $1 AND id = $2', [
    workspace,
    id,
    status,
    decision,
  ]);
}

/** What an answer says. */
export function rulingOf({ a, b }: Pick<Review, 'a' | 'b'>, answer: 'accept' | 'refuse'): Ruling {
  return { a, b, method: answer === 'accept' ? 'person' : 'apart', revoked: false };
}

export type Answering = By & { ids: readonly string[]; answer: 'accept' | 'refuse' };

type ReviewRow = Review;

function writeCursor({ probability, id }: Review): string {
  return Buffer.from(JSON.stringify([probability, id])).toString('base64url');
}

function readCursor(text: string): [number, string] {
  try {
    const [probability, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (typeof probability === 'number' && typeof id === 'string') return [probability, id];
  } catch {
    // Named below.
  }
  throw new InklingError('invalid_input', `"${text}" is not a cursor of this list.`, {
    field: 'cursor',
    value: text,
    hint: 'Take nextCursor from the page before, or leave it out to begin at the start.',
  });
}

async function namesIn({ facts }: Store, workspace: string, pairs: readonly Stopped[]): Promise<Map<bigint, string>> {
  const rows = await facts.rows<{ node_a: string; node_b: string; a: string; b: string }>(
    `SELECT node_a, node_b, any(identifier_a) AS a, any(identifier_b) AS b FROM identity_evidence
     WHERE workspace = {workspace:String} AND ${within(
       'node_a',
       pairs.map(({ a }) => a),
     )} AND ${within(
       'node_b',
       pairs.map(({ b }) => b),
     )} GROUP BY node_a, node_b`,
    { workspace },
  );
  return new Map(
    rows.flatMap(({ node_a, node_b, a, b }) => [
      [BigInt(node_a), a],
      [BigInt(node_b), b],
    ]),
  );
}
