// A chart in its panel: title, what it is of, the picture, and one click away the table behind it and its CSV.

import { ActionIcon, Tooltip } from '@mantine/core';
import { IconChartLine, IconDownload, IconTable } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { downloadCsv } from '../download.ts';
import { DataTable } from '../parts/DataTable.tsx';
import { Panel } from '../parts/Panel.tsx';
import type { Chart, Table } from './chart.ts';
import { EChart } from './EChart.tsx';

export type FigureProps<Data> = {
  title: ReactNode;
  /** The title without markup: names the table and the file. */
  name: string;
  note?: ReactNode;
  actions?: ReactNode;
  chart: Chart<Data>;
  data: Data;
  height?: number;
  className?: string;
  children?: ReactNode;
};

export function Figure<Data>(props: FigureProps<Data>) {
  const { title, name, note, actions, chart, data, height = 260, className, children } = props;
  const [view, setView] = useState<'chart' | 'table'>('chart');
  return (
    <Panel
      title={title}
      note={note}
      className={className}
      actions={
        <>
          {actions}
          <TableSwitch view={view} onChange={setView} name={name} />
          <CsvButton table={() => chart.table(data)} name={name} />
        </>
      }
    >
      {children}
      {view === 'chart' ? (
        <EChart chart={chart} data={data} height={height} />
      ) : (
        <DataTable table={chart.table(data)} label={name} />
      )}
    </Panel>
  );
}

type TableSwitchProps = { view: 'chart' | 'table'; onChange: (view: 'chart' | 'table') => void; name: string };

function TableSwitch({ view, onChange, name }: TableSwitchProps) {
  const label = view === 'chart' ? 'Show the table' : 'Show the chart';
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={() => onChange(view === 'chart' ? 'table' : 'chart')}
        aria-label={`${label}: ${name}`}
      >
        {view === 'chart' ? <IconTable size={16} stroke={1.75} /> : <IconChartLine size={16} stroke={1.75} />}
      </ActionIcon>
    </Tooltip>
  );
}

export function CsvButton({ table, name }: { table: () => Table; name: string }) {
  return (
    <Tooltip label="Download as CSV">
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={() => downloadCsv(table(), name.toLowerCase().replace(/\W+/g, '-'))}
        aria-label={`Download as CSV: ${name}`}
      >
        <IconDownload size={16} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  );
}
