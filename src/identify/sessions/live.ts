// Visits that are under way, in memory and by the same rule and the same columns as the table. What arrives costs a look
// into a map and a push onto an array; who it was, and what the visit then looks like, is worked out when somebody asks,
// and only for those of whom there is news. Steps hang on the identifier they came under, so that a merge moves none.

import type { EventRow } from '../../collect/index.ts';
import { currencyOf } from '../../govern/index.ts';
import type { Store } from '../../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../../time.ts';
import { profilesOf } from '../members.ts';
import { nodeOf } from '../node.ts';
import { describeVisit, type Session } from './columns.ts';
import { beginsOf, type SessionRule } from './rule.ts';
import { sessionRuleOf } from './settings.ts';
import { putStep, type Step, stepColumns, stepOf } from './step.ts';
import { outsideVisits, quoted } from './visit.ts';

export interface LiveSessions {
  /** Rows that reached the facts. */
  shipped(rows: readonly EventRow[]): void;
  /** Identifiers that changed hands. */
  moved(moves: readonly { node: bigint; profile: bigint }[]): void;
  /** Everybody was resolved anew. */
  resolved(): void;
  /** Visits with an event within the timeout before `now`, the latest event first. */
  active(now: Date): Promise<Session[]>;
}

export type LiveSessionsOptions = {
  workspace: string;
  /** Steps kept over all people, about 0.4 kB each; beyond that those go who did nothing for longest. */
  stepsAtMost?: number;
};

/** A visit is looked at no further back: one that goes on for longer is shown as if it had begun a day ago. */
const REMEMBERED_MS = DAY_MS;
const NODES_PER_STATEMENT = 5000;

type Thread = { anchor: string; node: bigint; steps: Step[]; profile: bigint | undefined };

export function openLiveSessions(
  store: Store,
  { workspace, stepsAtMost = 300_000 }: LiveSessionsOptions,
): LiveSessions {
  /** What was worked out and still holds. */
  const described = new Map<bigint, Session>();
  const people = openThreads(stepsAtMost, (profile) => described.delete(profile));
  let warm: Promise<void> | undefined;
  let basis = '';
  /** How often somebody changed hands. */
  let changes = 0;

  const add = (row: Parameters<typeof stepOf>[0] & { anchor: string }) => {
    const step = stepOf(row);
    const profile = step && people.add(row.anchor, step);
    if (profile !== undefined) described.delete(profile);
  };
  const assign = (thread: Thread, profile: bigint | undefined) => {
    for (const either of [thread.profile, profile]) if (either !== undefined) described.delete(either);
    people.assign(thread, profile);
  };
  /** What came before this process, so that a visit goes on over a restart. */
  const warmUp = async (now: Date) => {
    for (const row of await readSteps(store, { workspace, now, limit: stepsAtMost / 2 })) add(row);
  };
  /** Asks who the strangers are; again where somebody changed hands in the meantime. */
  const introduce = async () => {
    while (people.strangers().size > 0) {
      const [asked, before] = [[...people.strangers()].slice(0, NODES_PER_STATEMENT), changes];
      const nodes = asked.map((thread) => thread.node);
      const profiles = await profilesOf(store.facts, workspace, nodes);
      if (before !== changes) continue;
      for (const thread of asked) if (people.strangers().has(thread)) assign(thread, profiles.get(thread.node));
    }
  };

  return {
    shipped(rows) {
      for (const row of rows) add(row);
    },
    moved(moves) {
      changes++;
      for (const { node } of moves) {
        const thread = people.under(node);
        if (thread) assign(thread, undefined);
      }
    },
    resolved() {
      changes++;
      for (const thread of people.all()) assign(thread, undefined);
    },
    async active(now) {
      warm ??= warmUp(now);
      await warm.catch((error) => {
        warm = undefined;
        throw error;
      });
      const rule = await sessionRuleOf(store, workspace);
      const currency = await currencyOf(store, workspace);
      people.forget(now.getTime() - REMEMBERED_MS);
      await introduce();
      const settings = JSON.stringify([rule, currency]);
      if (settings !== basis) described.clear();
      basis = settings;
      const isSummed = (step: Step) => currency === null || step.currency === '' || step.currency === currency;
      const since = now.getTime() - rule.timeoutMs;
      const found: Session[] = [];
      for (const [profile, threads] of people.byProfile()) {
        if (threads.some(({ steps }) => steps.at(-1)!.at >= since)) {
          const session = described.get(profile) ?? describeVisit(profile, lastVisit(threads, rule), isSummed);
          described.set(profile, session);
          found.push(session);
        } else described.delete(profile);
      }
      return found.sort((a, b) => b.endAt.getTime() - a.endAt.getTime() || (a.id < b.id ? -1 : 1));
    },
  };
}

