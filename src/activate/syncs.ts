// Sending people with their scores to where a workspace wants them [INT-8]: everyone who passes the filter, page by page in
// signed calls, without those who say no to advertising. A call that fails for a moment is made again with growing
// pauses; a page that is refused is counted and the next one goes out; after a few in a row the whole is given up. A
// receiver tells repeated calls by X-Inkling-Sync and X-Inkling-Batch.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { listActivations } from '../decide/index.ts';
import { InklingError } from '../errors.ts';
import type { WorkspaceConsent } from '../govern/index.ts';
import {
  type Level,
  latestScoring,
  type ModelRecord,
  type Reason,
  type Score,
  type ScoreFilter,
  streamScores,
} from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import { addDays, toClickHouseTime } from '../time.ts';
import { hookFor, type Receiver } from './integrations.ts';
import { isDenied, readNames } from './names.ts';
import { type Hook, postSigned } from './signed.ts';

export type SyncRequest = {
  workspace: string;
  receiver: Receiver;
  model: ModelRecord;
  filter: ScoreFilter;
  /** Whom the filter stands for; absent = everyone who passes it. */
  segment?: { id: string; name: string };
  consent: WorkspaceConsent;
  now(): Date;
  /** Pause before a failed call is made again; doubles each time. */
  pauseMs?: number;
};

export type Sync = {
  id: string;
  receiver: Receiver;
  segmentId: string | null;
  modelId: string;
  url: string;
  status: 'RUNNING' | 'DONE' | 'FAILED';
  asOf: string | null;
  people: number;
  sent: number;
  /** People who say no to advertising, or are left alone in a use of the segment, to see what acting brings. */
  withheld: number;
  failed: number;
  fault: string | null;
  startedAt: string;
  finishedAt: string | null;
};

/** One person as a receiver gets them. */
export type SentPerson = {
  profileId: string;
  userId: string | null;
  anonymousId: string | null;
  emailHashes: string[];
  score: number;
  level: Level;
  /** Points since a week before; null = not scored then. */
  trend: number | null;
  confidence: number;
  predictedConversionDate: string | null;
  category: string | null;
  reasons: string[];
};

const PEOPLE_PER_CALL = 500;
const CALLS_PER_PAGE = 4;
const PAUSE_MS = 500;
/** Pages refused one after the other before the whole is given up. */
const PATIENCE = 3;
const TREND_DAYS = 7;

/** Begins to send; the record tells how far it got. Throws `conflict` while there is no address. */
export async function startSync(store: Store, request: SyncRequest): Promise<{ sync: Sync; finished: Promise<Sync> }> {
  const { workspace, receiver, model, segment, now } = request;
  const hook = await hookFor(store, workspace, receiver);
  const asOf = await latestScoring(store, model);
  const sync: Sync = {
    ...{ id: randomUUID(), receiver, segmentId: segment?.id ?? null, modelId: model.id, url: hook.url },
    ...{
      status: 'RUNNING',
      asOf: asOf?.toISOString() ?? null,
      people: 0,
      sent: 0,
      withheld: 0,
      failed: 0,
      fault: null,
    },
    ...{ startedAt: now().toISOString(), finishedAt: null },
  };
  await store.state.query(
    `INSERT INTO syncs (id, workspace, receiver, segment_id, model_id, url, status, as_of, started_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'RUNNING', $7, $8)`,
    [sync.id, workspace, receiver, sync.segmentId, model.id, hook.url, asOf ?? null, sync.startedAt],
  );
  return { sync, finished: sendAll(store, request, hook, sync) };
}

async function sendAll(store: Store, request: SyncRequest, hook: Hook, begun: Sync): Promise<Sync> {
  let sync = begun;
  try {
    sync = await sendPages(store, request, hook, sync);
  } catch (error) {
    sync = { ...sync, status: 'FAILED', fault: messageOf(error) };
  }
  sync = { ...sync, finishedAt: request.now().toISOString() };
  await keep(store, request.workspace, sync);
  return sync;
}

