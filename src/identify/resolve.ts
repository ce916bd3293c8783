// Who is who, from everything known so far. Evidence is derived by SQL, linked in one pass in order of time, and
// profiles and sessions are drawn anew by SQL. Running it again gives the same; what no longer holds goes away.

import { adoptCurrency, inCurrency } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { carriedMethods, evidenceSql } from './evidence.ts';
import { linkingOf } from './linking.ts';
import { openLinks } from './links.ts';
import { askAboutMatches, type Matching, matchEverybody } from './matching/everybody.ts';
import { limitsFrom, type MatchingLimits } from './matching/limits.ts';
import { profiles } from './profiles.ts';
import { rebuild } from './rebuild.ts';
import { noteConflicts } from './reviews.ts';
import { noteCut, sessionRuleOf, sessionsTable } from './sessions/index.ts';
import { openMapWriter, readBirths, readEvidence } from './stored.ts';
import { inTurn } from './turn.ts';

export type ResolveOptions = {
  workspace: string;
  now: Date;
  /** Learns anew how records are weighed, even where what was learned is not old. */
  relearn?: 'always';
  /** What matching may hold in memory; by default what the environment says. */
  limits?: MatchingLimits;
  onProgress?: (done: number, total: number) => void;
};

export type Resolution = {
  people: number;
  /** Pairs of identifiers seen together. */
  evidence: number;
  /** Identifiers that belong to a profile other than their own. */
  linked: number;
  sessions: number;
  /** What likeness of names, addresses and days of birth added. */
  matching: Matching;
};

const CHANGES_PER_BLOCK = 100_000;

export async function resolveAll(
  store: Store,
  { workspace, now, relearn, limits = limitsFrom(), onProgress }: ResolveOptions,
): Promise<Resolution> {
  const { facts } = store;
  const total = carriedMethods.length + 4;
  let done = 0;
  const step = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    onProgress?.(++done, total);
    return result;
  };
  for (const method of carriedMethods) {
    await step(facts.command(evidenceSql(method), { workspace, now: toClickHouseTime(now) }));
  }
  const matched = await step(matchEverybody(store, { workspace, now, relearn, limits }));
  const { evidence, linked } = await step(inTurn(store, workspace, () => linkEverything(store, workspace, now)));
  const matching = await askAboutMatches(store, workspace, matched);
  const summed = inCurrency(await adoptCurrency(store, workspace));
  const rule = await sessionRuleOf(store, workspace);
  const sessions = sessionsTable(rule);
  const visits = await step(rebuild(facts, sessions, { workspace, now, summed }));
  const people = await step(rebuild(facts, profiles, { workspace, now, summed }));
  await noteCut(store, workspace, rule, now);
  return { people, evidence, linked, sessions: visits, matching };
}

async function linkEverything(store: Store, workspace: string, now: Date) {
  const { facts } = store;
  const linking = await linkingOf(store, workspace);
  const [older] = await facts.rows<{ rows: string; version: string }>(
    'SELECT count() AS rows, max(version) AS version FROM identity_map WHERE workspace = {workspace:String}',
    { workspace },
    'batch',
  );
  const version = Math.max(now.getTime(), Number(older.version) + 1);
  const writer = openMapWriter(facts, workspace, version);
  const moved = new Set<bigint>();
  const links = openLinks((change) => {
    if (change.node === change.profile) moved.delete(change.node);
    else moved.add(change.node);
    writer.push(change);
  }, linking);
  for await (const { node, at } of readBirths(facts, workspace)) links.born(node, at);
  let evidence = 0;
  for await (const row of readEvidence(facts, workspace, linking.rules)) {
    links.add(row);
    if (++evidence % 10_000 === 0) await writer.write(CHANGES_PER_BLOCK);
  }
  links.finish();
  await writer.write();
  await noteConflicts(store, workspace, links.stopped(), now, 'everything');
  if (Number(older.rows) > 0) {
    await facts.remove('identity_map', `workspace = {workspace:String} AND version < ${version}`, { workspace });
  }
  return { evidence, linked: moved.size };
}