function lastVisit(threads: readonly Thread[], rule: SessionRule): Step[] {
  const steps: Step[] = threads.length === 1 ? threads[0].steps : [];
  if (threads.length > 1) for (const thread of threads) for (const step of thread.steps) putStep(steps, step);
  return steps.slice(beginsOf(steps, rule).lastIndexOf(true));
}

/** The steps by identifier, in the order of their latest use, and the people behind them. */
function openThreads(stepsAtMost: number, onRemoved: (profile: bigint) => void) {
  const threads = new Map<string, Thread>();
  const byNode = new Map<bigint, Thread>();
  const strangers = new Set<Thread>();
  const byProfile = new Map<bigint, Thread[]>();
  let steps = 0;

  const assign = (thread: Thread, profile: bigint | undefined) => {
    if (thread.profile !== undefined) {
      const others = byProfile.get(thread.profile)!.filter((other) => other !== thread);
      if (others.length > 0) byProfile.set(thread.profile, others);
      else byProfile.delete(thread.profile);
    }
    thread.profile = profile;
    if (profile === undefined) strangers.add(thread);
    else {
      strangers.delete(thread);
      byProfile.set(profile, [...(byProfile.get(profile) ?? []), thread]);
    }
  };
  const remove = (thread: Thread) => {
    steps -= thread.steps.length;
    if (thread.profile !== undefined) onRemoved(thread.profile);
    assign(thread, undefined);
    strangers.delete(thread);
    threads.delete(thread.anchor);
    byNode.delete(thread.node);
  };

  return {
    assign,
    /** The profile that has news now; undefined where it is not known yet or nothing is new. */
    add(anchor: string, step: Step): bigint | undefined {
      let thread = threads.get(anchor);
      if (thread) threads.delete(anchor);
      else {
        thread = { anchor, node: nodeOf(anchor), steps: [], profile: undefined };
        byNode.set(thread.node, thread);
        strangers.add(thread);
      }
      threads.set(anchor, thread);
      if (!putStep(thread.steps, step)) return undefined;
      steps++;
      for (const oldest of threads.values()) {
        if (steps <= stepsAtMost || oldest === thread) break;
        remove(oldest);
      }
      return thread.profile;
    },
    under: (node: bigint) => byNode.get(node),
    all: () => threads.values(),
    strangers: () => strangers,
    byProfile: () => byProfile,
    /** Lets go of those who did nothing since, from the one who was heard of least lately. */
    forget(sinceMs: number): void {
      for (const thread of threads.values()) {
        if (thread.steps.at(-1)!.at >= sinceMs) return;
        remove(thread);
      }
    },
  };
}

type StoredStep = Parameters<typeof stepOf>[0] & { anchor: string };

async function readSteps(
  { facts }: Store,
  { workspace, now, limit }: { workspace: string; now: Date; limit: number },
): Promise<StoredStep[]> {
  return facts.rows<StoredStep>(
    `SELECT anchor, ${stepColumns.join(', ')} FROM (
       SELECT anchor, ${stepColumns.join(', ')} FROM events
       WHERE workspace = {workspace:String} AND at >= {since:DateTime64(3, 'UTC')} AND event NOT IN (${quoted(outsideVisits)})
       ORDER BY at DESC LIMIT {limit:UInt32})
     ORDER BY at, message_id`,
    { workspace, since: toClickHouseTime(now.getTime() - REMEMBERED_MS), limit: Math.floor(limit) },
  );
}
