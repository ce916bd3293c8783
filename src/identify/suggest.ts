// What probabilistic linkage found goes the way of its probability: linked, asked about, or let go. What a person
// decided on a pair is never overruled.

import type { Store } from '../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../time.ts';
import { nodeOf } from './node.ts';
import { within } from './people.ts';
import { type Moves, type News, relink } from './relink.ts';
import { keepReviews, type NewReview, noteConflicts, reviewId } from './reviews.ts';
import { readRules } from './rules.ts';
import { inTurn } from './turn.ts';

export type Suggestion = {
  /** Whole identifiers, such as `u:42` or `x:crm:4711`. */
  a: string;
  b: string;
  /** Since when it could be known: the later of the two records' moments. */
  at: Date;
  /** That they are one person. */
  probability: number;
  /** How it was weighed; JSON. */
  explanation: object;
};

export type Suggested = { linked: number; waiting: number; left: number; moved: Moves };

/** With `relink: 'later'` the evidence is only written, and the next resolveAll links by it. */
export function suggestLinks(
  store: Store,
  {
    workspace,
    suggestions,
    now,
    relink: when = 'now',
  }: { workspace: string; suggestions: readonly Suggestion[]; now: Date; relink?: 'now' | 'later' },
): Promise<Suggested> {
  return inTurn(store, workspace, async () => {
    const { rules } = await readRules(store, workspace);
    const { linkAt, reviewAt } = rules.probabilistic;
    const pairs = new Map(suggestions.map((pair) => [reviewId(pair.a, pair.b), inOrder(pair)]));
    const known = await knownPairs(store, workspace, [...pairs.values()]);
    const open = [...pairs].filter(([id]) => !known.decided.has(id)).map(([, pair]) => pair);
    const linked = open.filter(({ probability }) => probability >= linkAt);
    const waiting = open.filter(({ probability }) => probability < linkAt && probability >= reviewAt);
    const unlinked = open.filter((pair) => pair.probability < linkAt && known.linked.has(reviewId(pair.a, pair.b)));
    const rows = [
      ...linked.flatMap((pair) => rowsOf(pair, known.linked.get(reviewId(pair.a, pair.b)) ?? [])),
      ...unlinked.flatMap((pair) => endsOf(pair, known.linked.get(reviewId(pair.a, pair.b)) ?? [])),
    ];
    await writeEvidence(store, workspace, rows, now);
    await keepReviews(
      store,
      workspace,
      waiting.map((pair): NewReview => ({ ...pair, kind: 'match', explanation: { ...pair.explanation } })),
      now,
    );
    await dropReviews(
      store,
      workspace,
      open.filter((pair) => !waiting.includes(pair)),
    );
    const counts = {
      linked: linked.length,
      waiting: waiting.length,
      left: pairs.size - linked.length - waiting.length,
    };
    if (when === 'later' || linked.length + unlinked.length === 0) return { ...counts, moved: [] };
    const news = rows.map(({ pair, at, revoked }): News => {
      const moment = fromClickHouseTime(at).getTime();
      return { a: nodeOf(pair.a), b: nodeOf(pair.b), method: 'probabilistic', at: moment, revoked };
    });
    const nodes = news.flatMap(({ a, b }) => [a, b]);
    const identifiers = rows.flatMap(({ pair }) => [pair.a, pair.b]);
    const { moved, stopped } = await relink(store, workspace, { nodes, news, identifiers, now });
    await noteConflicts(store, workspace, stopped, now);
    return { ...counts, moved };
  });
}

/** The smaller node first, so that a pair is one row whichever way it was found. */
function inOrder(pair: Suggestion): Suggestion {
  return nodeOf(pair.a) <= nodeOf(pair.b) ? pair : { ...pair, a: pair.b, b: pair.a };
}

/** Linked: with the moments of its rows that hold, in order. */
type Known = { decided: Set<string>; linked: Map<string, string[]> };

/** The pairs a person decided on (one that a person ended or took up again as well), and those linked before. */
async function knownPairs({ facts }: Store, workspace: string, pairs: readonly Suggestion[]): Promise<Known> {
  const known: Known = { decided: new Set(), linked: new Map() };
  for (let from = 0; from < pairs.length; from += 5000) {
    const nodes = pairs.slice(from, from + 5000).flatMap(({ a, b }) => [nodeOf(a), nodeOf(b)]);
    const rows = await facts.rows<{
      a: string;
      b: string;
      method: string;
      ended: number;
      by_person: number;
      moments: string[];
    }>(
      `SELECT any(identifier_a) AS a, any(identifier_b) AS b, method, argMax(revoked, at) AS ended,
         argMax(position(detail, '"decision"') > 0, at) AS by_person,
         arrayMap(x -> toString(x), arraySort(groupArrayIf(at, revoked = 0))) AS moments
       FROM identity_evidence FINAL WHERE workspace = {workspace:String} AND method IN ('person', 'apart', 'probabilistic')
         AND ${within('node_a', nodes)} AND ${within('node_b', nodes)}
       GROUP BY node_a, node_b, method`,
      { workspace },
    );
    for (const { a, b, method, ended, by_person, moments } of rows) {
      if (method !== 'probabilistic') {
        if (ended === 0) known.decided.add(reviewId(a, b));
      } else if (by_person === 1) known.decided.add(reviewId(a, b));
      else if (ended === 0) known.linked.set(reviewId(a, b), moments);
    }
  }
  return known;
}

type Row = { pair: Suggestion; at: string; revoked: boolean };

/** A link that is weighed again is the same row; where it could be known later than it was thought, the earlier ones end. */
function rowsOf(pair: Suggestion, before: readonly string[]): Row[] {
  const at = toClickHouseTime(pair.at);
  return [
    ...endsOf(
      pair,
      before.filter((moment) => moment < at),
    ),
    { pair, at, revoked: false },
  ];
}

/** As if it had never been. */
function endsOf(pair: Suggestion, before: readonly string[]): Row[] {
  return before.map((at) => ({ pair, at, revoked: true }));
}

async function writeEvidence({ facts }: Store, workspace: string, rows: readonly Row[], now: Date): Promise<void> {
  await facts.insert(
    'identity_evidence',
    rows.map(({ pair: { a, b, probability, explanation }, at, revoked }) => ({
      workspace,
      at,
      node_a: String(nodeOf(a)),
      node_b: String(nodeOf(b)),
      identifier_a: a,
      identifier_b: b,
      method: 'probabilistic',
      confidence: probability,
      message_id: '',
      detail: JSON.stringify(explanation),
      revoked: revoked ? 1 : 0,
      recorded_at: toClickHouseTime(now),
    })),
  );
}

async function dropReviews({ state }: Store, workspace: string, pairs: readonly Suggestion[]): Promise<void> {
  if (pairs.length === 0) return;
  await state.query(
    `DELETE FROM identity_reviews WHERE workspace = $1 AND status = 'waiting' AND kind = 'match'
       AND id IN (SELECT jsonb_array_elements_text($2::jsonb))`,
    [workspace, pairs.map(({ a, b }) => reviewId(a, b))],
  );
}
