// One signal in full: what it counts and over which days, the spread of its values, and its quantiles.

import { useMemo } from 'react';
import type { Signal } from '../../api.ts';
import { Figure } from '../../charts/Figure.tsx';
import { signalHistogram } from '../../charts/signalHistogram.ts';
import { percent, plural, signalValue, titled, words } from '../../format.ts';
import { useCurrency } from '../../place.tsx';
import styles from './SignalDetail.module.css';

const quantileNames = ['Least', '10%', '25%', 'Median', '75%', '90%', 'Most'];

export function SignalDetail({ signal }: { signal: Signal }) {
  const currency = useCurrency();
  const data = useMemo(() => ({ ...signal, currency }), [signal, currency]);
  const { windowDays, category, source, missingShare, quantiles, unit } = signal;
  return (
    <Figure
      title={titled(signal.sentence)}
      name={signal.name}
      note={
        <>
          {windowDays ? `Over ${plural(windowDays, 'day', 'days')}. ` : 'Over the whole time. '}
          {words(category)}, from {source === 'CRM' ? 'the CRM' : words(source).toLowerCase()}.{' '}
          {missingShare > 0 ? `Unknown for ${percent(missingShare)} of the people.` : 'Known for everyone.'}
        </>
      }
      chart={signalHistogram}
      data={data}
      height={210}
    >
      <dl className={styles.quantiles}>
        {quantiles.map((quantile, index) => (
          <div key={quantileNames[index]}>
            <dt>{quantileNames[index]}</dt>
            <dd>{signalValue(quantile, unit, currency)}</dd>
          </div>
        ))}
      </dl>
    </Figure>
  );
}
