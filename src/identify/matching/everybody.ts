// Everybody against everybody, as a step of the pass that resolves all people: a model is learned where that is due, from a
// draw of the records; all records are streamed through an index of them; pairs that are one person with near certainty
// become evidence, and pairs that may be wait for review. What is no longer likely is ended, as if it had never been; what
// a person decided is left alone. In memory are the index, in shares where it is too large, and the pairs that were found.

import { InklingError } from '../../errors.ts';
import type { Facts, Store } from '../../store/index.ts';
import { profilesOf } from '../members.ts';
import { reviewId } from '../reviews.ts';
import { readRules } from '../rules.ts';
import { suggestLinks } from '../suggest.ts';
import { beginIndex, liveOf, noteMatched } from './indexes.ts';
import type { MatchingLimits } from './limits.ts';
import { isDue, type KeptModel, learn, type MatchModel, readModel, writeModel } from './model.ts';
import { type LinkThreshold, thresholdsOf, writeOutcome } from './outcome.ts';
import { type Fold, type NodePair, openFold, pairKey, toSuggestions } from './pairs.ts';
import { openPeopleIndex } from './peopleIndex.ts';
import { countTelling, openTable, readRecords, sampleRecords } from './records.ts';

export type Matching = {
  records: number;
  /** What pairs were weighed by; null where there is too little to learn from. */
  model: KeptModel | null;
  /** Pairs of identifiers that are linked by likeness, and those that wait for a person to decide. */
  linked: number;
  waiting: number;
  /** Links of before that are likely no more. */
  ended: number;
  /** The mean probability of the linked pairs: how many of them are right, in the model's own opinion. */
  expectedPrecision: number | null;
  /** The share that they are of all pairs of one person, by the same. */
  expectedRecall: number | null;
};

/** What the first half of the work leaves for the second, which asks about pairs once it is known who is one. */
export type Matched = Omit<Matching, 'waiting'> & {
  uncertain: NodePair[];
  thresholds: LinkThreshold[];
  begun: Date;
};

const SUGGESTIONS_AT_A_TIME = 5000;
/** More would not be answered. */
const REVIEWS_AT_MOST = 2000;

const nothing: Matched = {
  records: 0,
  model: null,
  linked: 0,
  ended: 0,
  expectedPrecision: null,
  expectedRecall: null,
  thresholds: [],
  uncertain: [],
  begun: new Date(0),
};

/** Writes the evidence; the links follow when it is linked. */
export async function matchEverybody(
  store: Store,
  { workspace, now, relearn, limits }: { workspace: string; now: Date; relearn?: 'always'; limits: MatchingLimits },
): Promise<Matched> {
  const { facts } = store;
  const people = await countTelling(facts, workspace);
  if (people === 0) return nothing;
  let model = await readModel(store, workspace);
  if (isDue(model, people) || relearn === 'always') {
    model = (await learnAnew(store, { workspace, people, now, limits })) ?? model;
  }
  if (model === undefined) return { ...nothing, records: people, begun: now };
  // Read before the records, so that a link that is found live in between is not taken for one that is likely no more.
  const known = await linkedPairs(facts, workspace);
  const { linkAt, reviewAt } = (await readRules(store, workspace)).rules.probabilistic;
  const { pairs, records } = await findPairs(store, { workspace, model, people, linkAt, reviewAt, limits });
  const linked = [...pairs.values()].filter(({ probability }) => probability >= linkAt);
  const isNews = ({ a, b, at: since, probability }: NodePair) => {
    const before = known.get(pairKey(a.node, b.node));
    return before === undefined || before.at !== since || Math.abs(before.probability - probability) > 1e-6;
  };
  const news = linked.filter(isNews);
  for (let from = 0; from < news.length; from += SUGGESTIONS_AT_A_TIME) {
    const some = news.slice(from, from + SUGGESTIONS_AT_A_TIME);
    const suggestions = await toSuggestions(facts, workspace, some, model.frozen, 'batch');
    await suggestLinks(store, { workspace, suggestions, now, relink: 'later' });
  }
  const gone = [...known].filter(([key]) => !((pairs.get(key)?.probability ?? 0) >= linkAt)).map(([, pair]) => pair);
  for (let from = 0; from < gone.length; from += SUGGESTIONS_AT_A_TIME) {
    const suggestions = gone
      .slice(from, from + SUGGESTIONS_AT_A_TIME)
      .map(({ a, b, at: since }) => ({ a, b, at: new Date(since), probability: 0, explanation: {} }));
    await suggestLinks(store, { workspace, suggestions, now, relink: 'later' });
  }
  await noteMatched(store, workspace, now);
  const uncertain = [...pairs.values()].filter(({ probability }) => probability < linkAt);
  const probabilities = Float64Array.from(pairs.values(), ({ probability }) => probability);
  const { kept } = model;
  // There are more matches as there are more people since it was learned.
  const matches = (kept.matches * records) / Math.max(1, kept.records);
  const thresholds = thresholdsOf(probabilities, { least: reviewAt, linkAt, matches });
  const own = thresholds.find(({ threshold, pairs: found }) => threshold === linkAt && found > 0);
  return {
    ...{ records, model: kept, linked: linked.length, ended: gone.length, uncertain, thresholds, begun: now },
    ...{ expectedPrecision: own?.expectedPrecision ?? null, expectedRecall: own?.expectedRecall ?? null },
  };
}

