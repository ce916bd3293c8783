// Reading scores: the latest of each person under a model, by page with filters, one by one, or all in a stream for an
// export. A page starts where the one before ended (score, then profile), so that nobody is skipped or shown twice.

import { InklingError } from '../errors.ts';
import { findProfile, mergedSinceSql, toHexId } from '../identify/index.ts';
import type { Params, Store } from '../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../time.ts';
import { readChanges, type ScoreChange } from './change.ts';
import { type Reason, reasonsFrom } from './explain.ts';
import type { ModelRecord } from './registry.ts';
import { type Level, levelRange } from './score.ts';
import type { ScoreRow } from './scoreRow.ts';

export type Score = {
  profileId: string;
  userId: string | null;
  anonymousId: string | null;
  modelId: string;
  modelVersion: number;
  asOf: string;
  score: number;
  segment: Level;
  probability: number;
  confidence: number;
  predictedConversionDate: string | null;
  category: string | null;
  /** How it has moved over the seven days before; null = not scored then. */
  change: ScoreChange | null;
  /** The signals that moved the score most, in plain words. */
  signals: Reason[];
  lastUpdated: string;
};

export type ScoreFilter = {
  segment?: Level;
  minScore?: number;
  maxScore?: number;
  minConfidence?: number;
  category?: string;
};

export type ScorePage = { scores: Score[]; nextCursor: string | null; total: number; asOf: string | null };

const EXPORT_PAGE = 5000;

/** When everyone was last scored by a model; undefined = never. */
export async function latestScoring(store: Store, model: ModelRecord): Promise<Date | undefined> {
  const [row] = await store.facts.rows<{ last: string; n: string }>(
    `SELECT max(as_of) AS last, count() AS n FROM scores
     WHERE workspace = {workspace:String} AND model_id = {model:String}`,
    { workspace: model.workspace, model: model.id },
  );
  return Number(row?.n ?? 0) > 0 ? fromClickHouseTime(row.last) : undefined;
}

/** Best scores first. */
export async function listScores(
  store: Store,
  model: ModelRecord,
  { cursor, limit = 50, ...filter }: ScoreFilter & { cursor?: string; limit?: number },
): Promise<ScorePage> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const asOf = after?.asOf ?? (await latestScoring(store, model));
  if (asOf === undefined) return { scores: [], nextCursor: null, total: 0, asOf: null };
  const { where, params } = conditionOf(model, asOf, filter);
  const [counted] = await store.facts.rows<{ n: string }>(
    `SELECT count() AS n FROM scores FINAL WHERE ${where}`,
    params,
  );
  const scores = await readPage(store, where, params, after, limit + 1);
  const more = scores.length > limit;
  if (more) scores.pop();
  return {
    scores,
    nextCursor: more ? writeCursor(scores[limit - 1], asOf) : null,
    total: Number(counted?.n ?? 0),
    asOf: asOf.toISOString(),
  };
}

/** The latest score of a profile; undefined when the last scoring left it out. */
export async function readScore(store: Store, model: ModelRecord, profile: bigint): Promise<Score | undefined> {
  const asOf = await latestScoring(store, model);
  if (asOf === undefined) return undefined;
  const { where, params } = conditionOf(model, asOf, {}, [profile]);
  const one = `${where} AND profile = {profile:UInt64}`;
  return (await readPage(store, one, { ...params, profile }, undefined, 1))[0];
}

/** The latest score of a person named by user id, anonymous id, profile id or hashed e-mail. */
export async function findScore(store: Store, model: ModelRecord, idText: string): Promise<Score> {
  const profile = await findProfile(store, model.workspace, idText);
  const score = profile === undefined ? undefined : await readScore(store, model, profile);
  if (score) return score;
  throw new InklingError('not_found', `There is no score for "${idText}".`, {
    field: 'userId',
    value: idText,
    hint:
      profile === undefined
        ? 'Use a user id, an anonymous id or a profile id of this workspace.'
        : 'Score everyone first: `inkling score`; or POST /api/v1/intent/predict for this person now.',
  });
}

