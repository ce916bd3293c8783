// The quarantine: messages that failed a check or a limit, each with its reason, until they are mended or too old. They
// are facts like any other, so that they are listed, counted and cleared where everything else is; what bounds them is
// their age, their number and their size, by workspace.

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { DAY_MS, fromClickHouseTime, toClickHouseTime } from '../time.ts';
import { BATCH_LIMIT_BYTES } from './validate.ts';

/** A message that was refused, without what is personal in it. */
export type RejectedMessage = {
  id: string;
  at: Date;
  source: string;
  code: string;
  reason: string;
  /** As in `batch[3].timestamp`; null where the whole message is meant. */
  field: string | null;
  value: unknown;
  /** The message; a text where it is too long to be kept whole. */
  body: unknown;
};

export type ListQuery = { workspace: string; cursor?: string; limit: number; bodyCharacters?: number };

export type RejectedPage = { rejected: RejectedMessage[]; nextCursor: string | null; total: number };

/** What a workspace's quarantine keeps: the newest within all three. */
export const quarantineBounds = { days: 30, messages: 100_000, bytes: 256 * 1024 * 1024 };

type Row = {
  id: string;
  moment: string;
  source: string;
  code: string;
  reason: string;
  field: string;
  value: string;
  body: string;
};

const COLUMNS = 'id, toString(at) AS moment, source, code, reason, field, value';

/** Newest first, bodies cut to so many characters. Throws `invalid_input` for a cursor that is not of this list. */
export async function listRejected(
  { facts }: Store,
  { workspace, cursor, limit, bodyCharacters = BATCH_LIMIT_BYTES }: ListQuery,
): Promise<RejectedPage> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await facts.rows<Row>(
    `SELECT ${COLUMNS}, substringUTF8(body, 1, {most:UInt32}) AS body FROM rejected_events
     WHERE workspace = {workspace:String} ${after ? 'AND (at < {at:DateTime64(3)} OR (at = {at:DateTime64(3)} AND id > {id:String}))' : ''}
     ORDER BY at DESC, id LIMIT {limit:UInt32}`,
    { workspace, limit: limit + 1, most: bodyCharacters, ...after },
  );
  const [{ total }] = await facts.rows<{ total: string }>(
    'SELECT count() AS total FROM rejected_events WHERE workspace = {workspace:String}',
    { workspace },
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rejected: page.map(toMessage),
    nextCursor: rows.length > limit && last ? writeCursor(last) : null,
    total: Number(total),
  };
}

/** Those of the ids that are there. */
export async function findRejected(
  { facts }: Store,
  { workspace, ids }: { workspace: string; ids: readonly string[] },
): Promise<RejectedMessage[]> {
  const sql = `SELECT ${COLUMNS}, body FROM rejected_events
    WHERE workspace = {workspace:String} AND id IN {ids:Array(String)} ORDER BY at, id`;
  return (await facts.rows<Row>(sql, { workspace, ids })).map(toMessage);
}

export async function removeRejected(
  { facts }: Store,
  { workspace, ids }: { workspace: string; ids: readonly string[] },
): Promise<void> {
  if (ids.length === 0) return;
  await facts.remove('rejected_events', 'workspace = {workspace:String} AND id IN {ids:Array(String)}', {
    workspace,
    ids,
  });
}

/** Takes away what is over the bounds, oldest first. */
export async function pruneRejected({ facts }: Store, now: Date, bounds = quarantineBounds): Promise<void> {
  const over = await facts.rows<{ workspace: string; last: string }>(
    `SELECT workspace, toString(max(at)) AS last FROM
     (
       SELECT workspace, at, row_number() OVER newest AS messages,
         sum(length(body) + length(reason) + length(value)) OVER newest AS bytes
       FROM rejected_events
       WINDOW newest AS (PARTITION BY workspace ORDER BY at DESC, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
     )
     WHERE messages > {messages:UInt64} OR bytes > {bytes:UInt64} OR at < {oldest:DateTime64(3)}
     GROUP BY workspace`,
    {
      messages: bounds.messages,
      bytes: bounds.bytes,
      oldest: toClickHouseTime(now.getTime() - bounds.days * DAY_MS),
    },
    'batch',
  );
  for (const { workspace, last } of over) {
    const where = 'workspace = {workspace:String} AND at <= {last:DateTime64(3)}';
    await facts.remove('rejected_events', where, { workspace, last });
  }
}

function toMessage(row: Row): RejectedMessage {
  const { id, source, code, reason, field, value, body } = row;
  return {
    id,
    at: fromClickHouseTime(row.moment),
    source,
    code,
    reason,
    field: field || null,
    value: parsed(value),
    body: parsed(body),
  };
}

/** Kept as JSON text that may have been cut. */
function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function writeCursor({ moment, id }: Row): string {
  return Buffer.from(`${moment} ${id}`).toString('base64url');
}

function readCursor(text: string): { at: string; id: string } {
  const [, at, id] =
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) (.+)$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (id !== undefined && !Number.isNaN(fromClickHouseTime(at).getTime())) return { at, id };
  throw new InklingError('invalid_input', `"${text}" is not a cursor of this list.`, {
    field: 'cursor',
    value: text,
    hint: 'Take nextCursor from the page before, or leave it out to begin at the newest.',
  });
}
