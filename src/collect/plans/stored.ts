// The versions of a workspace's plan. There is one draft at most, which changes; when it is activated it takes the place
// of the active version, which is kept. An older version can be made active again.

import { InklingError } from '../../errors.ts';
import type { State, Store } from '../../store/index.ts';
import { checkPlan, defaultPolicy, type Plan } from './plan.ts';

export type PlanStatus = 'DRAFT' | 'ACTIVE' | 'RETIRED';

export type PlanVersion = {
  version: number;
  status: PlanStatus;
  /** Counts the changes of a draft. */
  revision: number;
  note: string;
  events: number;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
  activatedAt: Date | null;
  activatedBy: string | null;
};

export type StoredPlan = PlanVersion & { plan: Plan };

/** Who does it, and when. */
export type Author = { workspace: string; by: string; now: Date };

type Row = {
  version: number;
  status: PlanStatus;
  revision: number;
  note: string;
  events: number;
  plan: Plan;
  created_at: Date;
  created_by: string;
  updated_at: Date;
  updated_by: string;
  activated_at: Date | null;
  activated_by: string | null;
};

const COLUMNS = `version, status, revision, note, jsonb_array_length(plan->'events') AS events, created_at, created_by,
  updated_at, updated_by, activated_at, activated_by`;

/** Newest first. */
export async function listPlans({ state }: Store, workspace: string): Promise<PlanVersion[]> {
  const rows = await state.query<Row>(
    `SELECT ${COLUMNS} FROM tracking_plans WHERE workspace = $1 ORDER BY version DESC`,
    [workspace],
  );
  return rows.map(versionOf);
}

export async function readPlan({ state }: Store, workspace: string, version: number): Promise<StoredPlan> {
  return requirePlan(state, workspace, version);
}

/** The active version, if there is one. */
export async function readActivePlan({ state }: Store, workspace: string): Promise<StoredPlan | undefined> {
  const [row] = await state.query<Row>(
    `SELECT ${COLUMNS}, plan FROM tracking_plans WHERE workspace = $1 AND status = 'ACTIVE'`,
    [workspace],
  );
  return row && storedOf(row);
}

/** Makes the draft or changes it. Throws `conflict` when it is not at this revision any more. */
export async function saveDraft(
  { state }: Store,
  { workspace, by, now }: Author,
  { plan, revision, note }: { plan: Plan; revision?: number; note?: string },
): Promise<StoredPlan> {
  const complete = { policy: { ...defaultPolicy, ...plan.policy }, events: plan.events };
  checkPlan(complete);
  return state.transaction(async (tx) => {
    await lock(tx, workspace);
    const [draft] = await tx.query<Row>(
      `SELECT ${COLUMNS} FROM tracking_plans WHERE workspace = $1 AND status = 'DRAFT'`,
      [workspace],
    );
    // Revision 0 is that of a draft that is not there.
    const present = draft?.revision ?? 0;
    if (revision !== undefined && revision !== present) throw changedMeanwhile(revision, present);
    const [row] = draft
      ? await tx.query<Row>(
          `UPDATE tracking_plans SET plan = $3, note = coalesce($4, note), revision = revision + 1, updated_at = $5, updated_by = $6
           WHERE workspace = $1 AND version = $2 RETURNING ${COLUMNS}, plan`,
          [workspace, draft.version, complete, note ?? null, now, by],
        )
      : await tx.query<Row>(
          `INSERT INTO tracking_plans (workspace, version, status, plan, note, created_at, created_by, updated_at, updated_by)
           SELECT $1, coalesce(max(version), 0) + 1, 'DRAFT', $2, $3, $4, $5, $4, $5 FROM tracking_plans WHERE workspace = $1
           RETURNING ${COLUMNS}, plan`,
          [workspace, complete, note ?? '', now, by],
        );
    return storedOf(row);
  });
}

/** Puts a version in force, the draft or an older one; the one that was is kept. */
export async function activatePlan(
  { state }: Store,
  { workspace, by, now }: Author,
  { version, revision }: { version: number; revision?: number },
): Promise<StoredPlan> {
  return state.transaction(async (tx) => {
    await lock(tx, workspace);
    const found = await requirePlan(tx, workspace, version);
    if (revision !== undefined && revision !== found.revision) throw changedMeanwhile(revision, found.revision);
    await tx.query(`UPDATE tracking_plans SET status = 'RETIRED' WHERE workspace = $1 AND status = 'ACTIVE'`, [
      workspace,
    ]);
    const [row] = await tx.query<Row>(
      `UPDATE tracking_plans SET status = 'ACTIVE', activated_at = $3, activated_by = $4
       WHERE workspace = $1 AND version = $2 RETURNING ${COLUMNS}, plan`,
      [workspace, version, now, by],
    );
    return storedOf(row);
  });
}

/** Leaves the workspace without an active plan; the version is kept. */
export async function retirePlan({ state }: Store, workspace: string): Promise<void> {
  await state.query(`UPDATE tracking_plans SET status = 'RETIRED' WHERE workspace = $1 AND status = 'ACTIVE'`, [
    workspace,
  ]);
}

export async function discardDraft({ state }: Store, workspace: string): Promise<void> {
  await state.query(`DELETE FROM tracking_plans WHERE workspace = $1 AND status = 'DRAFT'`, [workspace]);
}

async function lock(tx: Pick<State, 'query'>, workspace: string): Promise<void> {
  await tx.query('SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE', [workspace]);
}

async function requirePlan(state: Pick<State, 'query'>, workspace: string, version: number): Promise<StoredPlan> {
  const [row] = await state.query<Row>(
    `SELECT ${COLUMNS}, plan FROM tracking_plans WHERE workspace = $1 AND version = $2`,
    [workspace, version],
  );
  if (row) return storedOf(row);
  throw new InklingError('not_found', `There is no version ${version} of the tracking plan.`, {
    field: 'version',
    value: version,
    hint: 'GET /api/v1/collect/plans lists the versions there are.',
  });
}

function changedMeanwhile(given: number, present: number): InklingError {
  return new InklingError('conflict', `The plan is at revision ${present}, not ${given}.`, {
    field: 'revision',
    value: given,
    hint: 'Read it again, and make the change on what is there now.',
  });
}

function versionOf(row: Row): PlanVersion {
  return {
    version: row.version,
    status: row.status,
    revision: row.revision,
    note: row.note,
    events: row.events,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
    activatedAt: row.activated_at,
    activatedBy: row.activated_by,
  };
}

function storedOf(row: Row): StoredPlan {
  return { ...versionOf(row), plan: row.plan };
}
