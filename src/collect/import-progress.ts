// How far an import got, and the way of its rows into the facts, exactly once. A block of a fixed number of rows is
// inserted under a token made of the import and the block's number, and then the progress is kept. An interrupted
// import reads the file again, passes over what is there, and sends the block it broke off in under the same token:
// if that block had arrived after all, the engine drops it. One block is on its way while the next is being filled.

import { InklingError } from '../errors.ts';
import { type Personal, readPersonal } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../time.ts';
import { type Admission, applyRules, openAdmissions } from './admission.ts';
import { isBlank } from './connectors/cells.ts';
import { type Accepted, BrokenLine, type Outcome, type RawRecord, type Refused } from './connectors/connector.ts';
import { findKnown, type OwnLine } from './import-known.ts';
import { beginRecord, type ImportCounts, type ImportRecord, type Reading } from './import-record.ts';
import { eventLine, MEMBERSHIP_LINE, type RejectedRow } from './line.ts';
import { type Arrival, ignoredIdsOf, type SegmentMessage, toEventRow } from './message.ts';
import { type Request, withheldRefusal } from './privacy/judge.ts';
import { isPersonalKey, maskContacts, withoutPersonal } from './redaction.ts';
import { shorten } from './validate.ts';

export type ImportPlan = Reading & {
  header: readonly string[];
  platform?: string;
  /** Sources in which an event may be already, under the same id; absent = none. */
  idsOf?: readonly string[];
};

export interface ImportInProgress {
  readonly importId: string;
  readonly eventsBefore: number;
  readonly wasDone: boolean;
  readonly wasBrokenOff: boolean;
  counts(): ImportCounts;
  /** Something to wait for when a block has been filled. */
  take(outcome: Outcome): Promise<void> | undefined;
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
const LINES_A_CHUNK = 250;

export async function openImport(store: Store, plan: ImportPlan): Promise<ImportInProgress> {
  const record = await beginRecord(store, plan);
  const token = `import:${record.fingerprint}:${record.startedAt.getTime()}`;
  const personal = await readPersonal(store, plan.workspace);
  const admission = await openAdmissions(store).of(plan.workspace);
  return new RunningImport(store, plan, record, token, personal, admission);
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
  /** Later than this is the future. As of the start, so that a resumed run judges as the first one did. */
  private readonly latest: string;
  private readonly begun = performance.now();
  private readonly arrival: Arrival;
  private readonly admission: Admission;
  private readonly request: Request;
  private readonly total: ImportCounts;
  /** Rows of the file seen in this run; behind `record.rows` they are in the facts already. */
  private seen = 0;
  private block = {
    number: 0,
    rows: 0,
    chunks: [] as Uint8Array[],
    lines: [] as string[],
    /** Lines that may be there already, by the id of their message. */
    own: new Map<string, OwnLine>(),
    /** Lines of bookkeeping, whose table keeps each once. */
    memberships: [] as string[],
    rejected: [] as RejectedRow[],
  };
  private underway: Promise<void> = Promise.resolve();

  constructor(
    store: Store,
    plan: ImportPlan,
    record: ImportRecord,
    token: string,
    personal: Personal,
    admission: Admission,
  ) {
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
      ignoredIds: record.ignoredIds,
      duplicates: record.duplicates,
    };
    this.latest = toClickHouseTime(record.startedAt.getTime() + DAY_MS);
    const { workspace, platform, format } = plan;
    this.arrival = { workspace, receivedAt: record.startedAt, source: format, platform, personal };
    this.admission = admission;
    this.request = { signals: undefined, receivedAt: record.startedAt, recordedBy: '', source: format, personal };
  }

  counts(): ImportCounts {
    return { ...this.total, reasons: { ...this.total.reasons } };
  }

  take(outcome: Outcome): Promise<void> | undefined {
    const passedOver = this.seen < this.record.rows;
    this.seen += outcome.rows;
    this.block.rows += outcome.rows;
    if (passedOver && this.seen > this.record.rows) throw readDifferently(this.importId);
    if (!passedOver) {
      this.total.rows += outcome.rows;
      if ('message' in outcome) this.accept(outcome);
      else this.refuse(outcome, outcome.refusal.field, outcome.refusal.value, outcome.refusal.reason, outcome.body);
    }
    return this.block.rows >= BLOCK_ROWS ? this.closeBlock('RUNNING') : undefined;
  }

  async finish(): Promise<void> {
    await this.closeBlock('DONE');
    await this.underway;
  }

  async breakOff(): Promise<void> {
    // The first failure is the one to tell; the record says how far the import got, whatever its status.
    await this.underway.catch(() => {});
    await this.store.state
      .query("UPDATE imports SET status = 'FAILED' WHERE id = $1 AND status = 'RUNNING'", [this.importId])
      .catch(() => {});
  }