type Learning = { workspace: string; people: number; now: Date; limits: MatchingLimits };

/** undefined where there is too little to learn from. */
async function learnAnew(store: Store, { workspace, people, now, limits }: Learning): Promise<MatchModel | undefined> {
  const { facts } = store;
  const table = openTable();
  const nodes: bigint[] = [];
  const of = Math.max(1, Math.ceil(people / limits.learnedFrom));
  let samePerson = 0;
  for await (const { told, node, version } of sampleRecords(facts, workspace, of)) {
    table.add(told);
    nodes.push(node);
    samePerson += version;
  }
  const learned = await learn(table.done(), {
    same: await knownPairs(facts, workspace, nodes),
    samePerson,
    expected: of * nodes.length,
  });
  return learned && writeModel(store, workspace, { ...learned, records: people }, now);
}

type Finding = {
  workspace: string;
  model: MatchModel;
  people: number;
  linkAt: number;
  reviewAt: number;
  limits: MatchingLimits;
};

/** All pairs that may be one. Where the index fits, it stays for the people to come. */
async function findPairs(store: Store, finding: Finding): Promise<{ pairs: Fold['pairs']; records: number }> {
  const { workspace, model, linkAt, reviewAt, limits } = finding;
  const fold = openFold(linkAt);
  for (let live = liveOf(store.facts, workspace); live?.isFullPass && live.filling !== undefined; ) {
    await live.filling.catch(() => {});
    live = liveOf(store.facts, workspace);
  }
  const live = beginIndex(store, { workspace, model, floor: reviewAt, limits, onPair: fold.add });
  await live.filling;
  const records = live.index?.counts().records ?? (await findInShares(store.facts, finding, fold));
  return { pairs: fold.pairs, records };
}

/** Rule by rule, and of each the records of some of its keys at a time: as many passes, each with an index that fits. */
async function findInShares(
  facts: Facts,
  { workspace, model, people, reviewAt, limits }: Finding,
  fold: Fold,
): Promise<number> {
  const of = Math.ceil((1.2 * people) / limits.inMemory);
  let records = 0;
  for (const rule of model.frozen.model.rules.keys()) {
    for (let share = 0; share < of; share++) {
      const part = { rule, index: share, of };
      const index = openPeopleIndex(model.frozen, { floor: reviewAt, capacity: Math.ceil(people / of), part });
      records = 0;
      for await (const record of readRecords(facts, workspace)) {
        for (const pair of index.add(record)) fold.add(pair);
        if (++records % 1000 === 0) await new Promise(setImmediate);
      }
    }
  }
  return records;
}

