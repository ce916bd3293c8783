// High, Medium and Low put to the test: of the people called so, how many bought, with the interval.

import type { Performance } from '../../api.ts';
import { count, ofHundred, ofHundredRange } from '../../format.ts';
import { factsOf } from '../../levels.ts';
import { IntentMark } from '../../parts/IntentMark.tsx';
import { RateBar } from '../../parts/RateBar.tsx';
import styles from './SegmentsMeasured.module.css';

export function SegmentsMeasured({ performance, timeframeDays }: { performance: Performance; timeframeDays: number }) {
  return (
    <section className={styles.row} aria-label="Levels put to the test">
      {performance.segments.map(({ name, size, actualConversionRate, interval }) => (
        <div key={name} className={styles.level}>
          <div className="spread">
            <IntentMark level={name} />
            <span className="faint small number">{count(size)} called</span>
          </div>
          {actualConversionRate === null ? (
            <p className={styles.answer}>
              <span className="faint">Unknown: nobody on the holdout was called so.</span>
            </p>
          ) : (
            <p className={styles.answer}>
              <span className={styles.number}>{ofHundred(actualConversionRate)}</span> of 100 bought in {timeframeDays}{' '}
              days <span className="faint number">({ofHundredRange(interval)})</span>
            </p>
          )}
          <RateBar rate={actualConversionRate} interval={interval} color={`var(--${factsOf(name).color})`} />
        </div>
      ))}
    </section>
  );
}
