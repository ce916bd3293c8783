// What a segment is shown.

import { count } from '../../format.ts';
import { DataTable } from '../../parts/DataTable.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSegmentContents } from '../../segmentsQueries.ts';
import { rate } from './Analytics.tsx';

export function Contents({ id }: { id: string }) {
  const contents = useSegmentContents(id);
  const rows = contents.data?.personalized ?? [];
  if (rows.length === 0 && !contents.error) return null;
  return (
    <Panel title="What it is shown" note={`${count(contents.data?.total)} in all.`}>
      {contents.error && <ProblemNote error={contents.error} />}
      <DataTable
        label="What it is shown"
        table={{
          columns: ['Content', 'Variant', 'Test', 'Views', 'Engagements', 'Engaged with', 'Conversions'],
          rows: rows.map((one) => [
            one.title || one.content_id,
            one.is_control ? `${one.variant_id ?? ''} (control)`.trim() : one.variant_id,
            one.test,
            one.view_count,
            one.engagement_count,
            rate(one.engagement_rate),
            one.conversion_count,
          ]),
        }}
      />
    </Panel>
  );
}
