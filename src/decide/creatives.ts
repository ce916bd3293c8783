// What ads may show. A creative is for one product, for a category (or any), or for the brand; its content is the
// workspace's own: an image's address, a headline, the id in the ad server.

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';

export type CreativeKind = 'product' | 'category' | 'brand';

export type Creative = {
  id: string;
  kind: CreativeKind;
  /** null = any. */
  category: string | null;
  productId: string | null;
  content: Record<string, unknown>;
  createdAt: string;
};

type Row = {
  id: string;
  kind: CreativeKind;
  category: string;
  product_id: string;
  content: Record<string, unknown>;
  created_at: Date;
};

export async function listCreatives({ state }: Store, workspace: string): Promise<Creative[]> {
  const rows = await state.query<Row>('SELECT * FROM ad_creatives WHERE workspace = $1 ORDER BY id', [workspace]);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    category: row.category || null,
    productId: row.product_id || null,
    content: row.content,
    createdAt: new Date(row.created_at).toISOString(),
  }));
}

export type NewCreative = Omit<Creative, 'createdAt'> & { workspace: string; now: Date };

/** Adds a creative, or replaces the one of this id. */
export async function saveCreative({ state }: Store, creative: NewCreative): Promise<Creative> {
  const { workspace, id, kind, category, productId, content, now } = creative;
  if (kind === 'product' && productId === null && category === null) {
    throw new InklingError('invalid_input', 'A product creative has to say what it is for.', {
      field: 'productId',
      value: null,
      hint: 'Give a productId; or a category, for a template that fits any product of it.',
    });
  }
  await state.query(
    `INSERT INTO ad_creatives (workspace, id, kind, category, product_id, content, created_at)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
     ON CONFLICT (workspace, id) DO UPDATE SET kind = excluded.kind, category = excluded.category,
       product_id = excluded.product_id, content = excluded.content`,
    [workspace, id, kind, category ?? '', productId ?? '', JSON.stringify(content), now],
  );
  return { id, kind, category, productId, content, createdAt: now.toISOString() };
}

export async function removeCreative({ state }: Store, workspace: string, id: string): Promise<void> {
  const [row] = await state.query('DELETE FROM ad_creatives WHERE workspace = $1 AND id = $2 RETURNING id', [
    workspace,
    id,
  ]);
  if (row) return;
  throw new InklingError('not_found', `There is no creative "${id}" in this workspace.`, {
    field: 'id',
    value: id,
    hint: 'GET /api/v1/decide/creatives lists them.',
  });
}
