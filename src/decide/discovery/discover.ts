// Discovery over everybody [SEG-8] [CBP-5]: a snapshot of the behaviours as of now, groups from a sample of it, then one
// streamed pass that counts whom each group and each rule holds. Only counts are kept, nobody's group.

import { randomUUID } from 'node:crypto';
import { InklingError } from '../../errors.ts';
import { readMatrix, signalSetOf, streamFeatures, takeSnapshot } from '../../features/index.ts';
import type { Store } from '../../store/index.ts';
import { toClickHouseTime } from '../../time.ts';
import { findGroupsAside } from './aside.ts';
import { discoverySignals, LEAST_VISITS } from './behaviours.ts';
import { assignGroups, type Group, type Groups } from './groups.ts';
import { habitual } from './ruler.ts';

export type DiscoveredGroup = Group & {
  /** Everybody whom the group holds, and as a share of those with habits. */
  size: number;
  share: number;
};

export type Discovery = {
  id: string;
  status: 'RUNNING' | 'DONE' | 'FAILED';
  /** From 0 to 1. */
  progress: number;
  asOf: string;
  startedAt: string;
  finishedAt: string | null;
  failure: string | null;
  result: DiscoveryResult | null;
};

export type DiscoveryResult = {
  people: {
    known: number;
    /** Came often enough to show habits; only these are grouped. */
    habitual: number;
    leastVisits: number;
    /** Whose behaviour the groups were looked for in. */
    learnedFrom: number;
  };
  /** Why there are no groups; null where there are. */
  refusal: string | null;
  candidates: Groups['candidates'];
  /** Largest first. */
  groups: DiscoveredGroup[];
};

export type DiscoverOptions = {
  workspace: string;
  now: Date;
  /** Only what happened before; absent = now. */
  asOf?: Date;
  seed?: number;
  onProgress?: (done: number, total: number) => void;
};

const SAMPLE_AT_MOST = 50_000;
const KEPT = 20;
/** A run that has not told anything for so long died with its process. */
const SILENT_MS = 30 * 60_000;

/** Looks for groups and keeps what was found. Throws `conflict` while another run is under way. */
export async function discover(store: Store, options: DiscoverOptions): Promise<Discovery> {
  return runDiscovery(store, await startDiscovery(store, options), options);
}

/** Notes that a run begins; `runDiscovery` does the work. Throws `conflict` while another is under way. */
export async function startDiscovery(store: Store, { workspace, now, asOf = now }: DiscoverOptions): Promise<string> {
  const id = randomUUID();
  const silent = new Date(now.getTime() - SILENT_MS);
  const [started] = await store.state.query<{ id: string }>(
    `INSERT INTO discoveries (id, workspace, status, progress, as_of, started_at, heard_at)
     SELECT $1, $2, 'RUNNING', 0, $3, $4, $4
     WHERE NOT EXISTS (SELECT 1 FROM discoveries WHERE workspace = $2 AND status = 'RUNNING' AND heard_at > $5)
     RETURNING id`,
    [id, workspace, asOf, now, silent],
  );
  if (started === undefined) {
    throw new InklingError('conflict', 'Groups are being looked for already.', {
      hint: 'Wait until that run is done: GET /api/v1/segments/discoveries.',
    });
  }
  return id;
}