/** Everyone who passes the filter, best first, a page at a time. */
export async function* streamScores(store: Store, model: ModelRecord, filter: ScoreFilter): AsyncIterable<Score[]> {
  const asOf = await latestScoring(store, model);
  if (asOf === undefined) return;
  const { where, params } = conditionOf(model, asOf, filter);
  for (let after: Place | undefined; ; ) {
    const page = await readPage(store, where, params, after, EXPORT_PAGE);
    if (page.length > 0) yield page;
    if (page.length < EXPORT_PAGE) return;
    after = placeOf(page[page.length - 1]);
  }
}

/** People who pass the filter, drawn without favour: those with the smallest ids, which are hashes and lie side by side. */
export async function sampleProfiles(
  store: Store,
  model: ModelRecord,
  filter: ScoreFilter,
  most: number,
): Promise<bigint[]> {
  const asOf = await latestScoring(store, model);
  if (asOf === undefined) return [];
  const { where, params } = conditionOf(model, asOf, filter);
  const rows = await store.facts.rows<{ profile: string }>(
    `SELECT profile FROM scores FINAL WHERE ${where} ORDER BY profile LIMIT {most:UInt32}`,
    { ...params, most },
  );
  return rows.map(({ profile }) => BigInt(profile));
}

/** How many people pass the filter, of how many scored, and the conversions expected of them. */
export async function countMatching(
  store: Store,
  model: ModelRecord,
  filter: ScoreFilter,
): Promise<{ size: number; everyone: number; expected: number }> {
  const asOf = await latestScoring(store, model);
  if (asOf === undefined) return { size: 0, everyone: 0, expected: 0 };
  const count = async ({ where, params }: ReturnType<typeof conditionOf>) => {
    const [row] = await store.facts.rows<{ n: string; expected: number }>(
      `SELECT count() AS n, sum(toFloat64(probability)) AS expected FROM scores FINAL WHERE ${where}`,
      params,
    );
    return { people: Number(row?.n ?? 0), expected: row?.expected ?? 0 };
  };
  const [inside, all] = await Promise.all([conditionOf(model, asOf, filter), conditionOf(model, asOf, {})].map(count));
  return { size: inside.people, everyone: all.people, expected: inside.expected };
}

export type SegmentCount = { category: string; score: number; people: number; expected: number };

/** How many people have each score in each category, and the conversions expected of them. */
export async function countByScore(
  store: Store,
  model: ModelRecord,
): Promise<{ asOf: Date; counts: SegmentCount[] } | undefined> {
  const asOf = await latestScoring(store, model);
  if (asOf === undefined) return undefined;
  const { where, params } = conditionOf(model, asOf, {});
  const rows = await store.facts.rows<{ category: string; score: number; people: string; expected: number }>(
    `SELECT category, score, count() AS people, sum(toFloat64(probability)) AS expected
     FROM scores FINAL WHERE ${where} GROUP BY category, score`,
    params,
  );
  return { asOf, counts: rows.map((row) => ({ ...row, people: Number(row.people) })) };
}

/** A SELECT of the profiles that pass the filter in the latest scoring; undefined when there was none. */
export async function matchingSql(
  store: Store,
  model: ModelRecord,
  filter: ScoreFilter,
): Promise<{ sql: string; params: Params; asOf: Date } | undefined> {
  const asOf = await latestScoring(store, model);
  if (asOf === undefined) return undefined;
  const { where, params } = conditionOf(model, asOf, filter);
  return { sql: `SELECT profile FROM scores FINAL WHERE ${where}`, params, asOf };
}

function conditionOf(
  model: ModelRecord,
  asOf: Date,
  filter: ScoreFilter,
  only?: readonly bigint[],
): { where: string; params: Params } {
  const parts = [
    ...['workspace = {workspace:String}', 'model_id = {model:String}', "as_of = {asOf:DateTime64(3, 'UTC')}"],
    // Who became one with somebody since is counted there.
    `profile NOT IN (${mergedSinceSql(asOf, only)})`,
  ];
  const params: Params = { workspace: model.workspace, model: model.id, asOf: toClickHouseTime(asOf) };
  const [low, high] = filter.segment === undefined ? [0, 100] : levelRange(filter.segment);
  const minScore = Math.max(low, filter.minScore ?? 0);
  const maxScore = Math.min(high, filter.maxScore ?? 100);
  if (minScore > 0 || maxScore < 100) {
    parts.push('score >= {minScore:UInt8} AND score <= {maxScore:UInt8}');
    Object.assign(params, { minScore, maxScore });
  }
  if (filter.minConfidence !== undefined) {
    parts.push('confidence >= {minConfidence:Float64}');
    params['minConfidence'] = filter.minConfidence;
  }
  if (filter.category !== undefined) {
    parts.push('category = {category:String}');
    params['category'] = filter.category;
  }
  return { where: parts.join(' AND '), params };
}

