// An intake without a journal, for places where no disk outlives a call (serverless). What is acknowledged is in the facts:
// the rows are inserted before the answer, under a token of their own ids, so that a call that is sent again whole is
// taken once; and messages that are known already are left behind. Two calls with the same message at the same moment
// may both be taken: nothing here lasts between calls that could tell. A server with a journal is what tells them apart.

import { createHash } from 'node:crypto';
import { InklingError } from '../errors.ts';
import { type Store, scanRecords } from '../store/index.ts';
import { type AcceptorOptions, type Intake, type IntakeOptions, openAcceptor } from './intake.ts';
import { eventTables, tablesBeside } from './line.ts';
import type { EventRow } from './message.ts';

type Parsed = { id: string; anchor: string; line: string };

export function openDirectIntake(store: Store, options: Pick<IntakeOptions, 'now' | 'admissions'> = {}): Intake {
  const now = options.now ?? (() => new Date());
  let duplicates = 0;
  const keep: AcceptorOptions['keep'] = async (workspace, { bytes }) => {
    const lines = scanRecords(bytes).records.map(({ payload }) => payload.toString());
    // Beside first: what an acknowledgement promises is in the facts last, and a call that fails in between is sent again.
    for (const [letter, table] of Object.entries(tablesBeside)) {
      const beside = lines.filter((line) => line.startsWith(letter)).map((line) => line.slice(1));
      await insert(store, table, beside, beside);
    }
    for (const [letter, table] of Object.entries(eventTables)) {
      const events = lines.filter((line) => line.startsWith(letter)).map(parse);
      const fresh = await unknownOf(store, table, workspace, events);
      duplicates += events.length - fresh.length;
      await insert(
        store,
        table,
        fresh.map(({ line }) => line),
        fresh.map(({ id }) => id),
      );
    }
  };
  const { accept, counts } = openAcceptor(store, { ...options, now, keep });
  return {
    accept,
    onShipped: () => () => {},
    isRush: () => false,
    settled: async () => {},
    health: () => ({
      ...counts,
      duplicates,
      backlog: { records: 0, bytes: 0 },
      shipped: counts.accepted - duplicates,
      lastShippedAt: counts.lastAcceptedAt,
      failing: false,
      damagedRecords: 0,
      mendedRecords: 0,
    }),
    close: async () => {},
  };
}

function parse(line: string): Parsed {
  const row = JSON.parse(line.slice(1)) as Pick<EventRow, 'message_id' | 'anchor'>;
  return { id: row.message_id, anchor: row.anchor, line: line.slice(1) };
}

/** Those that are not in the facts, each once. */
async function unknownOf(store: Store, table: string, workspace: string, parsed: readonly Parsed[]): Promise<Parsed[]> {
  const known = new Set<string>();
  let some: Parsed[] = [];
  let size = 0;
  for (const [i, one] of parsed.entries()) {
    some.push(one);
    size += one.id.length + one.anchor.length;
    if (size < LOOKUP_BYTES && i < parsed.length - 1) continue;
    for (const id of await knownOf(store, table, workspace, some)) known.add(id);
    some = [];
    size = 0;
  }
  return [...new Map(parsed.filter(({ id }) => !known.has(id)).map((one) => [one.id, one])).values()];
}

/** Ids and anchors travel in the address line of a request, which servers cut at some hundred kilobytes. */
const LOOKUP_BYTES = 30_000;

/** The key of the table begins with whom an event hangs on, so this is quick. */
async function knownOf({ facts }: Store, table: string, workspace: string, some: readonly Parsed[]): Promise<string[]> {
  const rows = await facts
    .rows<{ message_id: string }>(
      `SELECT DISTINCT message_id FROM ${table}
       WHERE workspace = {workspace:String} AND node IN (SELECT cityHash64(arrayJoin({anchors:Array(String)})))
         AND message_id IN {ids:Array(String)}`,
      { workspace, anchors: [...new Set(some.map(({ anchor }) => anchor))], ids: some.map(({ id }) => id) },
      'ingest',
    )
    .catch(unavailable);
  return rows.map(({ message_id }) => message_id);
}

async function insert(store: Store, table: string, lines: readonly string[], ids: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const token = `direct:${createHash('sha256')
    .update(JSON.stringify([table, ...ids]))
    .digest('hex')}`;
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  await store.facts.insertLines(table, [bytes], { token }).catch(unavailable);
}

/** Nothing was acknowledged, so the sender keeps it and sends it again. */
function unavailable(error: unknown): never {
  throw new InklingError('unavailable', 'The facts cannot take events now; nothing was acknowledged.', {
    cause: error,
    hint: 'Send it again.',
    retryAfterSeconds: 2,
  });
}
