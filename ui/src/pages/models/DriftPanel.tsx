// Are people still those that the model learned from? In words, then the spread of the scores or of one signal, then and now.

import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { DriftLevel, DriftReport } from '../../api.ts';
import { driftHistogram } from '../../charts/driftHistogram.ts';
import { Figure } from '../../charts/Figure.tsx';
import { decimal, plural, shortDayYear, titled } from '../../format.ts';
import { useZone } from '../../place.tsx';
import { useDrift } from '../../queries.ts';

const scores = 'score';

const levels: Record<DriftLevel, string> = {
  STABLE: 'as in training, as far as chance allows',
  MODERATE: 'somewhat otherwise than in training',
  MAJOR: 'quite otherwise than in training',
};

/** Nothing before the first night. */
export function DriftPanel({ modelId }: { modelId: string }) {
  const drift = useDrift(modelId);
  const report = drift.data?.report;
  return report ? <Content report={report} /> : null;
}

function Content({ report }: { report: DriftReport }) {
  const zone = useZone();
  const [chosen, choose] = useState<string | null>(null);
  const { signals, score, statement, before, now, people, thresholds } = report;
  const name = chosen ?? signals[0]?.signal ?? scores;
  const signal = signals.find((one) => one.signal === name);
  const shown = signal ?? score;
  if (!shown) return null;
  const chance = signal ? `q ${decimal(signal.qValue, 3)}` : `p ${decimal(shown.pValue, 3)}`;
  return (
    <Figure
      title="Are people still the same"
      name="Spread then and now"
      note={`${plural(people.before, 'person', 'people')} as known on ${shortDayYear(before, zone)} against ${plural(people.now, 'person', 'people')} on ${shortDayYear(now, zone)}.`}
      chart={driftHistogram}
      data={shown}
      height={230}
    >
      <p>
        <strong>{statement}</strong>
      </p>
      <NativeSelect
        size="xs"
        aria-label="Spread of"
        value={name}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
        data={[
          ...(score ? [{ value: scores, label: 'The scores' }] : []),
          ...signals.map((one) => ({ value: one.signal, label: titled(one.sentence) })),
        ]}
        style={{ maxWidth: '32rem' }}
      />
      <p className="small quiet">
        Shown: {signal ? titled(signal.sentence) : 'the scores'}, {levels[shown.level]}. PSI {decimal(shown.psi, 2)},{' '}
        {shown.test === 'chi-square' ? 'chi-square' : 'Kolmogorov–Smirnov'} {decimal(shown.statistic, 3)}, {chance}.
        From a PSI of {thresholds.moderate} on a spread counts as moved, from {thresholds.major} on as another, where it
        is more than chance.
      </p>
    </Figure>
  );
}