type Place = { score: number; profile: string };

async function readPage(
  store: Store,
  where: string,
  params: Params,
  after: Place | undefined,
  limit: number,
): Promise<Score[]> {
  const beyond = after === undefined ? '' : ' AND (score, profile) < ({score:UInt8}, {after:UInt64})';
  const rows = await store.facts.rows<Omit<ScoreRow, 'workspace'>>(
    `SELECT model_id, model_version, as_of, profile, score, probability, segment, confidence,
       predicted_conversion_date, category, signals, contributions, signal_values, scored_at
     FROM scores FINAL WHERE ${where}${beyond} ORDER BY score DESC, profile DESC LIMIT {limit:UInt32}`,
    { ...params, limit, ...(after && { score: after.score, after: after.profile }) },
  );
  const workspace = String(params['workspace']);
  const [names, changes] = await Promise.all([
    findIdentifiers(
      store,
      workspace,
      rows.map((row) => row.profile),
    ),
    rows.length === 0
      ? new Map<string, ScoreChange>()
      : readChanges(store, { workspace, modelId: rows[0].model_id, asOf: fromClickHouseTime(rows[0].as_of) }, rows),
  ]);
  return rows.map((row) => ({
    profileId: toHexId(BigInt(row.profile)),
    userId: names.get(row.profile)?.userId || null,
    anonymousId: names.get(row.profile)?.anonymousId || null,
    modelId: row.model_id,
    modelVersion: row.model_version,
    asOf: fromClickHouseTime(row.as_of).toISOString(),
    score: row.score,
    segment: row.segment,
    probability: row.probability,
    confidence: row.confidence,
    predictedConversionDate: row.predicted_conversion_date,
    category: row.category || null,
    change: changes.get(row.profile) ?? null,
    signals: reasonsFrom(row.signals, row.signal_values.map(Number), row.contributions.map(Number)),
    lastUpdated: fromClickHouseTime(row.scored_at).toISOString(),
  }));
}

async function findIdentifiers(store: Store, workspace: string, profiles: readonly string[]) {
  const found = new Map<string, { userId: string; anonymousId: string }>();
  if (profiles.length === 0) return found;
  const rows = await store.facts.rows<{ profile: string; userId: string; anonymousId: string }>(
    `SELECT profile, argMax(user_ids, version)[1] AS userId, argMax(anonymous_ids, version)[1] AS anonymousId
     FROM profiles WHERE workspace = {workspace:String} AND profile IN (${profiles.map(BigInt).join(', ')}) GROUP BY profile`,
    { workspace },
  );
  for (const { profile, ...names } of rows) found.set(profile, names);
  return found;
}

function placeOf({ score, profileId }: Pick<Score, 'score' | 'profileId'>): Place {
  return { score, profile: BigInt(`0x${profileId}`).toString() };
}

/** A list stays in the scoring that its first page was made of, so that nobody is skipped while others are scored anew. */
function writeCursor(score: Score, asOf: Date): string {
  return Buffer.from(`${score.score} ${score.profileId} ${asOf.getTime()}`).toString('base64url');
}

function readCursor(cursor: string): Place & { asOf: Date } {
  const [score, profileId, asOf] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (!/^\d{1,3}$/.test(score) || !/^[0-9a-f]{16}$/.test(profileId ?? '') || !/^\d{1,15}$/.test(asOf ?? '')) {
    throw new InklingError('invalid_input', 'The cursor is not one of ours.', {
      field: 'cursor',
      value: cursor,
      hint: 'Pass nextCursor of the page before, unchanged.',
    });
  }
  return { ...placeOf({ score: Number(score), profileId }), asOf: new Date(Number(asOf)) };
}
