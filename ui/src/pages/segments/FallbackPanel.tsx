// With too few conversions to predict intent: which groups buy on average, under the disclaimer that they are no intent.

import { IconAlertTriangle } from '@tabler/icons-react';
import type { DemographicGroup } from '../../api.ts';
import { count, percent, percentRange, words } from '../../format.ts';
import { DataTable } from '../../parts/DataTable.tsx';
import { Note } from '../../parts/Note.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { useFallback } from '../../queries.ts';

/** Nothing where intent can be predicted. */
export function FallbackPanel() {
  const { data } = useFallback();
  if (!data?.applies || data.disclaimer === null) return null;
  const groups = data.demographics?.groups ?? [];
  return (
    <Panel
      title="Until there is more to learn from"
      note={`${count(data.conversionsNeeded)} conversions are needed to tell people apart by what they do; there are ${count(data.conversions)}.`}
    >
      <Note icon={<IconAlertTriangle size={16} />}>{data.disclaimer}</Note>
      {groups.length > 0 && (
        <DataTable
          label="Groups that buy on average"
          table={{
            columns: ['Group', 'People', 'Bought', 'Share', '95% interval'],
            rows: groups.map((group) => [
              nameOf(group),
              group.people,
              group.conversions,
              percent(group.rate),
              percentRange(group.interval),
            ]),
          }}
        />
      )}
    </Panel>
  );
}

function nameOf({ country, gender, age }: DemographicGroup): string {
  const known = [country, gender && words(gender), age && `${age} to ${Number(age) + 9}`].filter(Boolean);
  return known.length > 0 ? known.join(', ') : 'Nothing told';
}
