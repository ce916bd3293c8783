// Everybody looked at by the batch executor, in parts of bounded memory: to put the people of a new or changed segment
// together, and to find whom the live side has otherwise than they should be by some moment.

import { hasSurroundings } from '../../features/index.ts';
import { countAllEvents, inPart, type ProfilePart, sessionRuleOf } from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';
import { toClickHouseTime } from '../../time.ts';
import { BATCH_SETTINGS, type BatchOptions, membershipSql } from './batch.ts';
import type { Program } from './compile.ts';
import { type Allows, categoriesIn, deviantsOf } from './consent.ts';

export type EverybodyOptions = { workspace: string; program: Program; allows: Allows; at: number };

const EVENTS_PER_PART = 25_000_000;

/**
 * Puts the people of the program's segments together and writes down who is in them now. That is no change of anybody:
 * it is the rule that is new. Nothing else may write meanwhile.
 */
export async function gather(store: Store, options: EverybodyOptions): Promise<void> {
  const { workspace, program, at } = options;
  const numbers = `[${program.segments.map(({ number }) => number).join(', ')}]`;
  for await (const { batch, state } of parts(store, options)) {
    await store.facts.command(
      `INSERT INTO segment_people (workspace, profile, segments, revision, changed_at)
       SELECT {workspace:String}, profile,
         arraySort(arrayConcat(arrayFilter(n -> NOT has(${numbers}, n), before), should)) AS segments, revision + 1,
         {at:DateTime64(3, 'UTC')}
       FROM (SELECT profile, anyIf(of, kind = 0) AS should, anyIf(of, kind = 1) AS before, max(changes) AS revision
         FROM (SELECT profile, segments AS of, toUInt32(0) AS changes, 0 AS kind FROM (${batch}) WHERE notEmpty(segments)
           UNION ALL SELECT profile, segments, revision, 1 FROM (${state}))
         GROUP BY profile)
       WHERE arraySort(arrayIntersect(before, ${numbers})) != arraySort(should)${BATCH_SETTINGS}`,
      { workspace, at: toClickHouseTime(at) },
    );
  }
}

/**
 * People who are in other segments of the program than they should be as of the moment, some hundred at a time. Read on
 * one thread: it is done in the background, beside what arrives.
 */
export async function* differing(store: Store, options: EverybodyOptions): AsyncIterable<bigint[]> {
  const { workspace, program } = options;
  const numbers = `[${program.segments.map(({ number }) => number).join(', ')}]`;
  for await (const { batch, state } of parts(store, options)) {
    const rows = await store.facts.rows<{ profile: string }>(
      `SELECT profile FROM (
         SELECT profile, arraySort(segments) AS of, 0 AS kind FROM (${batch}) WHERE notEmpty(segments)
         UNION ALL SELECT profile, arraySort(arrayIntersect(segments, ${numbers})), 1 FROM (${state}))
       GROUP BY profile HAVING anyIf(of, kind = 0) != anyIf(of, kind = 1) ORDER BY profile${BATCH_SETTINGS}, max_threads = 1`,
      { workspace },
      'batch',
    );
    for (let from = 0; from < rows.length; from += PEOPLE_AT_ONCE) {
      yield rows.slice(from, from + PEOPLE_AT_ONCE).map(({ profile }) => BigInt(profile));
    }
  }
}

/** How many people are in each segment, by number. */
export async function countMembers({ facts }: Store, workspace: string): Promise<Map<number, number>> {
  const rows = await facts.rows<{ number: number; people: string }>(
    `SELECT arrayJoin(segments) AS number, count() AS people FROM segment_people FINAL
     WHERE workspace = {workspace:String} GROUP BY number`,
    { workspace },
    'batch',
  );
  return new Map(rows.map(({ number, people }) => [number, Number(people)]));
}

/** What the batch executor has to be told besides the moment. */
export async function batchOptions(
  store: Store,
  { workspace, program, allows, at }: EverybodyOptions,
  part?: ProfilePart,
): Promise<BatchOptions> {
  const categories = categoriesIn(program.leaves.map(({ condition }) => condition));
  const consent = await deviantsOf(store, { workspace, categories, allows, part });
  if (!program.leaves.some(({ needs }) => needs.signal)) return { at, part, consent };
  const sessionRule = await sessionRuleOf(store, workspace);
  return { at, part, consent, sessionRule, hasSurroundings: await hasSurroundings(store, workspace) };
}

/** Blocks that arrive wait while they are loaded. */
const PEOPLE_AT_ONCE = 500;

async function* parts(store: Store, options: EverybodyOptions): AsyncIterable<{ batch: string; state: string }> {
  const { workspace, program } = options;
  const of = Math.max(1, Math.ceil((await countAllEvents(store, workspace, 'batch')) / EVENTS_PER_PART));
  for (let index = 0; index < of; index++) {
    const part = of > 1 ? { index, of } : undefined;
    const scope = part ? ` AND ${inPart('profile', part)}` : '';
    yield {
      batch: membershipSql(program, await batchOptions(store, options, part)),
      state: `SELECT profile, segments, revision FROM segment_people FINAL WHERE workspace = {workspace:String}${scope}`,
    };
  }
}