async function sendPages(store: Store, request: SyncRequest, hook: Hook, begun: Sync): Promise<Sync> {
  const sync = { ...begun };
  let batch = 0;
  let refused = 0;
  for await (const page of streamScores(store, request.model, request.filter)) {
    const people = await describePeople(store, request, page);
    for (let from = 0; from < people.length; from += PEOPLE_PER_CALL) {
      const some = people.slice(from, from + PEOPLE_PER_CALL);
      const allowed = some.filter(({ denied }) => !denied).map(({ person }) => person);
      sync.people += some.length;
      sync.withheld += some.length - allowed.length;
      if (allowed.length === 0) continue;
      batch += 1;
      const fault = await sendBatch(request, hook, { sync, batch, people: allowed });
      refused = fault === null ? 0 : refused + 1;
      if (fault === null) sync.sent += allowed.length;
      else Object.assign(sync, { failed: sync.failed + allowed.length, fault });
      if (refused === PATIENCE) return { ...sync, status: 'FAILED' };
    }
    await keep(store, request.workspace, sync);
  }
  return { ...sync, status: sync.failed > 0 && sync.sent === 0 ? 'FAILED' : 'DONE' };
}

/** What was wrong in the end; null = it arrived. */
async function sendBatch(
  { workspace, receiver, segment, now, pauseMs = PAUSE_MS }: SyncRequest,
  hook: Hook,
  { sync, batch, people }: { sync: Sync; batch: number; people: readonly SentPerson[] },
): Promise<string | null> {
  const { id, modelId, asOf } = sync;
  const body = JSON.stringify({
    ...{ event: `intent.${receiver}`, workspace, sync: id, batch, modelId, asOf, segment: segment ?? null, people },
  });
  const headers = { 'x-inkling-sync': id, 'x-inkling-batch': String(batch) };
  for (let call = 1; ; call++) {
    try {
      await postSigned(hook, body, { at: now(), headers });
      return null;
    } catch (error) {
      if (call === CALLS_PER_PAGE || !mayPass(error)) return messageOf(error);
      await sleep(pauseMs * 2 ** (call - 1));
    }
  }
}

/** Whether the same call may do better in a moment: anything but a clear no. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof InklingError)) return true;
  if (error.code !== 'unavailable') return false;
  const status = Number(error.value);
  return !(status >= 400 && status < 500) || status === 408 || status === 425 || status === 429;
}

async function describePeople(
  store: Store,
  { workspace, model, consent, segment }: SyncRequest,
  scores: readonly Score[],
) {
  const ids = scores.map(({ profileId }) => BigInt(`0x${profileId}`));
  const names = await readNames(store, workspace, ids, 'batch');
  const before = await readBefore(store, model, new Date(scores[0].asOf), ids);
  const alone = await readLeftAlone(store, workspace, segment?.id, ids);
  return scores.map((score) => {
    const known = names.get(score.profileId);
    const earlier = before.get(score.profileId);
    const person: SentPerson = {
      profileId: score.profileId,
      userId: score.userId,
      anonymousId: score.anonymousId,
      emailHashes: known?.email_hashes ?? [],
      score: score.score,
      level: score.segment,
      trend: earlier === undefined ? null : score.score - earlier,
      confidence: score.confidence,
      predictedConversionDate: score.predictedConversionDate,
      category: score.category,
      reasons: score.signals.map((reason: Reason) => reason.sentence),
    };
    const denied = isDenied(consent, 'advertising', known);
    return { person, denied: denied || alone.has(score.profileId) };
  });
}

const hexId = "leftPad(lower(hex(profile)), 16, '0') AS id";

/** Who of them is not acted upon in a use of the segment that is under way: to reach them would spoil its measurement. */
async function readLeftAlone(
  store: Store,
  workspace: string,
  segmentId: string | undefined,
  ids: readonly bigint[],
): Promise<ReadonlySet<string>> {
  const uses = (await listActivations(store, workspace)).filter(
    (use) => segmentId !== undefined && use.segmentId === segmentId && use.endedAt === null,
  );
  if (uses.length === 0) return new Set();
  const rows = await store.facts.rows<{ id: string }>(
    `SELECT DISTINCT ${hexId} FROM exposures FINAL WHERE workspace = {workspace:String}
       AND experiment IN {uses:Array(String)} AND acted = 0 AND profile IN (${ids.join(', ')})`,
    { workspace, uses: uses.map(({ id }) => id) },
    'batch',
  );
  return new Set(rows.map(({ id }) => id));
}

