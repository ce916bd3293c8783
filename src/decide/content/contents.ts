// What a segment is shown: pieces of content, each perhaps in variants of which one is the control [SEG-4]. How often each
// was seen, engaged with and converted by is counted by the day, so that its totals and its history are one thing.

import { randomUUID } from 'node:crypto';
import { InklingError } from '../../errors.ts';
import type { Store } from '../../store/index.ts';

export type Counts = { views: number; engagements: number; conversions: number };

export type Content = Counts & {
  id: string;
  segmentId: string;
  contentId: string;
  /** null = the content has no variants. */
  variantId: string | null;
  /** Pieces of one segment with the same test are compared; '' is a test as well. */
  test: string;
  isControl: boolean;
  title: string;
  /** Engagements per view, 0 to 1; null before the first view. */
  engagementRate: number | null;
  /** Shown from then on. */
  publishedAt: string;
  /** Shown to nobody since then; null = it is not stopped. */
  stoppedAt: string | null;
  createdAt: string;
  updatedAt: string;
};

export type ContentDay = Counts & {
  /** In the zone of the workspace. */
  date: string;
};

export type NewContent = {
  workspace: string;
  segmentId: string;
  contentId: string;
  variantId?: string;
  test?: string;
  isControl?: boolean;
  title?: string;
  publishedAt?: Date;
  now: Date;
};

type Row = {
  id: string;
  segment_id: string;
  content_id: string;
  variant_id: string;
  test: string;
  is_control: boolean;
  title: string;
  published_at: Date;
  stopped_at: Date | null;
  created_at: Date;
  updated_at: Date;
  views: string | null;
  engagements: string | null;
  conversions: string | null;
};

const withCounts = `SELECT c.*, d.views, d.engagements, d.conversions FROM personalized_content AS c
  LEFT JOIN (SELECT content, sum(views) AS views, sum(engagements) AS engagements, sum(conversions) AS conversions
    FROM personalized_content_days WHERE workspace = $1 GROUP BY content) AS d ON d.content = c.id
  WHERE c.workspace = $1`;

