// What came in: the totals, and one of four measures over the days.

import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Overview } from '../../api.ts';
import { activity, type Measure, measureNames } from '../../charts/activity.ts';
import { Figure } from '../../charts/Figure.tsx';
import { compactMoney, count, plural, stamp } from '../../format.ts';
import { Stats } from '../../parts/Stats.tsx';
import { useZone } from '../../place.tsx';
import styles from './Activity.module.css';

export function Activity({ overview }: { overview: Overview }) {
  const zone = useZone();
  const { totals, currency } = overview;
  const [measure, setMeasure] = useState<Measure>('events');
  const data = useMemo(
    () => ({ days: overview.eventsPerDay, measure, currency }),
    [overview.eventsPerDay, measure, currency],
  );
  return (
    <Figure
      title="What came in"
      name="Events per day"
      note={`All that was collected until ${stamp(overview.asOf, zone)}; days are in UTC.${withoutBots(totals.bots)}`}
      chart={activity}
      data={data}
      height={220}
    >
      <Stats
        stats={[
          { name: 'People', value: count(totals.people) },
          { name: 'Events', value: count(totals.events) },
          { name: 'Sessions', value: count(totals.sessions) },
          { name: 'Purchases', value: count(totals.purchases) },
          { name: 'Revenue', value: compactMoney(totals.revenue, currency) },
        ]}
      />
      <SegmentedControl
        className={styles.measures}
        aria-label="Measure"
        value={measure}
        onChange={(value) => setMeasure(value as Measure)}
        data={Object.entries(measureNames).map(([value, label]) => ({ value, label }))}
      />
    </Figure>
  );
}

function withoutBots({ people, events }: Overview['totals']['bots']): string {
  if (people === 0) return '';
  return ` Without ${plural(people, 'program', 'programs')} and their ${plural(events, 'event', 'events')}.`;
}
