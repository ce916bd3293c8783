// The journal where there are several nodes: a JetStream stream that all of them write to, in partitions. A workspace
// belongs to one partition and a partition to one node, so one node judges what of a workspace was seen before. Appends
// that arrive together become one message; blocks are bounded by the numbers of the stream, and the cursor lies beside it.
// How the server has to sync for an acknowledgement to mean "on disk": docs/decisions/0009-a-journal-on-nats.md.

import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { InklingError } from '../errors.ts';
import { type Block, type Damage, type Journal, recordsOf, refusal } from './journal.ts';
import type { Cursor } from './journal-files.ts';
import { type JournalRecord, type Records, scanRecords } from './journal-record.ts';

export type NatsOptions = {
  /** `nats://user:password@host:4222`, several with commas in between. */
  url: string;
  /** Which of how many partitions this node ships, from 1; the same number of partitions on every node. */
  partition?: { index: number; of: number };
  /** Copies of each message, on as many servers. */
  replicas?: number;
  /** The server's monitoring address, which tells how it syncs (`http://host:8222`). */
  monitor?: string;
  /** Name of the stream; journals of one installation share it. */
  stream?: string;
  maxBacklogBytes?: number;
  onDamage?: (damage: Damage) => void;
  /** Says when an acknowledgement may mean less than "on disk". */
  onDoubt?: (error: InklingError) => void;
};

const MEBIBYTE = 1024 * 1024;
const WAITING_BYTES = 64 * MEBIBYTE;
/** Room for the subject and headers within a message. */
const OVERHEAD_BYTES = 1024;
const FETCH_MS = 5000;
const ACK_MS = 10_000;

export async function openNatsJournal(options: NatsOptions): Promise<Journal> {
  const { url, partition = { index: 1, of: 1 }, replicas = 1, stream = 'inkling_journal' } = options;
  const connection = await reach(url);
  try {
    const manager = await jetstreamManager(connection);
    const client = jetstream(connection);
    const maxBytes = options.maxBacklogBytes ?? 2048 * MEBIBYTE;
    await makeStream(manager, { stream, replicas, maxBytes });
    const cursors = await new Kvm(client).create(`${stream}_cursors`, { replicas, storage: StorageType.File });
    await checkPartitions(manager, cursors, stream, partition.of);
    await checkSync(connection, options, replicas);
    const key = `partition.${partition.index}`;
    const stored = await cursors.get(key);
    const cursor = stored
      ? (stored.json() as Cursor)
      : { journal: randomBytes(8).toString('hex'), shipped: 0, block: null };
    const place = { connection, manager, client, cursors, stream, key, partition };
    const journal = new NatsJournal(place, cursor, stored?.revision ?? 0, options.onDamage ?? (() => {}));
    await journal.recover();
    return journal;
  } catch (error) {
    await connection.close();
    throw error instanceof InklingError ? error : unusable(url, error);
  }
}

type Place = {
  connection: NatsConnection;
  manager: JetStreamManager;
  client: JetStreamClient;
  cursors: KV;
  stream: string;
  key: string;
  partition: { index: number; of: number };
};

type Waiting = { bytes: Buffer; records: number; resolve: () => void; reject: (error: Error) => void };
type Lane = { subject: string; waiting: Waiting[]; flushing: Promise<void> | undefined };

class NatsJournal implements Journal {
  readonly recovered = { records: 0, tornBytes: 0, damagedRecords: 0 };
  private readonly place: Place;
  private cursor: Cursor;
  private revision: number;
  private unwritten = false;
  private readonly onDamage: (damage: Damage) => void;
  private readonly lanes: Lane[];
  private readonly own: Lane;
  private waitingBytes = 0;
  private closing: Promise<void> | undefined;
  /** What waits in this node's partition: as the stream says, and what this node has added since. */
  private pending = { records: 0, bytes: 0 };
  private appended = 0;
  private damaged = 0;
  private mended = 0;
  private published = 0;

