// How far an import got, and the way of its rows into the facts, exactly once. A block of a fixed number of rows is
// inserted under a token made of the import and the block's number, and then the progress is kept. An interrupted
// import reads the file again, passes over what is there, and sends the block it broke off in under the same token:
// if that block had arrived after all, the engine drops it. One block is on its way while the next is being filled.

import { hash } from 'node:crypto';
import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../time.ts';
import { isBlank } from './connectors/cells.ts';
import {
  type Accepted,
  BrokenLine,
  type Connector,
  type Outcome,
  type RawRecord,
  type Refused,
} from './connectors/connector.ts';
import { eventLine, type RejectedRow } from './line.ts';
import { type SegmentMessage, toEventRow } from './message.ts';
import { isPersonalKey, maskEmails, withoutPersonal } from './redaction.ts';
import { shorten } from './validate.ts';

export type ImportCounts = {
  /** Rows that became events (several may make one) and rows that were rejected. */
  rows: number;
  events: number;
  rejected: number;
  /** Rejected rows by reason. */
  reasons: Record<string, number>;
};

export type ImportPlan = {
  workspace: string;
  fileName: string;
  header: readonly string[];
  connector: Connector;
  /** Hash of the file. */
  content: string;
  /** What else decides which messages the file means. */
  reading: object;
  platform?: string;
  now: Date;
};

export interface ImportInProgress {
  readonly importId: string;
  readonly eventsBefore: number;
  readonly wasDone: boolean;
  readonly wasBrokenOff: boolean;
  counts(): ImportCounts;
  take(outcome: Outcome): Promise<void>;
  finish(): Promise<void>;
  /** Waits for the block under way and notes that the rest is missing. Never throws. */
  breakOff(): Promise<void>;
}

/** Rejected rows of one import that are kept with their content; the others are only counted. */
export const REJECTED_KEPT = 10_000;
/** Rows of the file in one block, but for the last row's companions and the last block. */
export const BLOCK_ROWS = 50_000;
const REASONS_KEPT = 100;
const OTHER_REASONS = 'other reasons';
const LONGEST_BODY = 10_000;
const LINES_A_CHUNK = 2000;

type ImportRecord = ImportCounts & { id: string; status: 'RUNNING' | 'DONE' | 'FAILED'; startedAt: Date };

export async function openImport(store: Store, plan: ImportPlan): Promise<ImportInProgress> {
  const identity = [plan.workspace, plan.content, plan.connector.name, plan.reading];
  const fingerprint = hash('sha256', JSON.stringify(identity)).slice(0, 32);
  const record = await beginRecord(store, plan, fingerprint);
  return new RunningImport(store, plan, record, `import:${fingerprint}:${record.startedAt.getTime()}`);
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
  await store.facts.remove('events', where('received_at'), arrival);
  await store.facts.remove('rejected_events', where('at'), arrival);
  await store.state.query('DELETE FROM imports WHERE workspace = $1 AND id = $2', [workspace, importId]);
}

class RunningImport implements ImportInProgress {
  readonly importId: string;
  readonly eventsBefore: number;
  readonly wasDone: boolean;
  readonly wasBrokenOff: boolean;
  private readonly store: Store;
  private readonly plan: ImportPlan;
  private readonly record: ImportRecord;
  private readonly token: string;
  private readonly latest: string;
  private readonly arrival: { workspace: string; receivedAt: Date; source: string; platform?: string };
  private readonly total: ImportCounts;
  /** Rows of the file seen in this run; behind `record.rows` they are in the facts already. */
  private seen = 0;
  private block = {
    number: 0,
    rows: 0,
    chunks: [] as Uint8Array[],
    lines: [] as string[],
    rejected: [] as RejectedRow[],
  };
  private underway: Promise<void> = Promise.resolve();

  constructor(store: Store, plan: ImportPlan, record: ImportRecord, token: string) {
    this.store = store;
    this.plan = plan;
    this.record = record;
    this.token = token;
    this.importId = record.id;
    this.eventsBefore = record.events;
    this.wasDone = record.status === 'DONE';
    this.wasBrokenOff = !this.wasDone && record.rows > 0;
    this.total = {
      rows: record.rows,
      events: record.events,
      rejected: record.rejected,
      reasons: { ...record.reasons },
    };
    this.latest = toClickHouseTime(plan.now.getTime() + DAY_MS);
    const { workspace, platform, connector } = plan;
    this.arrival = { workspace, receivedAt: record.startedAt, source: connector.name, platform };
  }

  counts(): ImportCounts {
    return { ...this.total, reasons: { ...this.total.reasons } };
  }

  async take(outcome: Outcome): Promise<void> {
    const passedOver = this.seen < this.record.rows;
    this.seen += outcome.rows;
    this.block.rows += outcome.rows;
    if (passedOver && this.seen > this.record.rows) throw readDifferently(this.importId);
    if (!passedOver) {
      this.total.rows += outcome.rows;
      if ('message' in outcome) this.accept(outcome);
      else this.refuse(outcome, outcome.refusal.field, outcome.refusal.value, outcome.refusal.reason, outcome.body);
    }
    if (this.block.rows >= BLOCK_ROWS) await this.closeBlock('RUNNING');
  }

  async finish(): Promise<void> {
    await this.closeBlock('DONE');
    await this.underway;
  }

  async breakOff(): Promise<void> {
    try {
      await this.underway;
      await this.store.state.query("UPDATE imports SET status = 'FAILED' WHERE id = $1", [this.importId]);
    } catch {
      // The first failure is the one to tell; the record still says how far the import got.
    }
  }

