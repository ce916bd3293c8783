// Sample journeys [INT-5]: a few real people of each level, told without who they are — no identifier, no moment, only how
// long before the last scoring, the kind of event and the category — with the scores on their way and the reasons of the
// last one in words. Whoever rose to the level lately comes first; who among them is drawn by a hash, not chosen.

import { membersOf, resolvedEventsSql } from '../identify/index.ts';
import type { Store } from '../store/index.ts';
import { addDays, DAY_MS } from '../time.ts';
import { sentenceFor } from './explain.ts';
import { pathsSql } from './movement.ts';
import { findQuestion } from './questions/index.ts';
import type { ModelRecord } from './registry.ts';
import { LEVELS, type Level, levelOf, levelRange } from './score.ts';
import { readScore } from './scores.ts';

export type Journey = {
  /** "Person A": stands for nobody beyond this page. */
  name: string;
  level: Level;
  score: number;
  /** Whether they were at a lower level at one of the scorings compared. */
  rose: boolean;
  sentence: string;
  reasons: string[];
  /** Scores on the way, oldest first. */
  scores: { daysBefore: number; score: number; level: Level }[];
  /** What they did, oldest first; the same thing several times in a row is one entry. */
  events: { daysBefore: number; event: string; category: string | null; times: number }[];
};

const PER_LEVEL = 3;
const DAYS_TOLD = 21;
const MOST_EVENTS = 25;
const EVENTS_READ = 300;

export async function sampleJourneys(store: Store, model: ModelRecord, moments: readonly Date[]): Promise<Journey[]> {
  const asOf = moments[moments.length - 1];
  if (asOf === undefined) return [];
  const high = levelRange('HIGH')[0];
  const medium = levelRange('MEDIUM')[0];
  const rows = await store.facts.rows<{ profile: string; path: number[]; rose: number }>(
    `SELECT profile, path, arrayMap(at -> (at % 128 >= ${medium}) + (at % 128 >= ${high}), path) AS levels,
       arrayMin(levels) < levels[-1] AS rose
     FROM (${pathsSql(moments)}) WHERE intDiv(path[-1], 128) = ${moments.length}
     ORDER BY levels[-1] DESC, rose DESC, cityHash64(profile, 'journey') LIMIT ${PER_LEVEL} BY levels[-1]`,
    { workspace: model.workspace, model: model.id },
    'batch',
  );
  const journeys: Journey[] = [];
  for (const { profile, path, rose } of rows) {
    const id = BigInt(profile);
    const score = await readScore(store, model, id);
    if (score === undefined) continue;
    const name = `Person ${String.fromCharCode(65 + journeys.length)}`;
    const wording = findQuestion(model.question).wording(model.settings);
    const { timeframeDays } = model;
    journeys.push({
      name,
      level: score.segment,
      score: score.score,
      rose: Boolean(rose),
      sentence: sentenceFor(name, { level: score.segment, score: score.score, timeframeDays }, score.signals, wording),
      reasons: score.signals.map(({ sentence }) => sentence),
      scores: path.map((packed) => ({
        daysBefore: daysBetween(moments[Math.floor(packed / 128) - 1], asOf),
        score: packed % 128,
        level: levelOf(packed % 128),
      })),
      events: await readEvents(store, model.workspace, id, asOf),
    });
  }
  return journeys.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

async function readEvents(store: Store, workspace: string, profile: bigint, asOf: Date): Promise<Journey['events']> {
  const nodes = await membersOf(store.facts, workspace, [profile]);
  const events = resolvedEventsSql({
    from: addDays(asOf, -DAYS_TOLD),
    to: asOf,
    columns: ['at', 'message_id', 'event', 'categories'],
    where: 'bot = 0',
    nodes,
  });
  const rows = await store.facts.rows<{ ms: string; event: string; category: string }>(
    `SELECT toUnixTimestamp64Milli(at) AS ms, event, toString(categories[1]) AS category FROM (${events})
     WHERE profile = {profile:UInt64} ORDER BY at DESC, message_id LIMIT ${EVENTS_READ}`,
    { workspace, profile: String(profile) },
    'batch',
  );
  const told: Journey['events'] = [];
  for (const { ms, event, category } of rows.reverse()) {
    const last = told[told.length - 1];
    if (last && last.event === event && (last.category ?? '') === category) last.times += 1;
    else
      told.push({ daysBefore: daysBetween(new Date(Number(ms)), asOf), event, category: category || null, times: 1 });
  }
  return told.slice(-MOST_EVENTS);
}

/** To a tenth of a day: enough for a story, too little to find somebody by. */
function daysBetween(from: Date, to: Date): number {
  return Math.round((10 * (to.getTime() - from.getTime())) / DAY_MS) / 10;
}
