// Who enters and leaves segments, told to the addresses of a workspace as it happens [SEG-6]. Each address has its own place
// in the log of changes, so that nothing is lost while it is away and nobody waits for another: pages of changes go out in
// signed calls, in order, and the place moves once a call was answered with 2xx. A call may come twice after a crash;
// the id of a change stays the same. Who says no to personalisation is withheld and counted.

import { randomUUID } from 'node:crypto';
import type { Intake } from '../collect/index.ts';
import { changeIdAt, changesAfter, type MembershipChange, readRuleSegment } from '../decide/index.ts';
import { InklingError } from '../errors.ts';
import type { WorkspaceConsent } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { HOUR_MS, SECOND_MS } from '../time.ts';
import { signingSecret } from './integrations.ts';
import { isDenied, readNames } from './names.ts';
import { refuseAddress } from './outbound.ts';
import { emitChanges } from './segmentEvents.ts';
import { postSigned } from './signed.ts';

export type SegmentHook = {
  id: string;
  url: string;
  /** null = all. */
  segmentIds: string[] | null;
  sent: number;
  withheld: number;
  /** Calls that failed since the last that did not. */
  failures: number;
  fault: string | null;
  retryAt: string | null;
  createdAt: string;
  /** To the latest calls, the newest first. */
  answers: HookAnswer[];
};

/** `fault` null = it was taken. */
export type HookAnswer = { at: string; changes: number; isTest: boolean; fault: string | null };

export type SegmentFeedOptions = {
  now(): Date;
  /** Where events of segments that emit them go in. */
  accept: Intake['accept'];
  consentOf(workspace: string): WorkspaceConsent | Promise<WorkspaceConsent>;
  onFault(error: unknown, doing: string): void;
};