/** Asks about the pairs that may be one and are not by anything else; asks no more about those that are unlikely now. */
export async function askAboutMatches(
  store: Store,
  workspace: string,
  { uncertain, thresholds, begun, ...matched }: Matched,
): Promise<Matching> {
  if (matched.model === null) return { ...matched, waiting: 0 };
  const model = await readModel(store, workspace);
  if (model === undefined) throw new InklingError('not_found', 'The model that weighed these pairs is gone.');
  const likeliest = uncertain
    .sort(
      (x, y) => y.probability - x.probability || (pairKey(x.a.node, x.b.node) < pairKey(y.a.node, y.b.node) ? -1 : 1),
    )
    .slice(0, 2 * REVIEWS_AT_MOST);
  const profiles = await profilesOf(
    store.facts,
    workspace,
    likeliest.flatMap(({ a, b }) => [a.node, b.node]),
  );
  const open = likeliest.filter(({ a, b }) => profiles.get(a.node) !== profiles.get(b.node)).slice(0, REVIEWS_AT_MOST);
  const suggestions = await toSuggestions(store.facts, workspace, open, model.frozen, 'batch');
  const { waiting } = await suggestLinks(store, { workspace, suggestions, now: begun, relink: 'later' });
  await store.state.query(
    `DELETE FROM identity_reviews WHERE workspace = $1 AND kind = 'match' AND status = 'waiting' AND created_at < $2
       AND id NOT IN (SELECT jsonb_array_elements_text($3::jsonb))`,
    [workspace, begun, suggestions.map(({ a, b }) => reviewId(a, b))],
  );
  const { model: _, ended: __, ...outcome } = { ...matched, waiting, thresholds, at: begun.toISOString() };
  await writeOutcome(store, workspace, outcome, begun);
  return { ...matched, waiting };
}

const KNOWN_AT_MOST = 10_000;

/** Pairs of drawn records whose identifiers share an address, a number or an id of another system, or signed in from one another. */
async function knownPairs(
  facts: Facts,
  workspace: string,
  nodesOfRecords: readonly bigint[],
): Promise<[number, number][]> {
  const here = `workspace = {workspace:String}`;
  const telling = `SELECT node FROM events WHERE ${here} AND particulars != ''`;
  const rows = await facts.rows<{ nodes: string[] }>(
    `SELECT arraySort(groupUniqArray(4)(node_a)) AS nodes FROM identity_evidence
     WHERE ${here} AND method IN ('email', 'phone', 'external') AND revoked = 0 AND node_a IN (${telling})
     GROUP BY node_b HAVING length(nodes) BETWEEN 2 AND 3 ORDER BY nodes
     UNION ALL SELECT DISTINCT [node_a, node_b] AS nodes FROM identity_evidence
     WHERE ${here} AND method = 'login' AND revoked = 0 AND node_a IN (${telling}) AND node_b IN (${telling})`,
    { workspace },
    'batch',
  );
  const last = new Map(nodesOfRecords.map((node, row) => [node, row]));
  const pairs = rows.flatMap(({ nodes }) =>
    nodes.flatMap((a, i) => nodes.slice(i + 1).map((b) => [last.get(BigInt(a)), last.get(BigInt(b))] as const)),
  );
  const found = pairs.filter((pair): pair is [number, number] => pair[0] !== undefined && pair[1] !== undefined);
  return found.sort(([a, b], [c, d]) => a - c || b - d).slice(0, KNOWN_AT_MOST);
}

type Linked = { a: string; b: string; at: number; probability: number };

/** The pairs that likeness links now, by the key of their nodes. */
async function linkedPairs(facts: Facts, workspace: string): Promise<Map<string, Linked>> {
  const rows = await facts.rows<{
    node_a: string;
    node_b: string;
    a: string;
    b: string;
    at: string;
    probability: number;
  }>(
    `SELECT node_a, node_b, any(identifier_a) AS a, any(identifier_b) AS b,
       toUnixTimestamp64Milli(minIf(e.at, revoked = 0)) AS at, argMax(confidence, e.at) AS probability
     FROM identity_evidence AS e FINAL WHERE workspace = {workspace:String} AND method = 'probabilistic'
     GROUP BY node_a, node_b HAVING argMax(revoked, e.at) = 0`,
    { workspace },
    'batch',
  );
  return new Map(
    rows.map(({ node_a, node_b, at, ...rest }) => [
      pairKey(BigInt(node_a), BigInt(node_b)),
      { ...rest, at: Number(at) },
    ]),
  );
}
