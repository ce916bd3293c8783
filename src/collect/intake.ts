// The intake of one process: messages come in, are checked, turned into rows, journalled, and only then acknowledged;
// the shipper carries them to the facts behind the caller's back. Rows and not messages are journalled: what is
// personal never touches the disk, and nothing has to be parsed again on the way.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { InklingError } from '../errors.ts';
import { openPersonal, type Personal } from '../govern/index.ts';
import {
  type Damage,
  type Disk,
  type NatsOptions,
  openJournal,
  type Records,
  RecordWriter,
  type Store,
} from '../store/index.ts';
import {
  type Admission,
  type Admissions,
  admit,
  admitRefused,
  linesOf,
  type Notes,
  openAdmissions,
} from './admission.ts';
import { openSeen } from './dedupe/seen.ts';
import { writeEvent } from './event-bytes.ts';
import { textOf } from './fields.ts';
import type { IsHosted } from './hosting.ts';
import { rejectedLine } from './line.ts';
import type { Arrival, EventRow, MessageType, SegmentMessage } from './message.ts';
import { placeholderIds } from './placeholders.ts';
import type { Signals } from './privacy/judge.ts';
import { rejectedRow } from './rejected.ts';
import { type Rush, startShipper } from './shipper.ts';
import { openThrottle } from './throttle.ts';
import { faultOf } from './validate.ts';

export type IntakeOptions = {
  now?: () => Date;
  /** Rows a shipment holds at most, and how long after the one before a smaller one goes. */
  blockRows?: number;
  waitMs?: number;
  rush?: Partial<Rush>;
  segmentBytes?: number;
  maxBacklogBytes?: number;
  /** What workspaces let in; absent = opened here. */
  admissions?: Admissions;
  /** Where journal and what tells messages apart are kept; absent = this machine's files. */
  disk?: Disk;
  /** Where the journal is when several nodes share it. */
  nats?: NatsOptions;
  /** Keys that tell messages apart held in memory before they become a file. */
  recentKeys?: number;
  /** What went wrong behind the caller's back; for the log. */
  onFault?: (error: unknown, doing: string) => void;
};

/** How messages came in. */
export type Delivery = {
  /** The connector; '' = the SDK that each message names. */
  source: string;
  /** The call, where the route names it: messages then need no `type`. */
  type?: MessageType;
  /** Put before the field of a fault and the message's number: `batch` gives `batch[3].userId`. */
  path?: string;
  userAgent?: string;
  /** Where the request came from; looked at and not kept. */
  address?: string;
  /** Whether an address is that of a hosting provider; absent = not known. */
  isHosted?: IsHosted;
  /** Whose clock the times are of: the sender's, set right by `sentAt` (default), or one that was set right before. */
  clock?: 'sender' | 'corrected';
  /** Faulty messages are kept as rejected (default), or left to the caller, who has them already. */
  faulty?: 'kept' | 'left';
  /** Of the browser that sent the request. */
  signals?: Signals;
  /** The key it came with. */
  keyId?: string;
  /** Made here of what was let in before: consent counts, tracking plan and rules for properties were held to that. */
  isOwn?: true;
};

export type Acceptance = { accepted: number; faults: { index: number; error: InklingError }[] };

export type IntakeHealth = {
  backlog: { records: number; bytes: number };
  /** Accepted and shipped since this process started. */
  accepted: number;
  rejected: number;
  /** Of those, what was not kept because too much was being rejected. */
  rejectedUnkept: number;
  /** Acknowledged and not stored, for want of consent. */
  withheld: number;
  shipped: number;
  /** Accepted, but their messages had been seen before. */
  duplicates: number;
  lastAcceptedAt: Date | undefined;
  lastShippedAt: Date | undefined;
  /** The last shipment failed and is being tried again. */
  failing: boolean;
  /** Records of the journal that failed their checksum, and how many of them were put right. */
  damagedRecords: number;
  mendedRecords: number;
};

export type ShippedListener = (rows: EventRow[], memberships: EventRow[]) => Promise<void> | void;

export interface Intake {
  /**
   * Checks and journals messages; resolves when they are on disk. Faulty ones are kept as rejected and named in the
   * answer. Throws `unavailable` when nothing could be taken.
   */
  accept(workspace: string, messages: readonly unknown[], delivery: Delivery): Promise<Acceptance>;
  /**
   * Called with each block of rows that reached the facts, and the memberships among them apart; again for the last block
   * after a crash. Returns what ends it.
   */
  onShipped(listener: ShippedListener): () => void;
  /** So much comes in that what can wait should: blocks do, some seconds. */
  isRush(): boolean;
  /** Resolves when everything accepted so far is in the facts. */
  settled(): Promise<void>;
  health(): IntakeHealth;
  /** Ships what is there and ends; what cannot be shipped waits in the journal for the next start. */
  close(): Promise<void>;
}