  constructor(place: Place, cursor: Cursor, revision: number, onDamage: (damage: Damage) => void) {
    this.place = place;
    this.cursor = cursor;
    this.revision = revision;
    this.onDamage = onDamage;
    this.lanes = Array.from({ length: place.partition.of }, (_, i) => ({
      subject: subjectOf(place.stream, i + 1),
      waiting: [],
      flushing: undefined,
    }));
    this.own = this.lanes[place.partition.index - 1];
  }

  async recover(): Promise<void> {
    this.pending.records = await this.messagesWaiting();
    this.recovered.records = this.pending.records;
  }

  append(workspace: string, lines: readonly string[] | Records): Promise<void> {
    if (this.closing)
      return Promise.reject(refusal('The journal is closed.', 'The service is stopping; send it again.'));
    let parts: { bytes: Buffer; records: number }[];
    try {
      const records = recordsOf(workspace, lines);
      if (records.ends.length === 0) return Promise.resolve();
      parts = this.cut(records);
    } catch (error) {
      return Promise.reject(error);
    }
    const lane = this.lanes[crc32(workspace) % this.lanes.length];
    const size = parts.reduce((sum, part) => sum + part.bytes.length, 0);
    if (this.waitingBytes + size > WAITING_BYTES) {
      return Promise.reject(refusal('The journal is full: NATS does not follow.', 'Send it again later.'));
    }
    this.waitingBytes += size;
    const written = parts.map(
      (part) =>
        new Promise<void>((resolve, reject) => {
          lane.waiting.push({ ...part, resolve, reject });
        }),
    );
    lane.flushing ??= this.flush(lane);
    return Promise.all(written).then(() => {});
  }

  async next(limit: { records: number; bytes: number }): Promise<Block | undefined> {
    const { block } = this.cursor;
    if (block)
      return this.readBlock(
        block.from,
        { records: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY },
        block.to,
      );
    // Only what the cursor says is shipped may be taken out, and only what is out is not counted.
    if (this.unwritten) await this.writeDown(this.cursor);
    const before = this.appended;
    const messages = await this.messagesWaiting();
    if (messages === 0) {
      if (this.appended === before) this.pending = { records: 0, bytes: 0 };
      return undefined;
    }
    this.pending.records = Math.max(this.pending.records, messages);
    const next = await this.readBlock(this.cursor.shipped, limit, undefined, messages);
    await this.writeDown({ ...this.cursor, block: { from: next.from, to: next.to } });
    return next;
  }

  done(block: Block): void {
    this.cursor = { ...this.cursor, shipped: block.to, block: null };
    this.unwritten = true;
    // Never none while something may wait: only the stream knows what the other nodes have added.
    const records = Math.max(1, this.pending.records - block.records.length);
    this.pending = { records, bytes: Math.max(0, this.pending.bytes - sizeOf(block.records)) };
  }

  position(): { journal: string; shipped: number } {
    return { journal: this.cursor.journal, shipped: this.cursor.shipped };
  }

  backlog(): { records: number; bytes: number } {
    return { ...this.pending };
  }

  damagedRecords(): number {
    return this.damaged;
  }

  mendedRecords(): number {
    return this.mended;
  }