/** The scores of a week before, or the first since. */
async function readBefore({ facts }: Store, { workspace, id }: ModelRecord, asOf: Date, ids: readonly bigint[]) {
  const rows = await facts.rows<{ id: string; earlier: number }>(
    `SELECT ${hexId}, argMin(score, (as_of, -toUnixTimestamp64Milli(scored_at))) AS earlier FROM scores
     WHERE workspace = {workspace:String} AND model_id = {model:String} AND as_of < {asOf:DateTime64(3, 'UTC')}
       AND as_of >= {from:DateTime64(3, 'UTC')} AND profile IN (${ids.join(', ')}) GROUP BY profile`,
    { workspace, model: id, asOf: toClickHouseTime(asOf), from: toClickHouseTime(addDays(asOf, -TREND_DAYS)) },
    'batch',
  );
  return new Map(rows.map((row) => [row.id, row.earlier]));
}

async function keep({ state }: Store, workspace: string, sync: Sync): Promise<void> {
  await state.query(
    `UPDATE syncs SET status = $3, people = $4, sent = $5, withheld = $6, failed = $7, fault = $8, finished_at = $9
     WHERE workspace = $1 AND id = $2`,
    [
      ...[workspace, sync.id, sync.status, sync.people, sync.sent, sync.withheld, sync.failed, sync.fault],
      sync.finishedAt,
    ],
  );
}

/** What a stopped process left behind: nobody goes on with it. Called when the server starts. */
export async function failAbandonedSyncs({ state }: Store, now: Date): Promise<void> {
  await state.query("UPDATE syncs SET status = 'FAILED', fault = $1, finished_at = $2 WHERE status = 'RUNNING'", [
    'The process stopped while it was sending. Send again.',
    now,
  ]);
}

/** Newest first. */
export async function listSyncs({ state }: Store, workspace: string): Promise<Sync[]> {
  const rows = await state.query<SyncRow>(
    'SELECT * FROM syncs WHERE workspace = $1 ORDER BY started_at DESC, id LIMIT 1000',
    [workspace],
  );
  return rows.map(toSync);
}

export async function getSync({ state }: Store, workspace: string, id: string): Promise<Sync> {
  const [row] = await state.query<SyncRow>('SELECT * FROM syncs WHERE workspace = $1 AND id = $2', [workspace, id]);
  if (row) return toSync(row);
  throw new InklingError('not_found', `There is no sync "${id}" in this workspace.`, {
    field: 'id',
    value: id,
    hint: 'GET /api/v1/intent/syncs lists them.',
  });
}

type SyncRow = {
  id: string;
  receiver: Receiver;
  segment_id: string | null;
  model_id: string;
  url: string;
  status: Sync['status'];
  as_of: Date | null;
  people: number;
  sent: number;
  withheld: number;
  failed: number;
  fault: string | null;
  started_at: Date;
  finished_at: Date | null;
};

function toSync(row: SyncRow): Sync {
  const { segment_id, model_id, as_of, started_at, finished_at, id, receiver, url, status, fault } = row;
  const { people, sent, withheld, failed } = row;
  return {
    ...{ id, receiver, segmentId: segment_id, modelId: model_id, url, status, people, sent, withheld, failed, fault },
    asOf: as_of && new Date(as_of).toISOString(),
    startedAt: new Date(started_at).toISOString(),
    finishedAt: finished_at && new Date(finished_at).toISOString(),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
