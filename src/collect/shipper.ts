// The shipper takes blocks from the journal to the facts: in the order of arrival, each once, for as long as it takes.
// Events whose message was seen before (dedupe/) are left behind.
// Exactly once rests on the block's token, which the engine remembers. A block that was sent before and whose answer
// was never heard is looked up first, and afterwards what is missing of it is sent once more: an engine that dies
// between remembering a token and keeping the rows would otherwise lose them.

import type { InklingError } from '../errors.ts';
import type { Block, Facts, Journal } from '../store/index.ts';
import { fromClickHouseTime } from '../time.ts';
import type { Seen } from './dedupe/seen.ts';
import { EVENT_LINE, eventRowOf, eventTables, MEMBERSHIP_LINE, rejectedLine, tablesBeside } from './line.ts';
import type { EventRow } from './message.ts';
import { rejectedRow } from './rejected.ts';
import { inSlices } from './slices.ts';

/** When so much comes in that shipping would slow down what is to be acknowledged, blocks wait. */
export type Rush = {
  /** Events a second, and the share of the time for which this thread is busy with them. */
  rate: number;
  share: number;
  /** How long events wait at most. */
  forMs: number;
};

export type ShipperOptions = {
  journal: Journal;
  facts: Facts;
  seen: Seen;
  /** Rows a block holds at most, and how long after the one before a smaller one is taken. */
  blockRows: number;
  waitMs: number;
  rush: Rush;
  now: () => Date;
  /**
   * Awaited before a block counts as done, so that after a crash it is called again rather than not at all. Memberships
   * are told beside the events.
   */
  onShipped: (rows: EventRow[], memberships: EventRow[]) => Promise<void>;
  /** Whether anybody listens: rows are parsed only for listeners. */
  isHeard: () => boolean;
  onFault: (error: unknown, doing: string) => void;
};

export interface Shipper {
  /** Says that something was appended. */
  nudge(): void;
  /** Events that reached the facts, and those that were seen before, since the start. */
  shipped(): { events: number; duplicates: number; lastAt: Date | undefined; failing: boolean };
  /** Whether blocks wait because so much comes in. */
  isRush(): boolean;
  /** Ships what is there, unless the engine is down, and ends. */
  close(): Promise<void>;
}

const BLOCK_BYTES = 32 * 1024 * 1024;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** How long a rush lasts at least, and how long it is looked for at least. */
const RUSH_LOOK_MS = 100;
const RUSH_GLANCE_MS = 25;
const LOOKS_TO_END_A_RUSH = 3;
const RUSH_BYTES = 1024 ** 3;