/** The work of a run that was started. A failure is kept with the run and thrown. */
export async function runDiscovery(store: Store, id: string, options: DiscoverOptions): Promise<Discovery> {
  const { workspace, onProgress } = options;
  const note = async (change: { progress?: number; status?: string; failure?: string; result?: DiscoveryResult }) =>
    store.state.query(
      `UPDATE discoveries SET progress = coalesce($3, progress), status = coalesce($4, status),
         failure = $5, result = $6::jsonb, heard_at = now(), finished_at = CASE WHEN $4::text IS NULL THEN NULL ELSE now() END
       WHERE workspace = $1 AND id = $2`,
      [
        workspace,
        id,
        change.progress ?? null,
        change.status ?? null,
        change.failure ?? null,
        change.result ? JSON.stringify(change.result) : null,
      ],
    );
  let told = Promise.resolve<unknown>(undefined);
  const onShare = (share: number) => {
    onProgress?.(Math.round(share * 100), 100);
    told = told.then(() => note({ progress: share })).catch(() => {});
  };
  try {
    const result = await look(store, options, onShare);
    await told;
    await note({ status: 'DONE', progress: 1, result });
  } catch (error) {
    await told;
    await note({ status: 'FAILED', failure: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  await forgetOld(store, workspace);
  return readDiscovery(store, workspace, id);
}

/** The latest runs, newest first. */
export async function listDiscoveries({ state }: Store, workspace: string): Promise<Discovery[]> {
  const rows = await state.query<Row>(
    `SELECT ${columns} FROM discoveries WHERE workspace = $1 ORDER BY started_at DESC, id LIMIT ${KEPT}`,
    [workspace],
  );
  return rows.map(toDiscovery);
}

/** Throws `not_found`. */
export async function readDiscovery({ state }: Store, workspace: string, id: string): Promise<Discovery> {
  const [row] = await state.query<Row>(`SELECT ${columns} FROM discoveries WHERE workspace = $1 AND id::text = $2`, [
    workspace,
    id,
  ]);
  if (row) return toDiscovery(row);
  throw new InklingError('not_found', `There is no discovery "${id}" in this workspace.`, {
    field: 'id',
    value: id,
    hint: 'GET /api/v1/segments/discoveries lists them.',
  });
}

const columns = 'id, status, progress, as_of, started_at, finished_at, failure, result';
type Row = {
  id: string;
  status: Discovery['status'];
  progress: number;
  as_of: Date;
  started_at: Date;
  finished_at: Date | null;
  failure: string | null;
  result: DiscoveryResult | null;
};

function toDiscovery(row: Row): Discovery {
  const iso = (moment: Date) => new Date(moment).toISOString();
  return {
    id: row.id,
    status: row.status,
    progress: row.progress,
    asOf: iso(row.as_of),
    startedAt: iso(row.started_at),
    finishedAt: row.finished_at && iso(row.finished_at),
    failure: row.failure,
    result: row.result,
  };
}

async function look(
  store: Store,
  { workspace, now, asOf = now, seed = 1 }: DiscoverOptions,
  onShare: (share: number) => void,
): Promise<DiscoveryResult> {
  const signalSet = signalSetOf(discoverySignals);
  const source = { workspace, signalSet, signals: discoverySignals };
  await takeSnapshot(store, {
    ...{ workspace, asOf, now, signals: discoverySignals },
    onProgress: (done, total) => onShare((0.5 * done) / total),
  });
  try {
    const { x } = await readMatrix(store, { ...source, asOf: [asOf], sample: { maxRows: SAMPLE_AT_MOST, seed } });
    const found = await findGroupsAside({ x, seed }, (done, total) => onShare(0.5 + (0.4 * done) / total));
    return await countEverybody(store, { ...source, asOf }, found);
  } finally {
    await store.facts.remove(
      'features',
      `workspace = {workspace:String} AND signal_set = {signalSet:String} AND as_of = {asOf:DateTime64(3, 'UTC')}`,
      { workspace, signalSet, asOf: toClickHouseTime(asOf) },
    );
  }
}

type Source = Parameters<typeof streamFeatures>[1];

async function countEverybody(store: Store, source: Source, found: Groups): Promise<DiscoveryResult> {
  const sizes = new Array<number>(found.groups.length).fill(0);
  let [known, withHabits] = [0, 0];
  for await (const { x } of streamFeatures(store, source)) {
    known += x.rows;
    withHabits += habitual(x).length;
    for (const label of assignGroups(x, found)) if (label >= 0) sizes[label]++;
  }
  const groups = found.groups.map((group, g) => ({ ...group, size: sizes[g], share: sizes[g] / withHabits }));
  return {
    people: { known, habitual: withHabits, leastVisits: LEAST_VISITS, learnedFrom: found.learnedFrom },
    refusal: found.refusal,
    candidates: found.candidates,
    groups: groups.sort((a, b) => b.size - a.size),
  };
}

async function forgetOld({ state }: Store, workspace: string): Promise<void> {
  await state.query(
    `DELETE FROM discoveries WHERE workspace = $1 AND id NOT IN
       (SELECT id FROM discoveries WHERE workspace = $1 ORDER BY started_at DESC, id LIMIT ${KEPT})`,
    [workspace],
  );
}