export interface SegmentFeed {
  /** Something changed: what is new is told soon. */
  nudge(workspace: string): void;
  /** Tells what is due, failed calls among it; called every some seconds. */
  tick(workspaces: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

type Row = {
  id: string;
  url: string;
  segment_ids: string[] | null;
  heard_until: string;
  sent: string;
  withheld: string;
  failures: number;
  fault: string | null;
  retry_at: Date | null;
  created_at: Date;
  answers: HookAnswer[];
};

const CHANGES_PER_CALL = 200;
/** Changes are read once they are this old, so that one written a moment later is not passed over. */
const SETTLED_MS = SECOND_MS;
const LONGEST_PAUSE_MS = HOUR_MS;

const keepAnswer = (parameter: string) =>
  `answers = jsonb_path_query_array(${parameter}::jsonb || answers, '$[0 to 4]')`;

export type NewSegmentHook = { workspace: string; url: string; segmentIds?: string[]; now: Date; by: string };

/** Hears of changes from now on. Throws `invalid_input` for an address that cannot be called, `not_found` for a segment. */
export async function addSegmentHook(store: Store, wanted: NewSegmentHook): Promise<SegmentHook> {
  const { workspace, url, segmentIds, now, by } = wanted;
  await refuseAddress(url, 'url');
  for (const id of segmentIds ?? []) await readRuleSegment(store, workspace, id);
  await signingSecret(store, workspace, now);
  const id = randomUUID();
  await store.state.query(
    `INSERT INTO segment_hooks (id, workspace, url, segment_ids, heard_until, created_at, created_by)
     VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7)`,
    [id, workspace, url, segmentIds ? JSON.stringify(segmentIds) : null, changeIdAt(now), now, by],
  );
  const [row] = await readHooks(store, workspace, id);
  return hookOf(row);
}

export async function listSegmentHooks(store: Store, workspace: string): Promise<SegmentHook[]> {
  return (await readHooks(store, workspace)).map(hookOf);
}

export async function removeSegmentHook({ state }: Store, workspace: string, id: string): Promise<void> {
  const [row] = await state.query('DELETE FROM segment_hooks WHERE workspace = $1 AND id = $2 RETURNING id', [
    workspace,
    id,
  ]);
  if (row === undefined) throw unknownHook(id);
}

/** A signed call without a change, made now: what the address says is an answer, not an error. Its place in the log stays. */
export async function testSegmentHook(
  store: Store,
  { workspace, id, now }: { workspace: string; id: string; now: Date },
): Promise<HookAnswer> {
  const [row] = await readHooks(store, workspace, id);
  if (row === undefined) throw unknownHook(id);
  const secret = await signingSecret(store, workspace, now);
  const body = JSON.stringify({ event: 'segment.test', workspace, hook: id, changes: [] });
  const fault = await postSigned({ url: row.url, secret }, body, { at: now, headers: { 'x-inkling-hook': id } }).then(
    () => null,
    faultOf,
  );
  const answer = { at: now.toISOString(), changes: 0, isTest: true, fault };
  await store.state.query(`UPDATE segment_hooks SET ${keepAnswer('$2')} WHERE id = $1`, [id, JSON.stringify([answer])]);
  return answer;
}

export function openSegmentFeed(store: Store, options: SegmentFeedOptions): SegmentFeed {
  const { now, onFault } = options;
  const telling = new Map<string, Promise<void>>();
  const timers = new Map<string, NodeJS.Timeout>();
  /** Nudged once more while a telling was due. */
  const late = new Set<string>();
  /** Workspaces that were told since the start: what a stop left untold is told first. */
  const begun = new Set<string>();
  let closed = false;

  const tell = (workspace: string): Promise<void> => {
    const known = telling.get(workspace);
    if (known) return known;
    const attempt = (told: Promise<void>) =>
      told.catch((error) => {
        // What was not told is told with the next tick.
        begun.delete(workspace);
        onFault(error, 'telling of segments');
      });
    const work = Promise.all([tellAll, emitAll].map((one) => attempt(one(store, workspace, options))))
      .then(() => {})
      .finally(() => telling.delete(workspace));
    telling.set(workspace, work);
    return work;
  };

  return {
    nudge: function nudge(workspace) {
      if (closed) return;
      if (timers.has(workspace)) {
        late.add(workspace);
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(workspace);
        // What changed meanwhile may be too young for this telling, and nothing else may come that nudges.
        if (late.delete(workspace)) nudge(workspace);
        // What came while the last telling was under way may have been too young for it.
        void (telling.get(workspace) ?? Promise.resolve()).then(() => tell(workspace));
      }, 2 * SETTLED_MS);
      timers.set(workspace, timer.unref());
    },
    async tick(workspaces) {
      for (const workspace of workspaces) {
        const hooks = await readHooks(store, workspace);
        const isDue = hooks.some(({ retry_at: at }) => at !== null && new Date(at) <= now());
        const isFirst = !begun.has(workspace);
        begun.add(workspace);
        if (isDue || isFirst) await tell(workspace);
      }
    },
    async close() {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(telling.values());
    },
  };
}

function emitAll(store: Store, workspace: string, { now, accept }: SegmentFeedOptions): Promise<void> {
  return emitChanges(store, workspace, accept, { now: now(), until: new Date(now().getTime() - SETTLED_MS) });
}

async function tellAll(store: Store, workspace: string, options: SegmentFeedOptions): Promise<void> {
  const now = options.now();
  const rows = await readHooks(store, workspace);
  const due = rows.filter(({ retry_at: at }) => at === null || new Date(at) <= now);
  await Promise.all(due.map((row) => tellOne(store, workspace, row, options)));
}

/** Page by page until nothing is new or a call fails. */
async function tellOne(store: Store, workspace: string, row: Row, options: SegmentFeedOptions): Promise<void> {
  const secret = await signingSecret(store, workspace, options.now());
  const consent = await options.consentOf(workspace);
  let after = row.heard_until;
  for (;;) {
    const until = new Date(options.now().getTime() - SETTLED_MS);
    const segmentIds = row.segment_ids ?? undefined;
    const changes = await changesAfter(store, workspace, { after, until, segmentIds, limit: CHANGES_PER_CALL });
    if (changes.length === 0) return;
    const told = await describe(store, workspace, changes, consent);
    after = changes[changes.length - 1].id;
    try {
      if (told.length > 0) await call(row, { secret, workspace, told, at: options.now() });
    } catch (error) {
      await noteFailure(store, row.id, { error, changes: told.length, now: options.now() });
      return;
    }
    const at = options.now().toISOString();
    const answers = told.length > 0 ? [{ at, changes: told.length, isTest: false, fault: null }] : [];
    await store.state.query(
      `UPDATE segment_hooks SET heard_until = $2, sent = sent + $3, withheld = withheld + $4, failures = 0, fault = NULL,
         retry_at = NULL, ${keepAnswer('$5')} WHERE id = $1`,
      [row.id, after, told.length, changes.length - told.length, JSON.stringify(answers)],
    );
    if (changes.length < CHANGES_PER_CALL) return;
  }
}

type Told = Record<string, unknown>;

function call(
  { id, url }: Row,
  { secret, workspace, told, at }: { secret: string; workspace: string; told: Told[]; at: Date },
) {
  const body = JSON.stringify({ event: 'segment.changes', workspace, hook: id, changes: told });
  return postSigned({ url, secret }, body, { at, headers: { 'x-inkling-hook': id } });
}

/** The next call waits twice as long after each failure, an hour at most; nothing is given up. */
async function noteFailure(
  { state }: Store,
  id: string,
  { error, changes, now }: { error: unknown; changes: number; now: Date },
): Promise<void> {
  const fault = faultOf(error);
  const answer = { at: now.toISOString(), changes, isTest: false, fault };
  const [row] = await state.query<{ failures: number }>(
    `UPDATE segment_hooks SET failures = failures + 1, fault = $2, ${keepAnswer('$3')} WHERE id = $1 RETURNING failures`,
    [id, fault, JSON.stringify([answer])],
  );
  const pauseMs = Math.min(LONGEST_PAUSE_MS, SECOND_MS * 2 ** Math.min(20, row?.failures ?? 1));
  await state.query('UPDATE segment_hooks SET retry_at = $2 WHERE id = $1', [id, new Date(now.getTime() + pauseMs)]);
}

function faultOf(error: unknown): string {
  return String((error as Error).message).slice(0, 300);
}

function unknownHook(id: string): InklingError {
  return new InklingError('not_found', `No address "${id}" hears of segments in this workspace.`, {
    field: 'id',
    value: id,
    hint: 'GET /api/v1/segments/hooks lists them.',
  });
}

async function describe(
  store: Store,
  workspace: string,
  changes: readonly MembershipChange[],
  consent: WorkspaceConsent,
): Promise<Told[]> {
  const profiles = [...new Set(changes.map(({ profileId }) => BigInt(`0x${profileId}`)))];
  const names = await readNames(store, workspace, profiles, 'online');
  return changes.flatMap((change) => {
    const known = names.get(change.profileId);
    if (isDenied(consent, 'personalisation', known)) return [];
    return [{ ...change, userId: known?.user_ids[0] ?? null, anonymousId: known?.anonymous_ids[0] ?? null }];
  });
}

function readHooks({ state }: Store, workspace: string, id?: string): Promise<Row[]> {
  return state.query<Row>(
    'SELECT * FROM segment_hooks WHERE workspace = $1 AND ($2::text IS NULL OR id = $2) ORDER BY created_at, id',
    [workspace, id ?? null],
  );
}

function hookOf(row: Row): SegmentHook {
  return {
    id: row.id,
    url: row.url,
    segmentIds: row.segment_ids,
    sent: Number(row.sent),
    withheld: Number(row.withheld),
    failures: row.failures,
    fault: row.fault,
    retryAt: row.retry_at && new Date(row.retry_at).toISOString(),
    createdAt: new Date(row.created_at).toISOString(),
    answers: row.answers,
  };
}
