// The same funnel for each device, source, platform, country or browser.

import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Funnel } from '../../api.ts';
import { CsvButton } from '../../charts/Figure.tsx';
import { count, percent, words } from '../../format.ts';
import { DataTable } from '../../parts/DataTable.tsx';
import { Panel } from '../../parts/Panel.tsx';

const names: Record<string, string> = {
  device_type: 'Device',
  traffic_source: 'Source',
  platform: 'Platform',
  country: 'Country',
  browser: 'Browser',
};

export function FunnelBreakdowns({ funnel }: { funnel: Funnel }) {
  const known = funnel.breakdowns.filter(({ values }) => values.length > 0);
  const [chosen, setChosen] = useState(known[0]?.name ?? '');
  const breakdown = known.find(({ name }) => name === chosen);
  if (!breakdown) return null;
  const table = {
    columns: [names[chosen], ...funnel.steps.map(({ event }) => words(event)), 'Whole way'],
    rows: breakdown.values.map(({ value, people }) => [
      value,
      ...people.map((at, i) => (i === 0 ? count(at) : `${count(at)} (${percent(share(at, people[i - 1]))})`)),
      percent(share(people[people.length - 1], people[0])),
    ]),
  };
  return (
    <Panel
      title="By whom"
      note="As it was at the first step; the share is of the step before."
      actions={<CsvButton table={() => table} name={`Funnel by ${names[chosen]}`} />}
    >
      <SegmentedControl
        size="xs"
        value={chosen}
        onChange={setChosen}
        data={known.map(({ name }) => ({ value: name, label: names[name] }))}
        aria-label="Break down by"
      />
      <DataTable table={table} label={`Funnel by ${names[chosen]}`} />
    </Panel>
  );
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
