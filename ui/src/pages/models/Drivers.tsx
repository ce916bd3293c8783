// What the model rests on: signals by importance, and whether each tends to raise or lower the score.

import { Button } from '@mantine/core';
import { IconArrowDownRight, IconArrowsUpDown, IconArrowUpRight } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Driver } from '../../api.ts';
import { CsvButton } from '../../charts/Figure.tsx';
import { percent, plural, titled } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { Term } from '../../parts/Term.tsx';
import styles from './Drivers.module.css';

const firstShown = 12;

export function Drivers({ drivers }: { drivers: Driver[] }) {
  const [all, setAll] = useState(false);
  const sorted = [...drivers].sort((a, b) => b.importance - a.importance);
  const total = sorted.reduce((sum, { importance }) => sum + importance, 0) || 1;
  const widest = sorted[0]?.importance || 1;
  const asTable = () => ({
    columns: ['Signal', 'Sentence', 'Importance', 'Direction', 'Mean contribution'],
    rows: sorted.map((driver) => [
      driver.signal,
      driver.sentence,
      driver.importance,
      driver.direction,
      driver.meanContribution,
    ]),
  });
  return (
    <Panel
      title="What drives it"
      note={
        <>
          Signals by <Term name="importance">importance</Term>. The colour and the arrow tell whether more of it raises
          or lowers the score.
        </>
      }
      actions={<CsvButton name="Drivers" table={asTable} />}
    >
      <ol>
        {sorted.slice(0, all ? undefined : firstShown).map((driver) => (
          <li key={driver.signal} className={styles.driver}>
            <Link href={`/features?signal=${encodeURIComponent(driver.signal)}`} className={styles.name}>
              {titled(driver.sentence)}
            </Link>
            <span className={styles.track} aria-hidden="true">
              <span
                style={{
                  width: `${(driver.importance / widest) * 100}%`,
                  background: `var(--${colors[driver.direction]})`,
                }}
              />
            </span>
            <span className="number">{percent(driver.importance / total)}</span>
            <Direction direction={driver.direction} />
          </li>
        ))}
      </ol>
      {sorted.length > firstShown && (
        <Button variant="default" size="xs" onClick={() => setAll(!all)} style={{ alignSelf: 'flex-start' }}>
          {all ? 'Show fewer' : `Show all ${plural(sorted.length, 'signal', 'signals')}`}
        </Button>
      )}
    </Panel>
  );
}

const colors = { raises: 'raises', lowers: 'lowers', mixed: 'ink-faint' };

function Direction({ direction }: { direction: Driver['direction'] }) {
  const Arrow =
    direction === 'raises' ? IconArrowUpRight : direction === 'lowers' ? IconArrowDownRight : IconArrowsUpDown;
  return (
    <span className={`${styles.direction} small quiet`}>
      <Arrow size={15} aria-hidden style={{ color: `var(--${colors[direction]})` }} />
      {direction}
    </span>
  );
}