  syncs(): number {
    return this.published;
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.flushing));
    try {
      if (this.unwritten) await this.writeDown(this.cursor);
      await this.forgetShipped();
    } finally {
      await this.place.connection.close();
    }
  }

  /** Parts that fit into a message each. */
  private cut({ bytes, ends }: Records): { bytes: Buffer; records: number }[] {
    const most = this.messageBytes();
    const parts: { bytes: Buffer; records: number }[] = [];
    let from = 0;
    let first = 0;
    const part = (to: number, end: number) => {
      parts.push({ bytes: Buffer.from(bytes.subarray(from, to)), records: end - first });
      from = to;
      first = end;
    };
    let before = 0;
    for (const [i, end] of ends.entries()) {
      if (end - before > most) throw new InklingError('payload_too_large', 'A line is too long for the journal.');
      if (end - from > most) part(before, i);
      before = end;
    }
    part(bytes.length, ends.length);
    return parts;
  }

  private messageBytes(): number {
    return (this.place.connection.info?.max_payload ?? MEBIBYTE) - OVERHEAD_BYTES;
  }

  /** Publishes what waits, group after group; a group counts when the stream has acknowledged it. */
  private async flush(lane: Lane): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (lane.waiting.length > 0) {
      const group = this.takeGroup(lane);
      try {
        await this.place.client.publish(lane.subject, Buffer.concat(group.map(({ bytes }) => bytes)), {
          timeout: ACK_MS,
        });
        this.published += 1;
      } catch (error) {
        const failure = refusal('The journal on NATS did not answer.', 'Check the servers of JOURNAL_URL.', error);
        for (const { reject } of group) reject(failure);
        continue;
      }
      for (const { bytes, records, resolve } of group) {
        if (lane === this.own) {
          this.pending = { records: this.pending.records + records, bytes: this.pending.bytes + bytes.length };
          this.appended += 1;
        }
        resolve();
      }
    }
    lane.flushing = undefined;
  }

  private takeGroup(lane: Lane): Waiting[] {
    const most = this.messageBytes();
    let bytes = 0;
    let size = 0;
    while (size < lane.waiting.length && (size === 0 || bytes + lane.waiting[size].bytes.length <= most)) {
      bytes += lane.waiting[size++].bytes.length;
    }
    this.waitingBytes -= bytes;
    return lane.waiting.splice(0, size);
  }

  /** Messages of this node's partition that are not shipped. */
  private async messagesWaiting(): Promise<number> {
    const { manager, stream } = this.place;
    await this.forgetShipped();
    const { state } = await manager.streams.info(stream, { subjects_filter: this.own.subject });
    return state.subjects?.[this.own.subject] ?? 0;
  }

  /** Whole messages from a number on, up to the limit or, for a block that goes out again, up to its end. */
  private async readBlock(
    from: number,
    limit: { records: number; bytes: number },
    until?: number,
    messages = Number.POSITIVE_INFINITY,
  ): Promise<Block> {
    const { client, stream } = this.place;
    const consumer = await client.consumers.get(stream, {
      filter_subjects: this.own.subject,
      opt_start_seq: Math.max(1, from),
    });
    const records: JournalRecord[] = [];
    let bytes = 0;
    let to = from;
    let read = 0;
    const batch = await consumer.fetch({ max_messages: Math.min(messages, 10_000), expires: FETCH_MS });
    for await (const message of batch) {
      if (until !== undefined && message.seq >= until) break;
      const found = this.read(Buffer.from(message.data), message.seq);
      records.push(...found);
      bytes += message.data.length;
      read += 1;
      to = message.seq + 1;
      const isLast = message.info.pending === 0 || read >= messages || to === until;
      if (isLast || records.length >= limit.records || bytes >= limit.bytes) break;
    }
    await consumer.delete().catch(() => {});
    if (until !== undefined) to = until;
    return { token: `${this.cursor.journal}:${from}-${to}`, from, to, resent: until !== undefined, records };
  }

  private read(bytes: Buffer, number: number): JournalRecord[] {
    const { records, damage, end } = scanRecords(bytes);
    const cutOff = end < bytes.length ? [{ from: end, to: bytes.length, records: 1, mended: false }] : [];
    for (const { from, to, records: count, mended } of [...damage, ...cutOff]) {
      this.damaged += count;
      if (mended) this.mended += count;
      const segment = `${this.place.stream} message ${number}`;
      this.onDamage({ segment, offset: from, bytes: to - from, records: count, mended });
    }
    return records;
  }

  /** Fails when another node writes the same cursor: two that ship a partition would double it. */
  private async writeDown(cursor: Cursor): Promise<void> {
    const { cursors, key, partition } = this.place;
    const text = JSON.stringify(cursor);
    try {
      this.revision =
        this.revision === 0 ? await cursors.create(key, text) : await cursors.update(key, text, this.revision);
    } catch (error) {
      throw new InklingError('conflict', `The cursor of partition ${partition.index} of the journal was not written.`, {
        hint: 'Only one node may ship a partition: give each another JOURNAL_PARTITION. Otherwise look at NATS.',
        cause: error,
      });
    }
    this.cursor = cursor;
    this.unwritten = false;
  }

  private async forgetShipped(): Promise<void> {
    if (this.cursor.shipped <= 1 || this.unwritten) return;
    const { manager, stream } = this.place;
    await manager.streams.purge(stream, { filter: this.own.subject, seq: this.cursor.shipped });
  }
}

