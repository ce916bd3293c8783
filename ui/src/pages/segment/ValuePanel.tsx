// What is expected of a segment: by the scores of its people, times what an order brings.

import { count, money, stamp } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Stats } from '../../parts/Stats.tsx';
import { Term } from '../../parts/Term.tsx';
import { usePlace, useZone } from '../../place.tsx';
import { useSegmentValue } from '../../segmentsQueries.ts';

export function ValuePanel({ id }: { id: string }) {
  const { model, currency } = usePlace();
  const zone = useZone();
  const { data, error } = useSegmentValue(id, model !== null);
  if (!data && !error) return null;
  return (
    <Panel
      title="What it is worth"
      note={data?.as_of ? `Within ${data.timeframe_days} days of ${stamp(data.as_of, zone)}.` : undefined}
    >
      {error && <ProblemNote error={error} />}
      {data && (
        <Stats
          stats={[
            {
              name: <Term name="expectedConversions">Expected purchases</Term>,
              value: count(data.expected_conversions),
              note: data.interval
                ? `${count(data.interval[0])} to ${count(data.interval[1])}`
                : 'nobody in it is scored',
            },
            { name: 'An order', value: money(data.order_value, currency), note: `${count(data.orders)} so far` },
            {
              name: <Term name="expectedRevenue">Expected revenue</Term>,
              value: money(data.expected_value, currency),
              note: `${money(data.value_per_member, currency)} a person`,
            },
          ]}
        />
      )}
    </Panel>
  );
}
