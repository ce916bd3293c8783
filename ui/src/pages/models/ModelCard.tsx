// One model in the list: its question, state and rung, and its quality on a scale from coin toss to perfect.

import { Link } from 'wouter';
import type { ModelRow } from '../../api.ts';
import { count, decimal, percent, stamp, unknown } from '../../format.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { Term } from '../../parts/Term.tsx';
import { useZone } from '../../place.tsx';
import { questionOf } from '../../question.ts';
import { AucScale } from './AucScale.tsx';
import styles from './ModelCard.module.css';

export const rungNames = { rule: 'Rule', logistic: 'Logistic regression', boosting: 'Boosted trees' };

export function ModelCard({ model }: { model: ModelRow }) {
  const zone = useZone();
  return (
    <section className={styles.card} aria-label={model.name}>
      <div className={styles.words}>
        <div className="row">
          <h2 className={styles.name}>
            <Link href={`/models/${model.id}`}>{model.name}</Link>
          </h2>
          <StatusMark status={model.status} />
        </div>
        <p className="quiet">{questionOf(model)}</p>
        <p className="faint small">
          {model.rung ? rungNames[model.rung] : 'Not learned yet'}, version {model.version},{' '}
          {model.modelType === 'CUSTOM' ? 'your own' : 'the general one'}
          {model.trainedOn && <>, trained {stamp(model.trainedOn, zone)}</>}
        </p>
        {model.warnings.map((warning) => (
          <p key={warning} className={`${styles.warning} small`}>
            {warning}
          </p>
        ))}
      </div>
      <dl className={styles.facts}>
        <div className={styles.auc}>
          <dt>
            <Term name="auc">AUC</Term>
          </dt>
          <dd>
            {decimal(model.auc)}
            <AucScale auc={model.auc} baselineAuc={model.baselineAuc} />
          </dd>
        </div>
        <div>
          <dt>
            <Term name="prAuc">PR AUC</Term>
          </dt>
          <dd>{decimal(model.prAuc)}</dd>
        </div>
        <div>
          <dt>
            <Term name="confidence">Confidence</Term>
          </dt>
          <dd>{percent(model.confidence)}</dd>
        </div>
        <div>
          <dt>Conversions learned from</dt>
          <dd>{model.trainingDataSize === null ? unknown : count(model.trainingDataSize)}</dd>
        </div>
      </dl>
    </section>
  );
}
