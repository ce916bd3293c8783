// The signals as rows: sentence and name, group, importance as a bar, for how many it is known, the median, and the
// spread in the space of a word. Choosing one shows it beside the table.

import type { Signal } from '../../api.ts';
import type { Table } from '../../charts/chart.ts';
import { percent, signalValue, titled, value } from '../../format.ts';
import { RowTable, right, target } from '../../parts/RowTable.tsx';
import { Term } from '../../parts/Term.tsx';
import { useCurrency } from '../../place.tsx';
import styles from './SignalTable.module.css';

export type SignalTableProps = { signals: Signal[]; selected: Signal | null; onSelect: (name: string) => void };

export function SignalTable({ signals, selected, onSelect }: SignalTableProps) {
  const currency = useCurrency();
  const strongest = Math.max(...signals.map(({ importance }) => importance ?? 0), 1e-9);
  if (signals.length === 0) return <p className="quiet">No signal fits these filters.</p>;
  return (
    <RowTable>
      <thead>
        <tr>
          <th scope="col">Signal</th>
          <th scope="col" className={styles.bar}>
            <Term name="importance">Importance</Term>
          </th>
          <th scope="col" className={`${right} ${styles.known}`}>
            <Term name="missing">Missing</Term>
          </th>
          <th scope="col" className={`${right} ${styles.mid}`}>
            <Term name="quantile">Median</Term>
          </th>
          <th scope="col" className={styles.mid}>
            Spread
          </th>
        </tr>
      </thead>
      <tbody>
        {signals.map((signal) => (
          <tr key={signal.name} data-selected={signal.name === selected?.name || undefined}>
            <th scope="row">
              <button
                type="button"
                className={`${styles.choose} ${target}`}
                aria-pressed={signal.name === selected?.name}
                onClick={() => onSelect(signal.name)}
              >
                {titled(signal.sentence)}
              </button>
              <span className="faint small">
                <span className={`mono ${styles.code}`}>{signal.name}</span>, {signal.group}
              </span>
            </th>
            <td className={styles.bar}>
              <Importance importance={signal.importance} part={(signal.importance ?? 0) / strongest} />
            </td>
            <td className={`${right} ${styles.known} quiet nowrap`}>
              {signal.missingShare === 0 ? 'none' : percent(signal.missingShare)}
            </td>
            <td className={`${right} ${styles.mid} quiet nowrap`}>
              {signalValue(signal.quantiles[3], signal.unit, currency)}
            </td>
            <td className={styles.mid}>
              <MiniHistogram signal={signal} />
            </td>
          </tr>
        ))}
      </tbody>
    </RowTable>
  );
}

function Importance({ importance, part }: { importance: number | null; part: number }) {
  if (importance === null) return <span className="faint">unknown</span>;
  return (
    <span className={styles.importance}>
      <span className={styles.track} aria-hidden="true">
        <span style={{ width: `${part * 100}%` }} />
      </span>
      <span>{importance <= 1 ? percent(importance) : value(importance)}</span>
    </span>
  );
}

function MiniHistogram({ signal }: { signal: Signal }) {
  const tallest = Math.max(...signal.histogram.map(({ people }) => people), 1);
  const step = 64 / Math.max(1, signal.histogram.length);
  return (
    <svg width="64" height="20" viewBox="0 0 64 20" aria-hidden="true">
      {signal.histogram.map(({ from, people }, index) => {
        const height = people === 0 ? 0 : Math.max(1, (people / tallest) * 19);
        return (
          <rect
            key={from}
            x={index * step}
            y={20 - height}
            width={Math.max(1, step - 1)}
            height={height}
            fill="var(--ink-faint)"
            opacity="0.55"
          />
        );
      })}
    </svg>
  );
}

export function signalsAsTable(signals: Signal[]): Table {
  return {
    columns: [
      'Signal',
      'Sentence',
      'Group',
      'Category',
      'Source',
      'Unit',
      'Window in days',
      'Importance',
      'Missing',
      'Median',
    ],
    rows: signals.map((signal) => [
      signal.name,
      signal.sentence,
      signal.group,
      signal.category,
      signal.source,
      signal.unit,
      signal.windowDays,
      signal.importance,
      signal.missingShare,
      signal.quantiles[3],
    ]),
  };
}
