// In life: scores that have grown old enough are held against what happened, in words first, then day by day.

import type { AccuracyReport, ModelRow } from '../../api.ts';
import { accuracyByDay } from '../../charts/accuracyByDay.ts';
import { Figure } from '../../charts/Figure.tsx';
import { count, decimal, percentRange, shortDayYear } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useZone } from '../../place.tsx';
import { useAccuracy } from '../../queries.ts';

const title = 'Did it come true';

export function AccuracyLog({ model }: { model: ModelRow }) {
  const accuracy = useAccuracy(model.id);
  if (accuracy.error) {
    return (
      <Panel title={title}>
        <ProblemNote error={accuracy.error} onRetry={() => void accuracy.refetch()} />
      </Panel>
    );
  }
  if (!accuracy.data) return null;
  return <Log report={accuracy.data} />;
}

function Log({ report }: { report: AccuracyReport }) {
  const zone = useZone();
  const { overall, days, statement, nextKnownAt } = report;
  const next = nextKnownAt ? ` The next outcomes are known on ${shortDayYear(nextKnownAt, zone)}.` : '';
  if (overall === null) {
    return (
      <Panel title={title} note="What was predicted against what happened, in life.">
        <p className="quiet">
          {statement}
          {next} {nextKnownAt === null && 'People are scored every night while the service runs.'}
        </p>
      </Panel>
    );
  }
  return (
    <Figure
      title={title}
      name="Accuracy by day"
      note={`Scores from ${report.threshold} on count as called.${next}`}
      chart={accuracyByDay}
      data={days}
      height={210}
    >
      <p>
        <strong>{statement}</strong>{' '}
        {overall.precisionInterval && `95% interval ${percentRange(overall.precisionInterval)}.`}
      </p>
      <p className="small quiet">
        {count(Math.round(overall.expectedConversions))} conversions were expected and {count(overall.conversionsCount)}{' '}
        came. AUC {decimal(overall.auc, 3)}, calibration error {decimal(overall.calibrationError, 3)}.{' '}
        {overall.conversionLiftVsControl !== null &&
          overall.liftInterval &&
          `Choosing by score finds ${count(overall.conversionLiftVsControl)}% more buyers than chance (${count(overall.liftInterval[0])} to ${count(overall.liftInterval[1])}%).`}{' '}
        Somebody who was scored on several days counts on each.
      </p>
    </Figure>
  );
}
