// The segments as rows: what they hold, how many, what is expected, and what such people did on the holdout.

import { Link } from 'wouter';
import type { Segment } from '../../api.ts';
import { CsvButton } from '../../charts/Figure.tsx';
import { count, ofHundred, ofHundredRange, percent, words } from '../../format.ts';
import { factsOf, levelOfScore } from '../../levels.ts';
import { IntentShape } from '../../parts/IntentMark.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { RateBar } from '../../parts/RateBar.tsx';
import { Term } from '../../parts/Term.tsx';
import styles from './SegmentTable.module.css';

export function SegmentTable({ segments }: { segments: Segment[] }) {
  const asTable = () => ({
    columns: [
      'Id',
      'Name',
      'From',
      'To',
      'Category',
      'People',
      'Share',
      'Expected purchases',
      'Actual rate',
      'Low',
      'High',
    ],
    rows: segments.map((one) => [
      one.id,
      one.name,
      one.minScore,
      one.maxScore,
      one.productCategory,
      one.size,
      one.share,
      one.expectedConversions,
      one.actualConversionRate,
      one.actualInterval?.[0] ?? null,
      one.actualInterval?.[1] ?? null,
    ]),
  });
  return (
    <Panel title="Ready, and your own" actions={<CsvButton name="Segments" table={asTable} />}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Segment</th>
            <th scope="col" className={styles.right}>
              People
            </th>
            <th scope="col" className={`${styles.right} ${styles.mid}`}>
              <Term name="expectedConversions">Expected purchases</Term>
            </th>
            <th scope="col" className={`${styles.rate} ${styles.mid}`}>
              Bought, of 100 on the <Term name="holdout">holdout</Term>
            </th>
          </tr>
        </thead>
        <tbody>
          {segments.map((segment) => (
            <Row key={segment.id} segment={segment} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Row({ segment }: { segment: Segment }) {
  const facts = segment.level ? factsOf(segment.level) : null;
  const color = facts?.color ?? levelOfScore((segment.minScore + segment.maxScore) / 2).color;
  return (
    <tr>
      <th scope="row">
        <Link href={`/segments/${encodeURIComponent(segment.id)}`} className={styles.name}>
          {facts && <IntentShape level={facts.level} />}
          {segment.name}
        </Link>
        <span className="faint small">
          Score {segment.minScore} to {segment.maxScore}
          {segment.productCategory && <>, {words(segment.productCategory).toLowerCase()} only</>}
          {!facts && ', your own'}
        </span>
      </th>
      <td className={styles.right}>
        <strong>{count(segment.size)}</strong>
        <span className="faint small"> {segment.share !== null && percent(segment.share)}</span>
      </td>
      <td className={`${styles.right} ${styles.mid}`}>{count(segment.expectedConversions)}</td>
      <td className={`${styles.rate} ${styles.mid}`}>
        {segment.actualConversionRate === null ? (
          <span className="faint">unknown: this range was not measured</span>
        ) : (
          <span className={styles.measured}>
            <span>
              {ofHundred(segment.actualConversionRate)}{' '}
              <span className="faint">({ofHundredRange(segment.actualInterval)})</span>
            </span>
            <RateBar rate={segment.actualConversionRate} interval={segment.actualInterval} color={`var(--${color})`} />
          </span>
        )}
      </td>
    </tr>
  );
}
