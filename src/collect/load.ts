// Messages that are already in this process — a simulated shop, a migration — go to the facts in blocks, without the
// journal: whoever makes them can make them again. One block is on its way while the next is being filled.

import { readPersonal } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { eventLine, MEMBERSHIP_LINE } from './line.ts';
import { type SegmentMessage, toEventRow } from './message.ts';

export type LoadOptions = {
  workspace: string;
  source: string;
  messages: Iterable<SegmentMessage>;
  now: Date;
  /** Messages so far and the time of the last one. */
  onProgress?(done: number, at: Date): void;
};

const BLOCK_ROWS = 50_000;
const LINES_A_CHUNK = 2000;

/** Returns the number of messages loaded. */
export async function loadMessages(store: Store, options: LoadOptions): Promise<number> {
  const { facts } = store;
  const { workspace, source, messages, now, onProgress } = options;
  const arrival = { workspace, source, receivedAt: now, personal: await readPersonal(store, workspace) };
  let done = 0;
  let lines: string[] = [];
  let chunks: Uint8Array[] = [];
  const memberships: string[] = [];
  let underWay = Promise.resolve();
  const cut = () => {
    if (lines.length > 0) chunks.push(blockOf(lines));
    lines = [];
  };
  const ship = async () => {
    cut();
    const block = chunks;
    chunks = [];
    await underWay;
    underWay = block.length > 0 ? facts.insertLines('events', block) : underWay;
  };
  for (const message of messages) {
    const line = eventLine(toEventRow(message, arrival));
    (line[0] === MEMBERSHIP_LINE ? memberships : lines).push(line);
    done += 1;
    if (lines.length === LINES_A_CHUNK) cut();
    if (done % BLOCK_ROWS === 0) {
      await ship();
      onProgress?.(done, new Date(message.timestamp as string));
    }
  }
  await ship();
  await underWay;
  if (memberships.length > 0) await facts.insertLines('membership_events', [blockOf(memberships)]);
  return done;
}

/** An event line is one letter for its table, then the row. */
function blockOf(lines: readonly string[]): Uint8Array {
  return Buffer.from(`${lines.map((line) => line.slice(1)).join('\n')}\n`);
}
