// Where to draw the line: a slider over the scores, what such a call got right and wrong on the holdout, and what to
// expect of it among today's people.

import { Slider } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Interval, Performance, Threshold } from '../../api.ts';
import { Figure } from '../../charts/Figure.tsx';
import { nearestThreshold, thresholdChart } from '../../charts/thresholds.ts';
import { count, percent, plural } from '../../format.ts';
import { Term } from '../../parts/Term.tsx';
import { useThresholds } from '../../queries.ts';
import styles from './ThresholdPanel.module.css';

export type ThresholdPanelProps = { performance: Performance; modelId: string; timeframeDays: number };

export function ThresholdPanel({ performance, modelId, timeframeDays }: ThresholdPanelProps) {
  const rows = useMemo(() => asScores(performance.thresholds), [performance.thresholds]);
  const [score, setScore] = useState(70);
  const chosen = nearestThreshold(rows, score);
  const data = useMemo(() => ({ rows, chosen: chosen?.threshold ?? 70 }), [rows, chosen]);
  if (!chosen) return null;
  return (
    <Figure
      title="Where to draw the line"
      name="Thresholds"
      note={
        <>
          Call everyone from this <Term name="threshold">threshold</Term> on; counts are of the holdout.
        </>
      }
      chart={thresholdChart}
      data={data}
      height={230}
    >
      <div className={styles.top}>
        <div className={styles.slider}>
          <label htmlFor="threshold" className="small quiet">
            Score {chosen.threshold} and above
          </label>
          <Slider
            id="threshold"
            thumbLabel="Threshold"
            thumbValueText={(value) => `Score ${value} and above`}
            value={score}
            onChange={setScore}
            min={0}
            max={100}
            label={null}
            marks={[
              { value: 40, label: 'Medium' },
              { value: 70, label: 'High' },
            ]}
          />
        </div>
        <Outcome row={chosen} modelId={modelId} timeframeDays={timeframeDays} />
      </div>
      <p className={`${styles.legend} small quiet`} aria-hidden="true">
        <span>
          <i className={styles.solid} /> Right (precision)
        </span>
        <span>
          <i className={styles.dashed} /> Buyers found (recall)
        </span>
      </p>
    </Figure>
  );
}

function Outcome({ row, modelId, timeframeDays }: { row: Threshold; modelId: string; timeframeDays: number }) {
  const called = Math.max(1, row.truePositives + row.falsePositives);
  return (
    <div className={styles.outcome} aria-live="polite">
      <p className={styles.sentence}>
        Of <strong>{count(row.people)}</strong> called, <strong>{count(row.truePositives)}</strong> bought and{' '}
        <strong>{count(row.falsePositives)}</strong> did not: {percent(row.precision)} right, and {percent(row.recall)}{' '}
        of all buyers found.
      </p>
      <div className={styles.bar} aria-hidden="true">
        <span style={{ width: `${(row.truePositives / called) * 100}%`, background: 'var(--high)' }} />
        <span style={{ width: `${(row.falsePositives / called) * 100}%`, background: 'var(--line-strong)' }} />
      </div>
      <p className="small quiet">
        <Term name="truePositives">Bought</Term> on the left, <Term name="falsePositives">called by mistake</Term> on
        the right. <Today row={row} modelId={modelId} timeframeDays={timeframeDays} />
      </p>
    </div>
  );
}

/** What the threshold brings among the people scored today: their calibrated probabilities, added up. */
function Today({ row, modelId, timeframeDays }: { row: Threshold; modelId: string; timeframeDays: number }) {
  const cut = useThresholds(modelId).data?.cuts[Math.round(row.threshold)];
  if (!cut) return null;
  const among = ([low, high]: Interval) => `${count(low)} to ${count(high)}`;
  return (
    <>
      Today it would call {plural(cut.people, 'person', 'people')}: expect {count(cut.truePositives)} (
      {among(cut.truePositivesInterval)}) to buy within {timeframeDays} days and {count(cut.falsePositives)} (
      {among(cut.falsePositivesInterval)}) not to; {count(cut.missed)} more will buy and are not called.
    </>
  );
}

/** Thresholds as scores of 0 to 100, also when they come as probabilities. */
function asScores(rows: Threshold[]): Threshold[] {
  const highest = Math.max(...rows.map(({ threshold }) => threshold));
  if (highest > 1) return rows;
  return rows.map((row) => ({ ...row, threshold: Math.round(row.threshold * 100) }));
}