/** Shows a piece of content to a segment. Throws `conflict` for one that is shown already, and for a second control. */
export async function addContent(store: Store, wanted: NewContent): Promise<Content> {
  const { workspace, segmentId, contentId, variantId = '', test = '', isControl = false, title = '', now } = wanted;
  const id = randomUUID();
  await store.state.transaction(async (tx) => {
    await refuseTwin(tx, { workspace, id, segmentId, contentId, variantId, test, isControl });
    await tx.query(
      `INSERT INTO personalized_content (id, workspace, segment_id, content_id, variant_id, test, is_control, title,
         published_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
      [id, workspace, segmentId, contentId, variantId, test, isControl, title, wanted.publishedAt ?? now, now],
    );
  });
  return getContent(store, workspace, id);
}

export type ContentChange = {
  contentId?: string;
  /** '' = no variant. */
  variantId?: string;
  test?: string;
  isControl?: boolean;
  title?: string;
  publishedAt?: Date;
  /** null starts it again. */
  stoppedAt?: Date | null;
};

/**
 * Changes what is given. What was counted belongs to what was seen, so that content, variant, test and control stay as they
 * are from the first view on. Throws `conflict` where they don't, and for a twin or a second control.
 */
export async function changeContent(
  store: Store,
  { workspace, id, change, now }: { workspace: string; id: string; change: ContentChange; now: Date },
): Promise<Content> {
  await store.state.transaction(async (tx) => {
    const [row] = await tx.query<Row>(`${withCounts} AND c.id = $2 FOR UPDATE OF c`, [workspace, id]);
    if (row === undefined) throw unknownContent(id);
    const before = contentOf(row);
    const after = { ...before, variantId: before.variantId ?? '', ...change };
    if (before.views > 0) refuseOtherContent(before, after);
    await refuseTwin(tx, { ...after, workspace });
    await tx.query(
      `UPDATE personalized_content SET content_id = $3, variant_id = $4, test = $5, is_control = $6, title = $7,
         published_at = $8, stopped_at = $9, updated_at = $10 WHERE workspace = $1 AND id = $2`,
      [
        ...[workspace, id, after.contentId, after.variantId, after.test, after.isControl, after.title],
        ...[after.publishedAt, after.stoppedAt, now],
      ],
    );
  });
  return getContent(store, workspace, id);
}

/** What a segment is shown, or what all segments are; the oldest first. */
export async function listContents({ state }: Store, workspace: string, segmentId?: string): Promise<Content[]> {
  const rows = await state.query<Row>(
    `${withCounts} AND ($2::text IS NULL OR c.segment_id = $2) ORDER BY c.created_at, c.id`,
    [workspace, segmentId ?? null],
  );
  return rows.map(contentOf);
}

export async function getContent({ state }: Store, workspace: string, id: string): Promise<Content> {
  const [row] = await state.query<Row>(`${withCounts} AND c.id = $2`, [workspace, id]);
  if (row === undefined) throw unknownContent(id);
  return contentOf(row);
}

export async function removeContent({ state }: Store, workspace: string, id: string): Promise<void> {
  const [row] = await state.query('DELETE FROM personalized_content WHERE workspace = $1 AND id = $2 RETURNING id', [
    workspace,
    id,
  ]);
  if (row === undefined) throw unknownContent(id);
}

export type CountsUpdate = Partial<Counts> & {
  workspace: string;
  id: string;
  /** When it happened; absent = now. */
  at?: Date;
  /** An update with a key that was counted before changes nothing. */
  key?: string;
  now: Date;
};

/** Adds to what was counted. Each view is engaged with once at most, and converts once at most. */
export async function countContent(store: Store, update: CountsUpdate): Promise<Content> {
  const { workspace, id, views = 0, engagements = 0, conversions = 0, at = update.now, key, now } = update;
  await getContent(store, workspace, id);
  await store.state.transaction(async (tx) => {
    if (key !== undefined) {
      const [fresh] = await tx.query(
        `INSERT INTO personalized_content_updates (content, workspace, key, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING key`,
        [id, workspace, key, now],
      );
      if (fresh === undefined) return;
    }
    const [before] = await tx.query<Record<'views' | 'engagements' | 'conversions', string>>(
      `SELECT views, engagements, conversions FROM personalized_content_days
       WHERE content = $1 AND date = ($2::timestamptz AT TIME ZONE (SELECT time_zone FROM workspaces WHERE id = $3))::date
       FOR UPDATE`,
      [id, at, workspace],
    );
    const seen = Number(before?.views ?? 0) + views;
    for (const [field, more, counted] of [
      ['engagement', engagements, before?.engagements],
      ['conversions', conversions, before?.conversions],
    ] as const) {
      const total = Number(counted ?? 0) + more;
      if (total <= seen) continue;
      throw new InklingError('invalid_input', `${total} ${field} of ${seen} views on that day: more than were seen.`, {
        field,
        value: more,
        hint: 'Count each view once at most, and send the views of the day with it or before it.',
      });
    }
    await tx.query(
      `INSERT INTO personalized_content_days AS d (content, workspace, date, views, engagements, conversions)
       VALUES ($1, $2, ($3::timestamptz AT TIME ZONE (SELECT time_zone FROM workspaces WHERE id = $2))::date, $4, $5, $6)
       ON CONFLICT (content, date) DO UPDATE SET views = d.views + excluded.views,
         engagements = d.engagements + excluded.engagements, conversions = d.conversions + excluded.conversions`,
      [id, workspace, at, views, engagements, conversions],
    );
    await tx.query('UPDATE personalized_content SET updated_at = $2 WHERE id = $1', [id, now]);
  });
  return getContent(store, workspace, id);
}

/** Day by day, of one piece or of everything a segment is shown; days without a view have no entry. */
export async function contentHistory(
  { state }: Store,
  workspace: string,
  of: { id: string } | { segmentId: string },
): Promise<ContentDay[]> {
  const [column, value] = 'id' in of ? ['c.id', of.id] : ['c.segment_id', of.segmentId];
  const rows = await state.query<Record<'date' | 'views' | 'engagements' | 'conversions', string>>(
    `SELECT to_char(d.date, 'YYYY-MM-DD') AS date, sum(d.views) AS views, sum(d.engagements) AS engagements,
       sum(d.conversions) AS conversions
     FROM personalized_content_days AS d JOIN personalized_content AS c ON c.id = d.content
     WHERE d.workspace = $1 AND ${column} = $2 GROUP BY d.date ORDER BY d.date`,
    [workspace, value],
  );
  return rows.map(({ date, ...counts }) => ({ date, ...countsOf(counts) }));
}

type Piece = Pick<Content, 'segmentId' | 'contentId' | 'test' | 'isControl'> & {
  workspace: string;
  id: string;
  variantId: string;
};

/** Locks the pieces of the test. */
async function refuseTwin(tx: Pick<Store['state'], 'query'>, piece: Piece): Promise<void> {
  const { workspace, id, segmentId, contentId, variantId, test, isControl } = piece;
  const shown = await tx.query<{ content_id: string; variant_id: string; is_control: boolean }>(
    `SELECT content_id, variant_id, is_control FROM personalized_content
     WHERE workspace = $1 AND segment_id = $2 AND test = $3 AND id <> $4 FOR UPDATE`,
    [workspace, segmentId, test, id],
  );
  if (shown.some((one) => one.content_id === contentId && one.variant_id === variantId)) {
    const variant = variantId === '' ? '' : ` in the variant "${variantId}"`;
    throw new InklingError('conflict', `The segment is shown content "${contentId}"${variant} already.`, {
      field: 'content_id',
      value: contentId,
      hint: 'Give another variant_id, or another test.',
    });
  }
  const control = isControl ? shown.find((one) => one.is_control) : undefined;
  if (control === undefined) return;
  throw new InklingError('conflict', `The control of this test is "${control.variant_id || control.content_id}".`, {
    field: 'is_control',
    value: true,
    hint: 'Remove it first, or name another test.',
  });
}

function refuseOtherContent(before: Content, after: Omit<Piece, 'workspace'>): void {
  const { views } = before;
  for (const [field, was, is] of [
    ['content_id', before.contentId, after.contentId],
    ['variant_id', before.variantId ?? '', after.variantId],
    ['test', before.test, after.test],
    ['is_control', before.isControl, after.isControl],
  ] as const) {
    if (was === is) continue;
    throw new InklingError('conflict', `It was seen ${views.toLocaleString('en-US')} times as it is.`, {
      field,
      value: is,
      hint: 'Stop it and add another piece, so that each is counted by itself.',
    });
  }
}

function contentOf(row: Row): Content {
  const counts = countsOf(row);
  return {
    id: row.id,
    segmentId: row.segment_id,
    contentId: row.content_id,
    variantId: row.variant_id || null,
    test: row.test,
    isControl: row.is_control,
    title: row.title,
    ...counts,
    engagementRate: counts.views > 0 ? counts.engagements / counts.views : null,
    publishedAt: new Date(row.published_at).toISOString(),
    stoppedAt: row.stopped_at && new Date(row.stopped_at).toISOString(),
    createdAt: new Date(row.created_at).toISOString(),
    updatedAt: new Date(row.updated_at).toISOString(),
  };
}

function countsOf(row: Record<'views' | 'engagements' | 'conversions', string | null>): Counts {
  const { views, engagements, conversions } = row;
  return { views: Number(views ?? 0), engagements: Number(engagements ?? 0), conversions: Number(conversions ?? 0) };
}

function unknownContent(id: string): InklingError {
  return new InklingError('not_found', `There is no personalised content "${id}" in this workspace.`, {
    field: 'id',
    value: id,
    hint: 'GET /api/v1/segments/personalized lists them.',
  });
}
