// People as they tell something, against everybody who is known: what everybody.ts would find, at once.

import type { Facts, Store } from '../../store/index.ts';
import { profilesOf } from '../members.ts';
import { nodeOf } from '../node.ts';
import { within } from '../people.ts';
import type { Moves } from '../relink.ts';
import { readRules } from '../rules.ts';
import { type Suggestion, suggestLinks } from '../suggest.ts';
import type { Live } from './indexes.ts';
import { openFold, pairKey, toSuggestions } from './pairs.ts';
import { recordsOf } from './records.ts';

/** Weighs some of those who wait; all that a block concerns at a time. */
export async function matchWaiting(
  store: Store,
  workspace: string,
  { index, model, waiting }: Live,
  { now, most }: { now: Date; most: number },
): Promise<Moves> {
  if (index === undefined) {
    waiting.clear();
    return [];
  }
  const { facts } = store;
  const { linkAt, reviewAt } = (await readRules(store, workspace)).rules.probabilistic;
  const some = [...waiting].slice(0, most);
  for (const [node] of some) waiting.delete(node);
  const nodes = some.map(([node]) => node);
  const told = Map.groupBy(await recordsOf(facts, workspace, nodes), ({ node }) => node);
  const changed = some
    .filter(([node, anyway]) => anyway || !index.isSame(node, told.get(node) ?? []))
    .map(([node]) => node);
  if (changed.length === 0) return [];
  // Of those whom nobody had heard of, nothing can be linked yet.
  const heard = changed.filter(index.isHeard);
  const found = changed.flatMap((node) => index.replace(node, told.get(node) ?? []));
  const fold = openFold(linkAt);
  for (const pair of found) if (pair.probability >= reviewAt && index.holds(pair)) fold.add(pair);
  const suggestions = await toSuggestions(facts, workspace, [...fold.pairs.values()], model.frozen, 'online');
  const before = heard.length > 0 ? await linkedWith(facts, workspace, heard) : [];
  const gone = before.filter(({ a, b }) => !fold.pairs.has(pairKey(nodeOf(a), nodeOf(b))));
  const ends = gone.map(({ a, b }) => ({ a, b, at: now, probability: 0, explanation: {} }));
  const certain = suggestions.filter(({ probability }) => probability >= linkAt);
  // Of a pair that was certain and is likely now, the link ends as well.
  const likely = suggestions.filter(({ probability }) => probability < linkAt);
  const linked = new Set(before.map(({ a, b }) => pairKey(nodeOf(a), nodeOf(b))));
  const weaker = likely.filter(({ a, b }) => linked.has(pairKey(nodeOf(a), nodeOf(b))));
  const news = [...certain, ...ends, ...weaker];
  const { moved } = news.length > 0 ? await suggestLinks(store, { workspace, suggestions: news, now }) : { moved: [] };
  await askAbout(store, workspace, likely, now);
  return moved;
}

/** The pairs that likeness links now, of some nodes. */
async function linkedWith(
  facts: Facts,
  workspace: string,
  nodes: readonly bigint[],
): Promise<{ a: string; b: string }[]> {
  return facts.rows<{ a: string; b: string }>(
    `SELECT any(identifier_a) AS a, any(identifier_b) AS b FROM identity_evidence FINAL
     WHERE workspace = {workspace:String} AND method = 'probabilistic' AND (${within('node_a', nodes)} OR ${within('node_b', nodes)})
     GROUP BY node_a, node_b HAVING argMax(revoked, at) = 0`,
    { workspace },
  );
}

/** Only of those who are not one by anything else. */
async function askAbout(store: Store, workspace: string, likely: readonly Suggestion[], now: Date): Promise<void> {
  if (likely.length === 0) return;
  const profiles = await profilesOf(
    store.facts,
    workspace,
    likely.flatMap(({ a, b }) => [nodeOf(a), nodeOf(b)]),
  );
  const open = likely.filter(({ a, b }) => profiles.get(nodeOf(a)) !== profiles.get(nodeOf(b)));
  if (open.length > 0) await suggestLinks(store, { workspace, suggestions: open, now, relink: 'later' });
}
