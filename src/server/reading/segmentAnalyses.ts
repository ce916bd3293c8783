// The latest analysis of each segment, kept so that a list can show it without doing it again.

import type { Store } from '../../store/index.ts';

export type Analysed = { metrics: unknown; at: string };

export async function analysedOf({ state }: Store, workspace: string): Promise<Map<string, Analysed>> {
  const rows = await state.query<{ segment_id: string; metrics: unknown; analyzed_at: Date }>(
    'SELECT segment_id, metrics, analyzed_at FROM segment_analyses WHERE workspace = $1',
    [workspace],
  );
  return new Map(
    rows.map(({ segment_id: id, metrics, analyzed_at: at }) => [id, { metrics, at: new Date(at).toISOString() }]),
  );
}

export async function keepAnalysis(
  { state }: Store,
  { workspace, segmentId, metrics, now }: { workspace: string; segmentId: string; metrics: unknown; now: Date },
): Promise<void> {
  await state.query(
    `INSERT INTO segment_analyses (workspace, segment_id, metrics, analyzed_at) VALUES ($1, $2, $3::jsonb, $4)
     ON CONFLICT (workspace, segment_id) DO UPDATE SET metrics = excluded.metrics, analyzed_at = excluded.analyzed_at`,
    [workspace, segmentId, JSON.stringify(metrics), now],
  );
}
