// A line of figures, each with its name and, where it needs one, a word on how sure or of what.

import type { ReactNode } from 'react';
import styles from './Stats.module.css';

export type Stat = { name: ReactNode; value: ReactNode; note?: ReactNode };

export function Stats({ stats, columns }: { stats: Stat[]; columns?: 4 }) {
  return (
    <dl className={styles.stats} data-columns={columns}>
      {stats.map((stat, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed line of figures
        <div key={index} className={styles.stat}>
          <dt className={styles.name}>{stat.name}</dt>
          <dd className={styles.value}>{stat.value}</dd>
          {stat.note && <dd className={styles.note}>{stat.note}</dd>}
        </div>
      ))}
    </dl>
  );
}