  private accept({ row, rows, message }: Accepted): void {
    const outcome = { row, rows };
    message.messageId ??= `${this.plan.content.slice(0, 16)}-${row}`;
    try {
      const event = toEventRow(message, this.arrival);
      if (event.at > this.latest) {
        this.refuse(outcome, 'timestamp', message.timestamp, 'in the future', message);
        return;
      }
      this.total.events += 1;
      const { lines, chunks } = this.block;
      if (lines.push(eventLine(event).slice(1)) >= LINES_A_CHUNK) chunks.push(toBytes(lines));
    } catch (error) {
      if (!(error instanceof InklingError)) throw error;
      const reason = error.field === 'timestamp' ? 'not a moment between 1970 and 2200' : 'not a usable message';
      this.refuse(outcome, error.field ?? '', error.value, reason, message);
    }
  }

  private refuse(
    { row, rows }: Pick<Refused, 'row' | 'rows'>,
    field: string,
    value: unknown,
    reason: string,
    body: RawRecord | BrokenLine | SegmentMessage,
  ): void {
    const { reasons } = this.total;
    const counted = reason in reasons || Object.keys(reasons).length < REASONS_KEPT ? reason : OTHER_REASONS;
    reasons[counted] = (reasons[counted] ?? 0) + rows;
    if (this.total.rejected < REJECTED_KEPT) {
      this.block.rejected.push({
        workspace: this.plan.workspace,
        id: `${this.plan.content.slice(0, 16)}-${row}`,
        at: toClickHouseTime(this.record.startedAt),
        source: this.plan.connector.name,
        code: 'invalid_input',
        reason,
        field,
        value: isBlank(value) || isPersonalKey(field) ? '' : maskEmails(shorten(value)),
        body: bodyOf(body, this.plan.header),
      });
    }
    this.total.rejected += rows;
  }

  private async closeBlock(status: ImportRecord['status']): Promise<void> {
    const { number, lines, chunks, rejected } = this.block;
    this.block = { number: number + 1, rows: 0, chunks: [], lines: [], rejected: [] };
    if (this.seen <= this.record.rows && status !== 'DONE') return;
    if (lines.length > 0) chunks.push(toBytes(lines));
    const counts = this.counts();
    await this.underway;
    this.underway = this.ship(`${this.token}:${number}`, chunks, rejected, counts, status);
    // It is awaited with the next block; until then a failure must not count as unhandled.
    this.underway.catch(() => {});
  }

  private async ship(
    token: string,
    chunks: readonly Uint8Array[],
    rejected: readonly RejectedRow[],
    counts: ImportCounts,
    status: ImportRecord['status'],
  ): Promise<void> {
    if (chunks.length > 0) await this.store.facts.insertLines('events', chunks, { token });
    await this.store.facts.insert('rejected_events', rejected, { token: `${token}:rejected` });
    const { rows, events, rejected: refused, reasons } = counts;
    await this.store.state.query(
      `UPDATE imports SET rows_read = $2, events = $3, rejected = $4, reasons = $5, status = $6, finished_at = $7
       WHERE id = $1`,
      [this.importId, rows, events, refused, reasons, status, status === 'DONE' ? this.plan.now : null],
    );
  }
}

/** Empties the lines into one piece, so that what waits for the engine is bytes and not many small texts. */
function toBytes(lines: string[]): Uint8Array {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  lines.length = 0;
  return bytes;
}

/** A rejected row as it can be kept: by column, without what is personal. */
function bodyOf(body: RawRecord | BrokenLine | SegmentMessage, header: readonly string[]): string {
  if (body instanceof BrokenLine) return maskEmails(body.text.slice(0, LONGEST_BODY));
  const named = Array.isArray(body) ? Object.fromEntries(header.map((name, i) => [name, body[i]])) : body;
  const text = JSON.stringify(withoutPersonal(named, 'properties'), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return text.slice(0, LONGEST_BODY);
}

type StoredRecord = {
  id: string;
  fingerprint: string;
  status: ImportRecord['status'];
  rows_read: number;
  events: number;
  rejected: number;
  reasons: Record<string, number>;
  started_at: Date;
};

async function beginRecord(store: Store, plan: ImportPlan, fingerprint: string): Promise<ImportRecord> {
  const { workspace, content, connector, fileName, now } = plan;
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
    const { id, status, rows_read: rows, events, rejected, reasons, started_at: startedAt } = same;
    return { id, status, rows, events, rejected, reasons, startedAt: new Date(startedAt) };
  }
  for (const { id, events, status } of earlier) {
    // Where nothing arrived under another reading, nothing can be counted twice.
    if (events > 0 || status === 'RUNNING') throw readOtherwise(fileName, id);
    await forgetImport(store, workspace, id);
  }
  const id = `${family}${fingerprint.slice(0, 8)}`;
  await store.state.query(
    `INSERT INTO imports (id, workspace, source, format, fingerprint, status, started_at)
     VALUES ($1, $2, $3, $4, $5, 'RUNNING', $6)`,
    [id, workspace, fileName, connector.name, fingerprint, now],
  );
  return { id, status: 'RUNNING', rows: 0, events: 0, rejected: 0, reasons: {}, startedAt: now };
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

/** Outcomes depend on the file and the connector only, so the connector has changed since the import began. */
function readDifferently(importId: string): InklingError {
  return new InklingError('conflict', `Import ${importId} was begun by another version of Inkling.`, {
    field: 'importId',
    value: importId,
    hint: `Forget import ${importId} and start it anew.`,
  });
}

function readOtherwise(fileName: string, importId: string): InklingError {
  return new InklingError(
    'conflict',
    `${fileName} has been imported with another format, mapping or settings; its events would be there twice.`,
    { field: 'path', value: importId, hint: `Forget import ${importId} first, or repeat it as it was.` },
  );
}
