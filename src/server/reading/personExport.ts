// People whole, as lines of JSON that are written while they are read: who they are, their visits, what they did, every
// score and the segments they are in. What a person's file says depends on what belongs to them and on nothing else, so
// two who were merged and parted again read as if they never had been.

import { membersOf, resolvedEventsSql, toHexId } from '../../identify/index.ts';
import { findActiveModel, findSegment, listSegments, readScore } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';

const PEOPLE_PER_PAGE = 100;

/** One person, or with `profile` left out everybody in the order of their ids. */
export async function* exportPeople(
  store: Store,
  { workspace, profile }: { workspace: string; profile?: bigint },
): AsyncIterable<string> {
  const segments = await segmentsOf(store, workspace);
  if (profile !== undefined) {
    yield* exportPage(store, workspace, [profile], segments);
    return;
  }
  for (let after = -1n; ; ) {
    const rows = await store.facts.rows<{ profile: string }>(
      `SELECT profile FROM profiles FINAL WHERE workspace = {workspace:String} ${after < 0n ? '' : `AND profile > ${after}`}
       ORDER BY profile LIMIT ${PEOPLE_PER_PAGE}`,
      { workspace },
    );
    if (rows.length === 0) return;
    const page = rows.map((row) => BigInt(row.profile));
    yield* exportPage(store, workspace, page, segments);
    after = page[page.length - 1];
  }
}

type Row = Record<string, unknown> & { profile: string };

async function* exportPage(
  store: Store,
  workspace: string,
  page: readonly bigint[],
  segments: Segments | undefined,
): AsyncIterable<string> {
  const { facts } = store;
  const params = { workspace };
  const list = page.join(', ');
  const where = `workspace = {workspace:String} AND profile IN (${list})`;
  const nodes = await membersOf(facts, workspace, page);
  const [people, visits, events, memberships, scores] = await Promise.all([
    facts.rows<Row>(`SELECT * EXCEPT (workspace, version) FROM profiles FINAL WHERE ${where}`, params),
    facts.rows<Row>(
      `SELECT * EXCEPT (workspace, version) FROM sessions FINAL WHERE ${where} ORDER BY start_time, session_id`,
      params,
    ),
    facts.rows<Row>(
      `SELECT * EXCEPT (workspace, node, sealed, particulars) FROM (${resolvedEventsSql({ nodes })}) ORDER BY at, message_id`,
      params,
    ),
    facts.rows<Row>(
      `SELECT * EXCEPT (workspace, node, sealed, particulars)
       FROM (${resolvedEventsSql({ nodes, table: 'membership_events' })}) ORDER BY at, message_id`,
      params,
    ),
    facts.rows<Row>(`SELECT * EXCEPT (workspace) FROM scores FINAL WHERE ${where} ORDER BY as_of, model_id`, params),
  ]);
  const known = new Map(people.map((row) => [row.profile, row]));
  const of = (rows: readonly Row[]) => Map.groupBy(rows, ({ profile }) => profile);
  const parts = [
    ['session', of(visits)],
    ['event', of(events)],
    ['event', of(memberships)],
    ['score', of(scores)],
  ] as const;
  for (const profile of page) {
    const key = String(profile);
    const person = known.get(key);
    if (person === undefined) continue;
    const id = toHexId(profile);
    const line = (kind: string, { profile: _, ...row }: Record<string, unknown>) =>
      `${JSON.stringify({ kind, person: id, ...row })}\n`;
    yield line('person', { ...person, traits: JSON.parse(String(person['traits'] || '{}')) });
    for (const [kind, rows] of parts) for (const row of rows.get(key) ?? []) yield line(kind, row);
    for (const segment of (await segments?.of(profile)) ?? []) yield line('segment', segment);
  }
}

type Segments = { of(profile: bigint): Promise<{ id: string; name: string }[]> };

/** undefined where nobody is scored. */
async function segmentsOf(store: Store, workspace: string): Promise<Segments | undefined> {
  const model = await findActiveModel(store, workspace);
  if (model === undefined) return undefined;
  const known = await Promise.all(
    (await listSegments(store, workspace)).map(async ({ id, name }) => {
      const { model: of, filter } = await findSegment(store, workspace, id);
      return { id, name, of, filter };
    }),
  );
  return {
    of: async (profile) => {
      const score = await readScore(store, model, profile);
      if (score === undefined) return [];
      return known
        .filter(({ of, filter: { minScore = 0, maxScore = 100, minConfidence = 0, category } }) => {
          if (of.id !== model.id || score.score < minScore || score.score > maxScore) return false;
          return score.confidence >= minConfidence && (category === undefined || category === score.category);
        })
        .map(({ id, name }) => ({ id, name }));
    },
  };
}