  private accept({ row: number, rows, message }: Accepted): void {
    const outcome = { row: number, rows };
    message.messageId ??= `${this.plan.content.slice(0, 16)}-${number}`;
    try {
      const { consent, rules } = this.admission;
      const withheld = withheldRefusal(consent, message, this.request);
      if (withheld) {
        this.countRefused(`no consent: ${withheld.category}`, rows);
        return;
      }
      const ruled = rules && applyRules(rules, message, this.request.personal);
      const event = toEventRow(message, this.arrival, ruled);
      if (event.at > this.latest) {
        this.refuse(outcome, 'timestamp', message.timestamp, 'in the future', message);
        return;
      }
      if (event.anchor === '') {
        this.refuse(outcome, 'userId', message.userId, 'no id that stands for anybody', message);
        return;
      }
      this.total.events += 1;
      if (ignoredIdsOf(event) !== undefined) this.total.ignoredIds += 1;
      const { lines, chunks, own, memberships } = this.block;
      const line = eventLine(event);
      const row = line.slice(1);
      if (line[0] === MEMBERSHIP_LINE) memberships.push(row);
      else if (this.plan.idsOf !== undefined) {
        if (own.has(event.message_id)) this.addDuplicates(1);
        own.set(event.message_id, { at: event.at, line: row });
      } else if (lines.push(row) >= LINES_A_CHUNK) chunks.push(toBytes(lines));
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
    if (this.total.rejected < REJECTED_KEPT) {
      this.block.rejected.push({
        workspace: this.plan.workspace,
        id: `${this.plan.content.slice(0, 16)}-${row}`,
        at: toClickHouseTime(this.record.startedAt),
        source: this.plan.format,
        code: 'invalid_input',
        reason,
        field,
        value: isBlank(value) || isPersonalKey(field) ? '' : maskContacts(shorten(value)),
        body: bodyOf(body, this.plan.header),
      });
    }
    this.countRefused(reason, rows);
  }

  private countRefused(reason: string, rows: number): void {
    const { reasons } = this.total;
    const counted = reason in reasons || Object.keys(reasons).length < REASONS_KEPT ? reason : OTHER_REASONS;
    reasons[counted] = (reasons[counted] ?? 0) + rows;
    this.total.rejected += rows;
  }

  private async closeBlock(status: ImportRecord['status']): Promise<void> {
    const { number, lines, chunks, own, memberships, rejected } = this.block;
    this.block = { number: number + 1, rows: 0, chunks: [], lines: [], own: new Map(), memberships: [], rejected: [] };
    if (this.seen <= this.record.rows && status !== 'DONE') return;
    if (lines.length > 0) chunks.push(toBytes(lines));
    await this.underway;
    if (own.size > 0) chunks.push(toBytes(await this.unknownOf(own)));
    // In one piece: each piece is a wait for its turn, behind rows that are being read.
    const rows = { events: Buffer.concat(chunks), memberships: toBytes(memberships), rejected };
    const counts = this.counts();
    this.underway = this.ship(`${this.token}:${number}`, rows, counts, status);
    // It is awaited with the next block; until then a failure must not count as unhandled.
    this.underway.catch(() => {});
  }

  /** The lines whose events are not in the facts yet; blocks before this one are. */
  private async unknownOf(own: ReadonlyMap<string, OwnLine>): Promise<string[]> {
    const known = await findKnown(this.store, this.plan.workspace, this.plan.idsOf ?? [], own);
    this.addDuplicates(known.size);
    return [...own].filter(([id]) => !known.has(id)).map(([, { line }]) => line);
  }

  private addDuplicates(count: number): void {
    this.total.events -= count;
    this.total.duplicates += count;
  }

  private async ship(
    token: string,
    {
      events,
      memberships,
      rejected,
    }: { events: Uint8Array; memberships: Uint8Array; rejected: readonly RejectedRow[] },
    counts: ImportCounts,
    status: ImportRecord['status'],
  ): Promise<void> {
    if (events.length > 0) await this.store.facts.insertLines('events', [events], { token });
    if (memberships.length > 0) {
      await this.store.facts.insertLines('membership_events', [memberships], { token: `${token}:memberships` });
    }
    await this.store.facts.insert('rejected_events', rejected, { token: `${token}:rejected` });
    const finishedAt = new Date(this.plan.now.getTime() + performance.now() - this.begun);
    await this.store.state.query(
      `UPDATE imports SET rows_read = $2, events = $3, rejected = $4, reasons = $5, ignored_ids = $6, duplicates = $7,
         status = $8, finished_at = $9
       WHERE id = $1`,
      [
        this.importId,
        counts.rows,
        counts.events,
        counts.rejected,
        counts.reasons,
        counts.ignoredIds,
        counts.duplicates,
        status,
        status === 'DONE' ? finishedAt : null,
      ],
    );
  }
}

/** Empties the lines into one piece, so that what waits for the engine is bytes and not many small texts. */
function toBytes(lines: string[]): Uint8Array {
  if (lines.length === 0) return Buffer.alloc(0);
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  lines.length = 0;
  return bytes;
}

/** A rejected row as it can be kept: by column, without what is personal. */
function bodyOf(body: RawRecord | BrokenLine | SegmentMessage, header: readonly string[]): string {
  if (body instanceof BrokenLine) return maskContacts(body.text.slice(0, LONGEST_BODY));
  const named = Array.isArray(body) ? Object.fromEntries(header.map((name, i) => [name, body[i]])) : body;
  const text = JSON.stringify(withoutPersonal(named, 'properties'), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return text.slice(0, LONGEST_BODY);
}

/** Outcomes depend on the file and the connector only, so the connector has changed since the import began. */
function readDifferently(importId: string): InklingError {
  return new InklingError('conflict', `Import ${importId} was begun by another version of Inkling.`, {
    field: 'importId',
    value: importId,
    hint: `Forget it (import --forget ${importId}) and start it anew.`,
  });
}