export async function openIntake(store: Store, options: IntakeOptions = {}): Promise<Intake> {
  const now = options.now ?? (() => new Date());
  const onFault = options.onFault ?? (() => {});
  const journal = await openJournal({
    folder: join(store.dataDir, 'journal'),
    segmentBytes: options.segmentBytes,
    maxBacklogBytes: options.maxBacklogBytes,
    disk: options.disk,
    nats: options.nats && { onDoubt: (error) => onFault(error, 'opening the journal'), ...options.nats },
    onDamage: (damage) => onFault(damageError(damage), 'reading the journal'),
  });
  const seen = await openSeen({
    folder: join(store.dataDir, 'seen'),
    position: journal.position(),
    recentKeys: options.recentKeys,
    disk: options.disk,
    onFault,
  });
  const listeners = new Set<ShippedListener>();
  const shipper = startShipper({
    journal,
    facts: store.facts,
    seen,
    blockRows: options.blockRows ?? 20_000,
    waitMs: options.waitMs ?? 200,
    rush: { rate: 12_000, share: 0.65, forMs: 10_000, ...options.rush },
    now,
    isHeard: () => listeners.size > 0,
    onShipped: async (rows, memberships) => {
      for (const listener of listeners) {
        // A listener that fails must not hold up the road; what it missed is found by the next full pass.
        try {
          await listener(rows, memberships);
        } catch (error) {
          onFault(error, 'following a shipped block');
        }
      }
    },
    onFault,
  });
  const { accept, counts } = openAcceptor(store, {
    ...{ now, admissions: options.admissions },
    keep: (workspace, lines) => journal.append(workspace, lines),
    onKept: shipper.nudge,
  });
  return {
    accept,
    onShipped: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    isRush: shipper.isRush,
    settled: async () => {
      while (journal.backlog().records > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    health: () => {
      const shipped = shipper.shipped();
      return {
        ...counts,
        backlog: journal.backlog(),
        shipped: shipped.events,
        duplicates: shipped.duplicates,
        lastShippedAt: shipped.lastAt,
        failing: shipped.failing,
        damagedRecords: journal.damagedRecords(),
        mendedRecords: journal.mendedRecords(),
      };
    },
    close: async () => {
      await shipper.close();
      await journal.close();
      await seen.close();
    },
  };
}

export type AcceptorOptions = Pick<IntakeOptions, 'admissions'> & {
  now: () => Date;
  /** The memory of the lines is its own until it returns. */
  keep(workspace: string, lines: Records): Promise<void>;
  onKept?(): void;
};

/** Checks messages, and hands the lines of a call to whoever keeps them; what is kept is acknowledged. */
export function openAcceptor(store: Store, options: AcceptorOptions) {
  const { now, keep, onKept } = options;
  const personalOf = openPersonal(store);
  const throttle = openThrottle(now);
  const admissions = options.admissions ?? openAdmissions(store);
  /** For one delivery at a time: nothing is waited for between its first line and its last. */
  const out = new RecordWriter();
  const counts = {
    accepted: 0,
    rejected: 0,
    rejectedUnkept: 0,
    withheld: 0,
    lastAcceptedAt: undefined as Date | undefined,
  };
  /** Journals what was written down; the messages themselves are not held on to meanwhile. */
  const finish = async (workspace: string, lines: Records, written: Written): Promise<Acceptance> => {
    const { receivedAt, accepted, faults, choices } = written;
    if (choices) {
      // Others write meanwhile where these lines lie.
      const own = { ...lines, bytes: Buffer.from(lines.bytes) };
      await choices;
      await keep(workspace, own);
    } else await keep(workspace, lines);
    onKept?.();
    counts.accepted += accepted;
    counts.rejected += faults.length;
    if (accepted > 0) counts.lastAcceptedAt = receivedAt;
    return { accepted, faults };
  };
  const take = (place: Place, messages: readonly unknown[], delivery: Delivery): Promise<Acceptance> => {
    const { workspace, admission } = place;
    const receivedAt = now();
    const notes: Notes = {};
    out.start(workspace);
    const { rejected, faults } = writeLines({ ...place, messages, delivery, receivedAt, notes, out });
    // A choice holds from here on; what comes in now is judged by it while it is written down.
    const choices = notes.choices && admission.consent.keep(notes.choices);
    for (const line of rejected) {
      if (throttle.take(workspace, line.length, REJECTED_BYTES) === 0) out.add(line);
      else counts.rejectedUnkept += 1;
    }
    for (const row of notes.withheld?.values() ?? []) counts.withheld += row.events;
    for (const line of linesOf(notes)) out.add(line);
    return finish(workspace, out.records(), {
      receivedAt,
      accepted: messages.length - faults.length,
      faults,
      choices,
    });
  };
  const accept: Intake['accept'] = (workspace, messages, delivery) => {
    const [admission, personal] = [admissions.of(workspace), personalOf(workspace)];
    if (admission instanceof Promise || personal instanceof Promise) {
      return Promise.all([admission, personal]).then(([opened, known]) =>
        take({ workspace, admission: opened, personal: known }, messages, delivery),
      );
    }
    try {
      return take({ workspace, admission, personal }, messages, delivery);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return { accept, counts };
}

/** What a workspace may have kept as rejected, or one public key could fill the disk between two clearings. */
const REJECTED_BYTES = { perSecond: 256 * 1024, burst: 64 * 1024 * 1024 };

type Place = { workspace: string; admission: Admission; personal: Personal };

type Taking = Place & {
  messages: readonly unknown[];
  delivery: Delivery;
  receivedAt: Date;
  notes: Notes;
  out: RecordWriter;
};

type Written = Acceptance & { receivedAt: Date; choices: Promise<unknown> | undefined };

function writeLines(taking: Taking): { rejected: string[]; faults: Acceptance['faults'] } {
  const { workspace, messages, delivery, receivedAt, admission, personal, notes, out } = taking;
  const { source, userAgent, address, isHosted, type, signals, keyId = '', isOwn } = delivery;
  const sender = { source, userAgent, address, isHosted };
  const arrival: Arrival = { workspace, receivedAt: receivedAt.getTime(), ...sender, personal };
  const request = { signals, receivedAt, recordedBy: keyId, source, personal, isOwn };
  const rejected: string[] = [];
  const faults: Acceptance['faults'] = [];
  const refuse = (index: number, error: InklingError, value: unknown) => {
    faults.push({ index, error });
    const body = isTypeless(value, type) ? { ...value, type } : value;
    const kept = admitRefused(admission, workspace, body, request, notes);
    const row = { workspace, at: receivedAt, source: source || 'http', error, body, personal };
    if (kept && delivery.faulty !== 'left') rejected.push(rejectedLine(rejectedRow({ ...row, rules: kept.rules })));
  };
  for (let index = 0; index < messages.length; index++) {
    const value = messages[index];
    // Where it stands is said only of what is faulty.
    if (faultOf(value, '', type)) {
      const error = faultOf(value, delivery.path === undefined ? '' : `${delivery.path}[${index}]`, type)!;
      refuse(index, error, value);
      continue;
    }
    const message = value as SegmentMessage;
    // Before journalling, so that the row keeps its id however often it is shipped. The text of a null is no id: taken
    // for one, it would make one message of all that are sent with it.
    if (isNoMessageId(message.messageId)) message.messageId = randomUUID();
    if (type !== undefined) message.type = type;
    const admitted = admit(admission, workspace, message, request, notes);
    if (admitted && 'withheld' in admitted) continue;
    if (admitted && 'fault' in admitted) {
      refuse(index, within(admitted.fault, delivery.path === undefined ? '' : `${delivery.path}[${index}].`), message);
      continue;
    }
    arrival.sentAt = delivery.clock === 'corrected' ? undefined : message.sentAt;
    writeEvent(out, message, arrival, admitted?.ruled);
  }
  return { rejected, faults };
}

/** The fault of a message as one of its batch. */
function within(error: InklingError, path: string): InklingError {
  if (path === '') return error;
  const { code, message, field, value, hint } = error;
  return new InklingError(code, message, { field: `${path}${field}`, value, hint });
}

const noMessageIds = new Set([...placeholderIds, '', '0', '00000000-0000-0000-0000-000000000000']);

function isNoMessageId(value: unknown): boolean {
  const id = textOf(value);
  return id.length <= 36 && noMessageIds.has(id.trim().toLowerCase());
}

/** A message of a call that names its type; kept as rejected it has to say it itself. */
function isTypeless(value: unknown, type: MessageType | undefined): value is object {
  return type !== undefined && typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damageError({ segment, offset, bytes, records, mended }: Damage): InklingError {
  const outcome = mended
    ? 'One bit had flipped and was put right; nothing is lost. Check the disk.'
    : 'The segment is kept in journal/damaged. Check the disk.';
  return new InklingError(
    'journal_damaged',
    `${records} record(s) of the journal at offset ${offset} fail their checksum (${bytes} bytes).`,
    { value: segment, hint: outcome },
  );
}
