// One person: who they are, how close to buying and why, and what holds their identifiers together.

import { InklingError } from '../../errors.ts';
import { currencyOf } from '../../govern/index.ts';
import { findProfile, identityOf, membersOf, toHexId } from '../../identify/index.ts';
import {
  findActiveModel,
  findQuestion,
  type Level,
  loadPredictor,
  type ModelRecord,
  readScore,
  type Score,
  sentenceFor,
} from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { fromClickHouseTime } from '../../time.ts';
import { readOtherCurrencies } from './money.ts';
import { displayName } from './names.ts';

export type Scope = { workspace: string; profile: bigint };

/** The profile that any identifier names; an error that says which are understood when there is none. */
export async function requireProfile(store: Store, workspace: string, id: string): Promise<bigint> {
  const profile = await findProfile(store, workspace, id);
  if (profile !== undefined) return profile;
  throw new InklingError('not_found', `Nobody in this workspace is known as "${id}".`, {
    field: 'id',
    value: id,
    hint: 'Use a profile id, a user id or an anonymous id. Somebody new appears once their first event is shipped.',
  });
}

/** The nodes of a profile, as decimal text for ClickHouse. */
export async function nodesOf({ facts }: Store, { workspace, profile }: Scope): Promise<string[]> {
  return (await membersOf(facts, workspace, [profile])).map(String);
}

export async function readPerson(store: Store, scope: Scope) {
  const id = toHexId(scope.profile);
  const model = await findActiveModel(store, scope.workspace);
  const currency = await currencyOf(store, scope.workspace);
  const nodes = await nodesOf(store, scope);
  const [profile, identity, otherCurrencies, score, scoreHistory] = await Promise.all([
    readProfile(store, scope),
    identityOf(store, scope.workspace, scope.profile),
    readOtherCurrencies(store, { workspace: scope.workspace, currency, nodes }),
    model ? readScore(store, model, scope.profile) : undefined,
    model ? readScoreHistory(store, scope, model) : [],
  ]);
  const identifiers = {
    userIds: profile.user_ids,
    anonymousIds: profile.anonymous_ids,
    emailHashes: profile.email_hashes,
    phoneHashes: profile.phone_hashes,
  };
  const name = displayName(id, identifiers);
  const intent = model && score ? await describeIntent(store, model, score, name) : null;
  return {
    id,
    displayName: name,
    identifiers,
    score: score?.score ?? null,
    segment: score?.segment ?? null,
    confidence: score?.confidence ?? null,
    category: score?.category ?? null,
    topReason: score?.signals.find((reason) => reason.direction === 'raises')?.sentence ?? null,
    firstSeenAt: fromClickHouseTime(profile.first_seen),
    lastSeenAt: fromClickHouseTime(profile.last_seen),
    events: Number(profile.events),
    purchases: Number(profile.purchases),
    revenue: profile.revenue,
    traits: JSON.parse(profile.traits || '{}') as Record<string, unknown>,
    platforms: profile.platforms,
    country: profile.country,
    deviceType: profile.device_type,
    bot: profile.bot === 1,
    otherCurrencies,
    intent,
    scoreHistory,
    identity,
  };
}

type ProfileRow = {
  user_ids: string[];
  anonymous_ids: string[];
  email_hashes: string[];
  phone_hashes: string[];
  first_seen: string;
  last_seen: string;
  events: string;
  purchases: string;
  revenue: number;
  traits: string;
  platforms: string[];
  country: string;
  device_type: string;
  bot: number;
};

async function readProfile({ facts }: Store, { workspace, profile }: Scope): Promise<ProfileRow> {
  const [row] = await facts.rows<ProfileRow>(
    `SELECT * FROM profiles FINAL WHERE workspace = {workspace:String} AND profile = {profile:UInt64}`,
    { workspace, profile },
  );
  if (row) return row;
  throw new InklingError('not_found', 'This person was not resolved yet.', {
    field: 'id',
    value: toHexId(profile),
    hint: 'People appear after the next resolution: npm run -s inkling -- resolve.',
  });
}

async function readScoreHistory({ facts }: Store, { workspace, profile }: Scope, model: ModelRecord) {
  const rows = await facts.rows<{ at: string; score: number; segment: Level }>(
    `SELECT toString(as_of) AS at, score, segment FROM scores FINAL
     WHERE workspace = {workspace:String} AND model_id = {model:String} AND profile = {profile:UInt64}
     ORDER BY as_of LIMIT 400`,
    { workspace, profile, model: model.id },
  );
  return rows.map((row) => ({ asOf: fromClickHouseTime(row.at), score: row.score, segment: row.segment }));
}

async function describeIntent(store: Store, model: ModelRecord, score: Score, name: string) {
  const predictor = await loadPredictor(store, model);
  const wording = findQuestion(model.question).wording(model.settings);
  const { timeframeDays } = model;
  const level = { level: score.segment, score: score.score, timeframeDays };
  return {
    modelId: model.id,
    timeframeDays,
    asOf: score.asOf,
    score: score.score,
    probability: score.probability,
    segment: score.segment,
    confidence: score.confidence,
    confidenceReason: predictor.confidenceReason(score.confidence, score.probability),
    change: score.change,
    predictedConversionDate: score.predictedConversionDate,
    category: score.category,
    sentence: sentenceFor(name, level, score.signals, wording),
    reasons: score.signals,
  };
}
