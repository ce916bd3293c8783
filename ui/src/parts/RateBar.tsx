// A rate with its uncertainty on a scale of 0 to 100%: a dot for the rate, a line for the interval.

import type { Interval } from '../api.ts';
import { percent, percentRange } from '../format.ts';
import styles from './RateBar.module.css';

export type RateBarProps = { rate: number | null; interval: Interval | null; color: string };

export function RateBar({ rate, interval, color }: RateBarProps) {
  if (rate === null) return null;
  return (
    <div className={styles.track} role="img" aria-label={`${percent(rate)}, between ${percentRange(interval)}`}>
      {interval && (
        <span
          className={styles.range}
          style={{ left: `${interval[0] * 100}%`, width: `${(interval[1] - interval[0]) * 100}%`, color }}
        />
      )}
      <span className={styles.dot} style={{ left: `${rate * 100}%`, color }} />
    </div>
  );
}