async function reach(url: string): Promise<NatsConnection> {
  try {
    return await connect({
      servers: url.split(',').filter(Boolean),
      maxReconnectAttempts: -1,
      name: 'inkling journal',
    });
  } catch (error) {
    throw unusable(url, error);
  }
}

function unusable(url: string, cause: unknown): InklingError {
  const shown = url.replace(/\/\/[^@/]*@/g, '//…@');
  return new InklingError('unavailable', `The journal on NATS at ${shown} cannot be used.`, {
    field: 'JOURNAL_URL',
    hint: 'Check the address, and that the server runs with JetStream: nats-server -js -sd FOLDER.',
    cause,
  });
}

async function makeStream(
  manager: JetStreamManager,
  { stream, replicas, maxBytes }: { stream: string; replicas: number; maxBytes: number },
): Promise<void> {
  const wanted = {
    name: stream,
    subjects: [`${stream}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    // What does not fit is refused, never thrown out.
    discard: DiscardPolicy.New,
    max_bytes: maxBytes,
    num_replicas: replicas,
  };
  try {
    await manager.streams.info(stream);
  } catch {
    await manager.streams.add(wanted);
  }
}

/** Another number of partitions sends workspaces elsewhere: what waits would be shipped by nobody. */
async function checkPartitions(manager: JetStreamManager, cursors: KV, stream: string, count: number): Promise<void> {
  const known = await cursors.get('partitions');
  if (known?.string() === String(count)) return;
  const { state } = await manager.streams.info(stream);
  if (known && state.messages > 0) {
    throw new InklingError('conflict', `The journal has ${known.string()} partitions, and messages wait in it.`, {
      field: 'JOURNAL_PARTITION',
      value: count,
      hint: 'Start the nodes as before, wait until /health shows an empty backlog on each, then change all of them.',
    });
  }
  await cursors.put('partitions', String(count));
}

/** JetStream acknowledges before it syncs, unless it is told otherwise; what can be known of that is said. */
async function checkSync(connection: NatsConnection, options: NatsOptions, replicas: number): Promise<void> {
  const doubt = (message: string) =>
    options.onDoubt?.(
      new InklingError('unavailable', message, {
        field: 'JOURNAL_URL',
        hint: 'Set jetstream { sync_interval: always } in the server (2.10 or later), or JOURNAL_REPLICAS=3 on three servers.',
      }),
    );
  const version = connection.info?.version ?? '0';
  const [major, minor] = version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 10)) {
    if (replicas < 3)
      doubt(`NATS ${version} cannot sync each message: a loss of power loses what it acknowledged last.`);
    return;
  }
  if (options.monitor === undefined) {
    if (replicas < 3)
      doubt('Whether NATS syncs each message is not known: JOURNAL_MONITOR does not name its monitoring address.');
    return;
  }
  const answer = await fetch(`${options.monitor.replace(/\/$/, '')}/varz`);
  const { jetstream: settings } = (await answer.json()) as { jetstream?: { config?: { sync_always?: boolean } } };
  if (!settings?.config?.sync_always)
    doubt('NATS does not sync each message: a loss of power may lose what it acknowledged last.');
}

function subjectOf(stream: string, partition: number): string {
  return `${stream}.${partition}`;
}

function sizeOf(records: readonly JournalRecord[]): number {
  return records.reduce((sum, { payload }) => sum + payload.length, 0);
}
