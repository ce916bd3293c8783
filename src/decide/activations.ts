// Uses of a segment: somebody is going to act upon its people. Everybody in the audience is drawn into an arm by a hash
// of person and the name of the use, so that the draw needs no memory and depends on nothing a person does. The control arm is left
// alone: it says what acting brings, and keeps the monitor of the scores honest (predict/acted.ts). A third arm may be
// targeted by demographic traits alone, with an audience of the same size [INT-13]. Who was in which arm since when
// stands in the facts (`exposures`), one row per person.

import { randomUUID } from 'node:crypto';
import { InklingError } from '../errors.ts';
import { identityMapSql, toHexId } from '../identify/index.ts';
import { type DemographicRule, findSegment, fitDemographics, matchingSql } from '../predict/index.ts';
import type { Params, Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { demographicAudienceSql } from './demographicAudience.ts';

/** Whom an arm acts upon: those of the segment, those of the demographic audience, nobody. */
export const arms = ['intent', 'demographic', 'control'] as const;
export type Arm = (typeof arms)[number];

export type Activation = {
  id: string;
  name: string;
  segmentId: string;
  modelId: string;
  /** Of everybody in an audience, who is in which arm. */
  shares: Record<Arm, number>;
  /** By what people are reached, in the workspace's own words. */
  channel: string;
  conversionEvent: string;
  productCategory: string | null;
  /** Within so many days after the assignment a conversion counts. */
  windowDays: number;
  /** What the demographic audience was chosen by; null without that arm. */
  demographics: DemographicRule | null;
  startedAt: string;
  endedAt: string | null;
  createdBy: string;
};

export type NewActivation = {
  workspace: string;
  name: string;
  segmentId: string;
  controlShare?: number;
  demographicShare?: number;
  channel?: string;
  /** Absent = the timeframe of the model. */
  windowDays?: number;
  /** From which moment on the people are acted upon. */
  at: Date;
  now: Date;
  by: string;
};

/** Enough to see a third more or less with some hundred people who convert. */
export const USUAL_CONTROL_SHARE = 0.1;
const GROUPS_KEPT = 20;

/** Draws the people of a segment into arms and writes down who is in which. */
export async function startActivation(store: Store, wanted: NewActivation): Promise<Activation> {
  const { workspace, name, segmentId, controlShare = USUAL_CONTROL_SHARE, demographicShare = 0, at } = wanted;
  if (controlShare + demographicShare > 0.95) {
    throw new InklingError('invalid_input', 'Nearly nobody is left to act upon.', {
      field: 'controlShare',
      value: controlShare,
      hint: 'Keep controlShare and demographicShare together at 0.95 or less.',
    });
  }
  const { model } = await findSegment(store, workspace, segmentId);
  const windowDays = wanted.windowDays ?? model.timeframeDays;
  const outcome = {
    event: model.conversionEvent,
    timeframeDays: windowDays,
    category: model.productCategory ?? undefined,
  };
  const rule = demographicShare > 0 ? await fitDemographics(store, { workspace, outcome, asOf: at }) : undefined;
  const id = randomUUID();
  await store.state.transaction(async (tx) => {
    const [taken] = await tx.query('SELECT 1 FROM activations WHERE workspace = $1 AND name = $2', [workspace, name]);
    if (taken) {
      throw new InklingError('conflict', `There is already an activation named "${name}".`, {
        field: 'name',
        value: name,
        hint: 'Choose another name.',
      });
    }
    await tx.query(
      `INSERT INTO activations (id, workspace, name, segment_id, model_id, control_share, demographic_share, channel,
         conversion_event, product_category, window_days, basis, started_at, created_by, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15)`,
      [
        ...[id, workspace, name, segmentId, model.id, controlShare, demographicShare],
        ...[wanted.channel ?? '', model.conversionEvent, model.productCategory, windowDays],
        rule === undefined ? null : JSON.stringify({ ...rule, groups: rule.groups.slice(0, GROUPS_KEPT) }),
        ...[at, wanted.by, wanted.now],
      ],
    );
  });
  const activation = await getActivation(store, workspace, id);
  try {
    await assign(store, workspace, activation, { at, rule });
  } catch (error) {
    await store.state.query('DELETE FROM activations WHERE id = $1', [id]);
    throw error;
  }
  return activation;
}

/**
 * Draws those who came into the segment since. With a demographic arm nobody is added: who has been in one audience for
 * a while would be missing from the other, and the two would not be drawn alike.
 */
export async function refreshActivations(store: Store, { workspace, at }: { workspace: string; at: Date }) {
  for (const activation of await listActivations(store, workspace)) {
    if (activation.endedAt !== null || activation.shares.demographic > 0) continue;
    await assign(store, workspace, activation, { at }).catch((error) => {
      // A segment that was deleted since gets nobody any more.
      if (!(error instanceof InklingError) || error.code !== 'not_found') throw error;
    });
  }
}

/** Newest first. */
export async function listActivations({ state }: Store, workspace: string): Promise<Activation[]> {
  const rows = await state.query<Row>('SELECT * FROM activations WHERE workspace = $1 ORDER BY created_at DESC, id', [
    workspace,
  ]);
  return rows.map(toActivation);
}

export async function getActivation({ state }: Store, workspace: string, id: string): Promise<Activation> {
  const [row] = await state.query<Row>('SELECT * FROM activations WHERE workspace = $1 AND id = $2', [workspace, id]);
  if (row === undefined) {
    throw new InklingError('not_found', `There is no activation "${id}" in this workspace.`, {
      field: 'id',
      value: id,
      hint: 'GET /api/v1/measure/activations lists them.',
    });
  }
  return toActivation(row);
}

/** Nobody is acted upon from now on; what was done is still measured. Ending twice changes nothing. */
export async function endActivation(store: Store, workspace: string, id: string, now: Date): Promise<Activation> {
  await store.state.query(
    'UPDATE activations SET ended_at = $3 WHERE workspace = $1 AND id = $2 AND ended_at IS NULL',
    [workspace, id, now],
  );
  return getActivation(store, workspace, id);
}

export type Member = { profileId: string; userId: string | null; anonymousId: string | null; arm: Arm; since: string };
export type MemberPage = { people: Member[]; nextCursor: string | null };

/** Whom to act upon, or who is in an arm, by profile id; a page at a time. */
export async function listMembers(
  store: Store,
  workspace: string,
  id: string,
  { arm, cursor, limit }: { arm?: Arm; cursor?: string; limit: number },
): Promise<MemberPage> {
  const { id: activation } = await getActivation(store, workspace, id);
  const who = arm === undefined ? 'acted = 1' : 'variant = {arm:String}';
  const after = cursor === undefined ? 0n : readCursor(cursor);
  const rows = await store.facts.rows<{ profile: string; variant: Arm; at: string; user: string; anonymous: string }>(
    `SELECT e.profile AS profile, e.variant AS variant, e.at AS at, p.user AS user, p.anonymous AS anonymous
     FROM (SELECT profile, variant, at FROM exposures FINAL WHERE workspace = {workspace:String}
         AND experiment = {activation:String} AND ${who} AND profile > {after:UInt64} ORDER BY profile LIMIT {limit:UInt32}) AS e
     LEFT JOIN (SELECT profile, argMax(user_ids, version)[1] AS user, argMax(anonymous_ids, version)[1] AS anonymous
       FROM profiles WHERE workspace = {workspace:String} GROUP BY profile) AS p ON e.profile = p.profile
     ORDER BY e.profile`,
    { workspace, activation, after, limit, ...(arm && { arm }) },
  );
  return {
    people: rows.map(({ profile, variant, at, user, anonymous }) => ({
      profileId: toHexId(BigInt(profile)),
      userId: user || null,
      anonymousId: anonymous || null,
      arm: variant,
      since: `${at.replace(' ', 'T')}Z`,
    })),
    nextCursor: rows.length === limit ? Buffer.from(rows[rows.length - 1].profile).toString('base64url') : null,
  };
}

type Row = {
  id: string;
  name: string;
  segment_id: string;
  model_id: string;
  control_share: number;
  demographic_share: number;
  channel: string;
  conversion_event: string;
  product_category: string | null;
  window_days: number;
  basis: DemographicRule | null;
  started_at: Date;
  ended_at: Date | null;
  created_by: string;
};

function toActivation(row: Row): Activation {
  const [control, demographic] = [row.control_share, row.demographic_share];
  return {
    id: row.id,
    name: row.name,
    segmentId: row.segment_id,
    modelId: row.model_id,
    shares: { intent: 1 - control - demographic, demographic, control },
    channel: row.channel,
    conversionEvent: row.conversion_event,
    productCategory: row.product_category,
    windowDays: row.window_days,
    demographics: row.basis,
    startedAt: new Date(row.started_at).toISOString(),
    endedAt: row.ended_at && new Date(row.ended_at).toISOString(),
    createdBy: row.created_by,
  };
}

type Assigning = { at: Date; rule?: DemographicRule };

/** Everybody in an audience gets an arm; who has one keeps it, under whatever profile they are known now. */
async function assign(store: Store, workspace: string, activation: Activation, { at, rule }: Assigning) {
  const { facts } = store;
  const { id, segmentId, shares, channel } = activation;
  const { model, filter } = await findSegment(store, workspace, segmentId);
  const members = await matchingSql(store, model, filter);
  if (members === undefined) {
    throw new InklingError('conflict', 'Nobody was scored yet.', {
      field: 'segmentId',
      value: segmentId,
      hint: 'Score everyone first: `inkling score`.',
    });
  }
  const params: Params = {
    ...members.params,
    ...{ activation: id, salt: `${workspace} ${activation.name}`, channel, at: toClickHouseTime(at) },
    ...{ intent: shares.intent, demographic: shares.demographic },
  };
  const audiences = [`SELECT profile, 'intent' AS audience FROM (${members.sql})`];
  if (rule !== undefined) {
    const everyone = await matchingSql(store, model, {});
    const picked = await demographicAudienceSql(store, {
      rule,
      at,
      members,
      everyone: everyone ?? members,
    });
    Object.assign(params, picked.params);
    audiences.push(`SELECT profile, 'demographic' AS audience FROM (${picked.sql})`);
  }
  await facts.command(
    `INSERT INTO exposures (workspace, id, at, profile, experiment, variant, channel, content, audiences, chance, acted)
     SELECT {workspace:String}, {activation:String}, {at:DateTime64(3, 'UTC')}, profile, {activation:String}, arm,
       {channel:String}, '', audiences, chance, has(audiences, arm)
     FROM (
       SELECT profile, arraySort(groupArray(audience)) AS audiences,
         sipHash64({salt:String}, profile) / 18446744073709551616. AS draw,
         multiIf(draw < {intent:Float64}, 'intent', draw < {intent:Float64} + {demographic:Float64}, 'demographic', 'control') AS arm,
         if(has(audiences, 'intent'), {intent:Float64}, 0) + if(has(audiences, 'demographic'), {demographic:Float64}, 0) AS chance
       FROM (${audiences.join(' UNION ALL ')}) GROUP BY profile)
     WHERE profile NOT IN (
       SELECT if(m.profile = 0, e.profile, m.profile)
       FROM (SELECT profile FROM exposures WHERE workspace = {workspace:String} AND experiment = {activation:String}) AS e
       LEFT JOIN (${identityMapSql()}) AS m ON e.profile = m.node)`,
    params,
  );
}

function readCursor(cursor: string): bigint {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw new InklingError('invalid_input', 'The cursor is not one of ours.', {
    field: 'cursor',
    value: cursor,
    hint: 'Pass nextCursor of the page before, unchanged.',
  });
}