export function startShipper(options: ShipperOptions): Shipper {
  const { journal, rush } = options;
  const state = { events: 0, duplicates: 0, lastAt: undefined as Date | undefined, failing: false };
  let closing = false;
  let wake = () => {};
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const isWaiting = () => journal.backlog().records > 0;
  let isRush = false;
  /** How old the first event of the last block was when it was taken. */
  let lagMs = 0;

  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const mayWait = (takenAt: number) =>
    lagMs + performance.now() - takenAt < rush.forMs && journal.backlog().bytes < RUSH_BYTES;

  /** Waits, and tells whether it was a rush. Nothing is shipped meanwhile, so what is seen is the door. */
  async function look(wait: Promise<unknown>): Promise<boolean> {
    const [before, startedAt] = [performance.eventLoopUtilization(), performance.now()];
    const waiting = journal.backlog().records;
    await wait;
    const rate = ((journal.backlog().records - waiting) / (performance.now() - startedAt)) * 1000;
    return rate >= rush.rate && performance.eventLoopUtilization(before).utilization >= rush.share;
  }

  /** A moment in which the machine was elsewhere does not end a rush: a block shipped for it would take a second of it. */
  async function goesOn(): Promise<boolean> {
    for (let looks = 0; looks < LOOKS_TO_END_A_RUSH; looks++) if (await look(pause(RUSH_LOOK_MS))) return true;
    return false;
  }

  async function run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    let takenAt = performance.now();
    let waitedBefore = 0;
    while (!closing || isWaiting()) {
      if (!closing) {
        // From one block to the next and not after it: what took long to follow is not made later by a wait.
        const waitMs = Math.max(RUSH_GLANCE_MS, options.waitMs - (performance.now() - takenAt));
        const waiting = journal.backlog().records;
        const isFull = waiting >= options.blockRows;
        // A glance alone takes a collection of garbage, or what piled up behind the block before, for a busy door. What
        // catches up is no rush either.
        const mayBe = isFull ? waiting > waitedBefore : await look(sleep(waitMs));
        isRush = mayBe && (await look(pause(RUSH_GLANCE_MS))) && (await look(pause(RUSH_LOOK_MS)));
        waitedBefore = waiting;
        // What is to be acknowledged goes first: shipping takes more of the cores than the door does, and what waits is
        // on disk. It is found some seconds later, and acknowledged in half of the time.
        while (isRush && !closing && mayWait(takenAt)) isRush = await goesOn();
      }
      isRush = false;
      takenAt = performance.now();
      try {
        const block = await journal.next({ records: options.blockRows, bytes: BLOCK_BYTES });
        if (!block) continue;
        lagMs = options.now().getTime() - (arrivalOf(block) ?? options.now().getTime());
        const { events, duplicates } = await ship(block, options);
        state.events += events;
        state.duplicates += duplicates;
        journal.done(block);
        state.lastAt = options.now();
        state.failing = false;
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        options.onFault(error, 'shipping a block');
        state.failing = true;
        if (closing) return;
        await sleep(pauseMs);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    }
  }

  const running = run();
  return {
    nudge: () => {
      if (journal.backlog().records >= options.blockRows && !state.failing) wake();
    },
    shipped: () => ({ ...state }),
    isRush: () => isRush,
    close: async () => {
      closing = true;
      wake();
      await running;
    },
  };
}

/** When its first event was received, epoch ms; undefined where it has none. */
function arrivalOf({ records }: Block): number | undefined {
  const first = records.find(({ payload }) => payload[0] === EVENT_LINE.charCodeAt(0));
  return first && fromClickHouseTime(eventRowOf(first.payload).received_at).getTime();
}

/** Ships one block and tells the listeners; how many events went and how many were seen before. */
async function ship(block: Block, options: ShipperOptions): Promise<{ events: number; duplicates: number }> {
  const { facts, seen, journal } = options;
  const of = (...letters: string[]) => {
    const codes = letters.map((letter) => letter.charCodeAt(0));
    return block.records.filter(({ payload }) => codes.includes(payload[0])).map(({ payload }) => payload);
  };
  const all = of(...Object.keys(eventTables));
  const position = { journal: journal.position().journal, shipped: block.from };
  const fresh = await seen.judge(position, all);
  const events = withLetter(fresh, EVENT_LINE);
  const memberships = withLetter(fresh, MEMBERSHIP_LINE);
  for (const [table, lines] of [['events', events] as const, ['membership_events', memberships] as const]) {
    if (block.resent) await sendAgain({ ...options, table }, lines, block.token);
    else if (lines.length > 0) await facts.insertLines(table, bodies(lines), { token: block.token });
  }
  if (all.length < block.records.length) {
    for (const [letter, table] of Object.entries(tablesBeside)) {
      const lines = of(letter);
      if (lines.length > 0) await facts.insertLines(table, bodies(lines), { token: block.token });
    }
  }
  await seen.remember(position);
  if (options.isHeard() && fresh.length > 0) {
    await options.onShipped(await inSlices(events, eventRowOf), await inSlices(memberships, eventRowOf));
  }
  return { events: fresh.length, duplicates: all.length - fresh.length };
}

function withLetter(payloads: Buffer[], letter: string): Buffer[] {
  const code = letter.charCodeAt(0);
  return payloads.filter((payload) => payload[0] === code);
}

