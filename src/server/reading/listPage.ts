// A page of a list that is read whole because it is short (models, segments, syncs): it begins behind the entry that the
// cursor names, so that what is added meanwhile shifts nothing.

import { InklingError } from '../../errors.ts';

export type Paging = { cursor?: string; limit?: number };

export const LIST_PAGE = 1000;

/** Throws `invalid_input` when the cursor names no entry of the list. */
export function pageOf<Entry extends { id: string }>(
  entries: readonly Entry[],
  { cursor, limit = LIST_PAGE }: Paging,
): { page: Entry[]; nextCursor: string | null; total: number } {
  const from = cursor === undefined ? 0 : placeBehind(entries, cursor);
  const page = entries.slice(from, from + limit);
  const more = from + page.length < entries.length;
  return { page, nextCursor: more ? writeCursor(page[page.length - 1].id) : null, total: entries.length };
}

function placeBehind(entries: readonly { id: string }[], cursor: string): number {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  const place = entries.findIndex((entry) => entry.id === id);
  if (place >= 0) return place + 1;
  throw new InklingError('invalid_input', 'The cursor names nothing in this list.', {
    field: 'cursor',
    value: cursor,
    hint: 'Pass nextCursor of the page before, unchanged; begin anew if that entry was removed since.',
  });
}

function writeCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}
