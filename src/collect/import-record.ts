// The record of an import: which file, read how, how far it got. The fingerprint covers the content of the file and
// everything that decides which messages it means, so the same file read the same way is the same import. The moment
// at which an import began marks its rows in the facts (as the time of their arrival), so that it can be taken back.

import { hash } from 'node:crypto';
import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { eventTables } from './line.ts';

export type ImportCounts = {
  /** Rows that became events (several may make one) and rows that were rejected. */
  rows: number;
  events: number;
  rejected: number;
  /** Rejected rows by reason. */
  reasons: Record<string, number>;
  /** Events that came with an id which stands for nobody; they are kept under another id of theirs. */
  ignoredIds: number;
  /** Events that were there already, under the id that their platform gave them. */
  duplicates: number;
};

/** What decides which messages a file means. */
export type Reading = {
  workspace: string;
  fileName: string;
  format: string;
  /** Hash of the file. */
  content: string;
  /** Mapping and settings. */
  settings: object;
  now: Date;
};

export type ImportRecord = ImportCounts & {
  id: string;
  fingerprint: string;
  status: 'RUNNING' | 'DONE' | 'FAILED';
  startedAt: Date;
};

type StoredRecord = {
  id: string;
  fingerprint: string;
  status: ImportRecord['status'];
  rows_read: number;
  events: number;
  rejected: number;
  reasons: Record<string, number>;
  ignored_ids: number;
  duplicates: number;
  started_at: Date;
};

/** The record of this import, begun before or now. Throws `conflict` when the file was read otherwise before. */
export async function beginRecord(store: Store, reading: Reading): Promise<ImportRecord> {
  const { workspace, content, format, fileName, now } = reading;
  const fingerprint = fingerprintOf(reading);
  await requireWorkspace(store, workspace);
  const family = `imp_${content.slice(0, 16)}_`;
  const earlier = await store.state.query<StoredRecord>(
    'SELECT * FROM imports WHERE workspace = $1 AND starts_with(id, $2)',
    [workspace, family],
  );
  const same = earlier.find((record) => record.fingerprint === fingerprint);
  if (same) {
    if (same.status === 'FAILED')
      await store.state.query("UPDATE imports SET status = 'RUNNING' WHERE id = $1", [same.id]);
    const { id, status, rows_read: rows, events, rejected, reasons, ignored_ids: ignoredIds, duplicates } = same;
    const startedAt = new Date(same.started_at);
    return { id, fingerprint, status, rows, events, rejected, reasons, ignoredIds, duplicates, startedAt };
  }
  for (const { id, events, status } of earlier) {
    // Where nothing arrived under another reading, nothing can be counted twice.
    if (events > 0 || status === 'RUNNING') throw readOtherwise(fileName, id);
    await forgetImport(store, workspace, id);
  }
  const id = `${family}${fingerprint.slice(0, 8)}`;
  const startedAt = await freeMoment(store, workspace, now);
  await store.state.query(
    `INSERT INTO imports (id, workspace, source, format, fingerprint, status, started_at)
     VALUES ($1, $2, $3, $4, $5, 'RUNNING', $6)`,
    [id, workspace, fileName, format, fingerprint, startedAt],
  );
  const none = { rows: 0, events: 0, rejected: 0, reasons: {}, ignoredIds: 0, duplicates: 0 };
  return { id, fingerprint, status: 'RUNNING', ...none, startedAt };
}

/** Takes an import back: its events, its rejected rows and its progress. What was derived from them is not touched. */
export async function forgetImport(store: Store, workspace: string, importId: string): Promise<void> {
  const [found] = await store.state.query<{ format: string; started_at: Date }>(
    'SELECT format, started_at FROM imports WHERE workspace = $1 AND id = $2',
    [workspace, importId],
  );
  if (!found) {
    throw new InklingError('not_found', `There is no import ${importId} in this workspace.`, {
      field: 'importId',
      value: importId,
      hint: 'An import prints its id when it ends.',
    });
  }
  // Rows of an import carry its start as the moment of their arrival, also those that a resumed run brought.
  const arrival = { workspace, source: found.format, at: toClickHouseTime(found.started_at) };
  const where = (moment: string) =>
    `workspace = {workspace:String} AND source = {source:String} AND ${moment} = {at:DateTime64(3, 'UTC')}`;
  for (const table of Object.values(eventTables)) await store.facts.remove(table, where('received_at'), arrival);
  await store.facts.remove('rejected_events', where('at'), arrival);
  await store.state.query('DELETE FROM imports WHERE workspace = $1 AND id = $2', [workspace, importId]);
}

function fingerprintOf({ workspace, content, format, settings }: Reading): string {
  return hash('sha256', JSON.stringify([workspace, content, format, settings], inOrder)).slice(0, 32);
}

/** A replacer for JSON that makes the order of keys not matter. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The first millisecond from now on at which no import of the workspace began: it tells the rows of one from another's. */
async function freeMoment(store: Store, workspace: string, now: Date): Promise<Date> {
  const later = await store.state.query<{ started_at: Date }>(
    'SELECT started_at FROM imports WHERE workspace = $1 AND started_at >= $2',
    [workspace, now],
  );
  const taken = new Set(later.map((record) => new Date(record.started_at).getTime()));
  let moment = now.getTime();
  while (taken.has(moment)) moment += 1;
  return new Date(moment);
}

async function requireWorkspace(store: Store, workspace: string): Promise<void> {
  const [found] = await store.state.query('SELECT id FROM workspaces WHERE id = $1', [workspace]);
  if (found) return;
  throw new InklingError('not_found', `There is no workspace "${workspace}".`, {
    field: 'workspace',
    value: workspace,
    hint: 'Name an existing workspace.',
  });
}

function readOtherwise(fileName: string, importId: string): InklingError {
  return new InklingError(
    'conflict',
    `${fileName} has been imported with another format, mapping or settings; its events would be there twice.`,
    {
      field: 'path',
      value: importId,
      hint: `Forget import ${importId} first (import --forget ${importId}), or repeat it as it was.`,
    },
  );
}