/** The JSON behind the table's letter, each with a line's end. */
function bodies(payloads: readonly Buffer[]): Buffer[] {
  const block = Buffer.allocUnsafe(payloads.reduce((sum, payload) => sum + payload.length, 0));
  let at = 0;
  for (const payload of payloads) {
    at += payload.copy(block, at, 1);
    block[at++] = 0x0a;
  }
  return [block];
}

type Sending = ShipperOptions & { table: 'events' | 'membership_events' };

async function sendAgain(options: Sending, payloads: Buffer[], token: string): Promise<void> {
  if ((await missing(options, payloads)).length === 0) return;
  const unreadable = new Set(await sendReadable(options, payloads, token));
  const lost = (await missing(options, payloads)).filter((payload) => !unreadable.has(payload));
  if (lost.length > 0) await sendReadable(options, lost, `${token}:missing`);
}

/**
 * Sends lines; where the engine cannot read one of them, halves until that one stands alone and is kept among the
 * rejected. Without this a single line could hold up everything behind it for ever. Returns the unreadable ones.
 */
async function sendReadable(options: Sending, payloads: Buffer[], token: string): Promise<Buffer[]> {
  try {
    await options.facts.insertLines(options.table, bodies(payloads), { token });
    return [];
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    if (payloads.length === 1) {
      await keepUnreadable(options, payloads[0], error as InklingError, token);
      return payloads;
    }
    const middle = payloads.length >> 1;
    const first = await sendReadable(options, payloads.slice(0, middle), `${token}/0`);
    return [...first, ...(await sendReadable(options, payloads.slice(middle), `${token}/1`))];
  }
}

function isUnreadable(error: unknown): boolean {
  return /Cannot parse|CANNOT_PARSE|INCORRECT_DATA|CANNOT_READ|TOO_LARGE|Cannot read/i.test((error as Error).message);
}

async function keepUnreadable(
  options: ShipperOptions,
  payload: Buffer,
  error: InklingError,
  token: string,
): Promise<void> {
  options.onFault(error, 'reading a line of the journal');
  const row = eventRowOf(payload);
  const kept = rejectedRow({ workspace: row.workspace, at: options.now(), source: row.source, error, body: row });
  const line = Buffer.from(rejectedLine(kept));
  await options.facts.insertLines('rejected_events', bodies([line]), { token });
}

/** Ids and anchors travel in the address line of a request, which servers cut at some hundred kilobytes. */
const LOOKUP_BYTES = 30_000;

/** The lines whose message the facts do not have. */
async function missing({ facts, table }: Sending, payloads: Buffer[]): Promise<Buffer[]> {
  const absent: Buffer[] = [];
  let chunk: { payload: Buffer; row: EventRow }[] = [];
  let size = 0;
  const lookUp = async () => {
    const sql = `SELECT DISTINCT workspace, message_id FROM ${table}
      WHERE workspace IN {workspaces:Array(String)} AND message_id IN {ids:Array(String)}
        AND received_at >= {since:DateTime64(3)}
        AND node IN (SELECT cityHash64(arrayJoin({anchors:Array(String)})))`;
    const params = {
      workspaces: [...new Set(chunk.map(({ row }) => row.workspace))],
      ids: chunk.map(({ row }) => row.message_id),
      anchors: [...new Set(chunk.map(({ row }) => row.anchor))],
      // An older row is another message: one of the same id that came before the window of dedupe.
      since: chunk.map(({ row }) => row.received_at).sort()[0],
    };
    const found = await facts.rows<{ workspace: string; message_id: string }>(sql, params, 'ingest');
    const there = new Set(found.map((row) => `${row.workspace} ${row.message_id}`));
    absent.push(
      ...chunk.filter(({ row }) => !there.has(`${row.workspace} ${row.message_id}`)).map(({ payload }) => payload),
    );
    chunk = [];
    size = 0;
  };
  for (const payload of payloads) {
    const row = eventRowOf(payload);
    chunk.push({ payload, row });
    size += row.message_id.length + row.anchor.length;
    if (size > LOOKUP_BYTES) await lookUp();
  }
  if (chunk.length > 0) await lookUp();
  return absent;
}
