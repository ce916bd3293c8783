// What a change of rules would do, before it is made: the whole evidence linked by the rules in force and by those
// proposed, side by side, and nothing written. The two passes number the identifiers alike, so that the people of one
// can be laid over those of the other.

import type { Store } from '../store/index.ts';
import { judgeRules } from './judge.ts';
import { linkingOf } from './linking.ts';
import { type Links, openLinks } from './links.ts';
import { toHexId } from './node.ts';
import { checkRules, type RulesChange, readRules, withChange, writeRules } from './rules.ts';
import { readBirths, readEvidence } from './stored.ts';
import { inTurn } from './turn.ts';

export type RulesTrial = {
  /** People who would become one with others, and how many they would become. */
  merging: { people: number; into: number };
  /** People who would part, and into how many. */
  parting: { people: number; into: number };
  /** Some of each: the people now, and the people then, by profile id. */
  samples: { before: string[]; after: string[] }[];
  evidence: number;
};

const SAMPLES = 20;

/** Throws `invalid_input` where the rules cannot be. */
export async function tryRules(store: Store, workspace: string, change: RulesChange): Promise<RulesTrial> {
  const proposed = withChange(change);
  checkRules(proposed);
  const { facts } = store;
  const [before, after] = await Promise.all([
    linkingOf(store, workspace),
    linkingOf(store, workspace, { rules: proposed }),
  ]);
  const now = openLinks(() => {}, before);
  const then = openLinks(() => {}, after);
  for await (const { node, at } of readBirths(facts, workspace)) {
    now.born(node, at);
    then.born(node, at);
  }
  // Types are numbered alike, but what goes first at one moment may differ: each pass reads in its own order.
  let evidence = 0;
  for await (const row of readEvidence(facts, workspace, before.rules)) {
    now.add(row);
    evidence += 1;
  }
  for await (const row of readEvidence(facts, workspace, after.rules)) then.add(row);
  now.finish();
  then.finish();
  return { ...differences(now, then), evidence };
}

/** Sets the rules as a decision, and links everybody by them. The caller resolves afterwards. */
export function changeRules(
  store: Store,
  by: Parameters<typeof judgeRules>[1],
  change: RulesChange,
): Promise<{ decision: string }> {
  return inTurn(store, by.workspace, async () => {
    const { change: before } = await readRules(store, by.workspace);
    await writeRules(store, by.workspace, change, by.now);
    return { decision: await judgeRules(store, by, { before, after: change }) };
  });
}

function differences(now: Links, then: Links): Omit<RulesTrial, 'evidence'> {
  // Only people for whom the two differ are kept.
  const into = new Map<bigint, Set<bigint>>();
  const from = new Map<bigint, Set<bigint>>();
  const note = (map: Map<bigint, Set<bigint>>, key: bigint, value: bigint) => {
    const known = map.get(key);
    if (known) known.add(value);
    else map.set(key, new Set([value]));
  };
  const differing = new Set<bigint>();
  for (const { node, profile } of now.all()) {
    const other = then.profileOf(node);
    if (other !== profile) {
      differing.add(profile);
      differing.add(other);
    }
  }
  for (const { node, profile } of now.all()) {
    const other = then.profileOf(node);
    if (!differing.has(profile) && !differing.has(other)) continue;
    note(into, profile, other);
    note(from, other, profile);
  }
  const parting = [...into].filter(([, people]) => people.size > 1);
  const merging = [...from].filter(([, people]) => people.size > 1);
  const ids = (people: Iterable<bigint>) => [...people].map(toHexId).sort();
  const sum = (sets: [bigint, Set<bigint>][]) => sets.reduce((total, [, people]) => total + people.size, 0);
  return {
    merging: { people: sum(merging), into: merging.length },
    parting: { people: parting.length, into: sum(parting) },
    samples: [
      ...merging.slice(0, SAMPLES / 2).map(([profile, people]) => ({ before: ids(people), after: ids([profile]) })),
      ...parting.slice(0, SAMPLES / 2).map(([profile, people]) => ({ before: ids([profile]), after: ids(people) })),
    ],
  };
}
