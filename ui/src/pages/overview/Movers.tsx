// What moved since the scoring before: how many rose and fell between levels, and whom it moved most.

import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Overview } from '../../api.ts';
import { count, stamp, titled } from '../../format.ts';
import { levelOfScore } from '../../levels.ts';
import { IntentShape } from '../../parts/IntentMark.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { useZone } from '../../place.tsx';
import styles from './Movers.module.css';

export function Movers({ overview, className }: { overview: Overview; className?: string }) {
  const zone = useZone();
  const { moved, movers } = overview;
  if (!moved) {
    return (
      <Panel title="What moved" className={className}>
        <p className="quiet">Unknown until people have been scored twice. Tomorrow’s scoring will show it.</p>
      </Panel>
    );
  }
  return (
    <Panel title="What moved" note={`Since ${stamp(moved.since, zone)}.`} className={className}>
      <p className={styles.sums}>
        <span>
          <IconArrowUpRight size={18} aria-hidden className={styles.up} />
          <strong>{count(moved.up)}</strong> rose a level
        </span>
        <span>
          <IconArrowDownRight size={18} aria-hidden className={styles.down} />
          <strong>{count(moved.down)}</strong> fell a level
        </span>
      </p>
      {movers.length > 0 && <h3 className="small quiet">Whose score rose most</h3>}
      {movers.length > 0 && (
        <ul>
          {movers.slice(0, 6).map((mover) => (
            <li key={mover.id} className={styles.mover}>
              <Link href={`/people/${mover.id}`} className={styles.name}>
                {mover.displayName}
              </Link>
              <span className={`${styles.score} number`}>
                {mover.from} → <IntentShape level={levelOfScore(mover.to).level} /> <strong>{mover.to}</strong>
              </span>
              <span className={`${styles.reason} quiet small`}>{titled(mover.reason)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
