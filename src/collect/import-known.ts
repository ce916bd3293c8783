// Events that are in the facts already, under the id that their platform gave them: exports overlap from one day to the
// next, and events also come live. Asked once per block, over the span of its moments and the sources of the platform.

import type { Store } from '../store/index.ts';

/** A line of an event that may be known, and the moment of the event. */
export type OwnLine = { at: string; line: string };

/** Characters of ids that a statement names at most; the engine reads 256 kB as one. */
const CHARACTERS_AT_ONCE = 200_000;

export async function findKnown(
  { facts }: Store,
  workspace: string,
  sources: readonly string[],
  own: ReadonlyMap<string, OwnLine>,
): Promise<Set<string>> {
  let [from, to] = ['9', ''];
  for (const { at } of own.values()) {
    if (at < from) from = at;
    if (at > to) to = at;
  }
  const params = { workspace, sources: [...sources], from, to };
  const where = `workspace = {workspace:String} AND source IN {sources:Array(String)}
    AND at BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')}`;
  const known = new Set<string>();
  const [{ events }] = await facts.rows<{ events: string }>(
    `SELECT count() AS events FROM events WHERE ${where}`,
    params,
    'batch',
  );
  if (events === '0') return known;
  for (const some of inParts([...own.keys()].map(quoted))) {
    const rows = await facts.rows<{ message_id: string }>(
      `SELECT DISTINCT message_id FROM events WHERE ${where} AND message_id IN (${some})`,
      params,
      'batch',
    );
    for (const { message_id } of rows) known.add(message_id);
  }
  return known;
}

function* inParts(texts: readonly string[]): Iterable<string> {
  let part = '';
  for (const text of texts) {
    if (part.length + text.length > CHARACTERS_AT_ONCE) {
      yield part;
      part = '';
    }
    part += part === '' ? text : `,${text}`;
  }
  if (part !== '') yield part;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
