// Records as they come in, against everybody who is known: what everybody.ts would find, at once. The records of a
// workspace lie in memory under its frozen model, from the first that comes in on (about a kilobyte each).

import { type LiveLinkage, openLiveLinkage } from '../../learn/index.ts';
import type { Facts, Store } from '../../store/index.ts';
import { profilesOf } from '../members.ts';
import { nodeOf } from '../node.ts';
import { within } from '../people.ts';
import type { Moves } from '../relink.ts';
import { readRules } from '../rules.ts';
import { suggestLinks } from '../suggest.ts';
import { readModel } from './model.ts';
import { foldPairs, pairKey, type RecordPair, toSuggestion } from './pairs.ts';
import { type PersonRecord, readRecords, recordsOf } from './records.ts';

export type TellingRow = { anchor: string; particulars?: string };

type Index = {
  model: string;
  live: LiveLinkage;
  records: Map<string, PersonRecord>;
  /** Of each node the ids of its records; others of `records` are there no more. */
  idsOf: Map<bigint, string[]>;
  taken: number;
};

const indexes = new WeakMap<Facts, Map<string, Index>>();

/** Records taken in before others are let through. */
const AT_A_TIME = 500;

/** Links those of a block who told of themselves; to be called when the block is in the facts. */
export async function matchBlock(
  store: Store,
  workspace: string,
  rows: readonly TellingRow[],
  now: Date,
): Promise<Moves> {
  const telling = rows.filter(({ particulars = '' }) => particulars !== '');
  if (telling.length === 0) return [];
  const model = await readModel(store, workspace);
  if (model === undefined) return [];
  const { linkAt, reviewAt } = (await readRules(store, workspace)).rules.probabilistic;
  const nodes = [...new Set(telling.map(({ anchor }) => nodeOf(anchor)))];
  const name = `${model.kept.id} ${reviewAt}`;
  const index = await indexOf(store, workspace, name, () => openLiveLinkage(model.frozen, { floor: reviewAt }), nodes);
  const told = await recordsOf(store.facts, workspace, nodes);
  const changed = nodes.filter((node) => !isSame(index, node, told));
  if (changed.length === 0) return [];
  const found: RecordPair[] = [];
  // Of those whom nobody had heard of, nothing can be linked yet.
  const heard = changed.filter((node) => index.idsOf.has(node));
  for (const node of changed) {
    index.idsOf.set(node, []);
    for (const record of told) if (record.node === node) found.push(...take(index, record));
  }
  const holds = isAlive(index);
  const alike = found.filter((pair) => pair.probability >= reviewAt && holds(pair));
  const pairs = foldPairs(alike, linkAt);
  const suggestions = [...pairs.values()].map((pair) => toSuggestion(pair, model.frozen));
  const before = heard.length > 0 ? await linkedWith(store.facts, workspace, heard) : [];
  const gone = before.filter(({ a, b }) => !pairs.has(pairKey(nodeOf(a), nodeOf(b))));
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

async function indexOf(
  store: Store,
  workspace: string,
  name: string,
  open: () => LiveLinkage,
  except: readonly bigint[],
): Promise<Index> {
  const known = indexes.get(store.facts) ?? new Map<string, Index>();
  indexes.set(store.facts, known);
  const same = known.get(workspace);
  if (same?.model === name) return same;
  const index: Index = { model: name, live: open(), records: new Map(), idsOf: new Map(), taken: 0 };
  const unknown = new Set(except);
  for await (const record of readRecords(store.facts, workspace)) {
    // Those of the block itself are still to be weighed, and may be linked from before this process began.
    if (unknown.has(record.node)) {
      index.idsOf.set(record.node, []);
      continue;
    }
    take(index, record);
    if (index.taken % AT_A_TIME === 0) await new Promise(setImmediate);
  }
  known.set(workspace, index);
  return index;
}

/** Takes a record in; the records it may be one with. */
function take(index: Index, record: PersonRecord): RecordPair[] {
  const id = `${record.node}/${index.taken++}`;
  const found = index.live.add(id, record.told as Record<string, string>);
  index.records.set(id, record);
  index.idsOf.set(record.node, [...(index.idsOf.get(record.node) ?? []), id]);
  return found.map(({ id: other, probability }) => ({
    a: index.records.get(other) as PersonRecord,
    b: record,
    probability,
  }));
}

/** Whether both records are still what their nodes told. */
function isAlive({ records, idsOf }: Index): (pair: RecordPair) => boolean {
  const holds = (record: PersonRecord) => (idsOf.get(record.node) ?? []).some((id) => records.get(id) === record);
  return ({ a, b }) => holds(a) && holds(b);
}

function isSame({ records, idsOf }: Index, node: bigint, told: readonly PersonRecord[]): boolean {
  const text = (record: PersonRecord) => `${record.since} ${JSON.stringify(Object.entries(record.told).sort())}`;
  const before = (idsOf.get(node) ?? []).map((id) => text(records.get(id) as PersonRecord));
  const after = told.filter((record) => record.node === node).map(text);
  return before.join('\n') === after.join('\n');
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
async function askAbout(
  store: Store,
  workspace: string,
  likely: readonly ReturnType<typeof toSuggestion>[],
  now: Date,
): Promise<void> {
  if (likely.length === 0) return;
  const profiles = await profilesOf(
    store.facts,
    workspace,
    likely.flatMap(({ a, b }) => [nodeOf(a), nodeOf(b)]),
  );
  const open = likely.filter(({ a, b }) => profiles.get(nodeOf(a)) !== profiles.get(nodeOf(b)));
  if (open.length > 0) await suggestLinks(store, { workspace, suggestions: open, now, relink: 'later' });
}
