// One level today: how many people, what share, what is expected of them, and what such people really did on the
// holdout, with its interval. Opens the people behind the number.

import { Link } from 'wouter';
import type { SegmentToday } from '../api.ts';
import { compactMoney, count, ofHundred, ofHundredRange, percent, unknown } from '../format.ts';
import { factsOf } from '../levels.ts';
import { useCurrency } from '../place.tsx';
import styles from './IntentCard.module.css';
import { IntentMark } from './IntentMark.tsx';
import { RateBar } from './RateBar.tsx';
import { Term } from './Term.tsx';

export type IntentCardProps = { segment: SegmentToday; timeframeDays: number; averageOrder: number | null };

export function IntentCard({ segment, timeframeDays, averageOrder }: IntentCardProps) {
  const currency = useCurrency();
  const facts = factsOf(segment.name);
  return (
    <section className={styles.card} aria-label={`${facts.label} intent`}>
      <div className="spread">
        <IntentMark level={segment.name} />
        <span className="faint small number">
          score {facts.minScore}–{facts.maxScore}
        </span>
      </div>
      <p className={styles.size}>
        <Link href={`/people?segment=${segment.name}`} className={styles.link}>
          {count(segment.size)}
          <span className={styles.unit}> {segment.size === 1 ? 'person' : 'people'}</span>
        </Link>
        <span className="faint small number">{percent(segment.share)} of all</span>
      </p>
      <dl className={styles.facts}>
        <div>
          <dt>
            <Term name="expectedConversions">Expected purchases</Term> in {timeframeDays} days
          </dt>
          <dd>{count(segment.expectedConversions)}</dd>
        </div>
        <div>
          <dt>
            <Term name="expectedRevenue">Expected revenue</Term>
          </dt>
          <dd>
            {averageOrder === null ? unknown : compactMoney(segment.expectedConversions * averageOrder, currency)}
          </dd>
        </div>
        <div>
          <dt>
            <Term name="holdout">Of 100 like them</Term>, bought
          </dt>
          <dd>
            {segment.actualConversionRate === null ? (
              <span className="faint">unknown</span>
            ) : (
              <>
                {ofHundred(segment.actualConversionRate)}{' '}
                <span className="faint">({ofHundredRange(segment.actualInterval)})</span>
              </>
            )}
          </dd>
        </div>
      </dl>
      <RateBar rate={segment.actualConversionRate} interval={segment.actualInterval} color={`var(--${facts.color})`} />
    </section>
  );
}
