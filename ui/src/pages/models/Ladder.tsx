// The ladder from a rule to boosted trees: which steps the data reached, what each needs and what there is.

import { IconCheck, IconLock } from '@tabler/icons-react';
import type { Model } from '../../api.ts';
import { percent } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { Term } from '../../parts/Term.tsx';
import styles from './Ladder.module.css';
import { rungNames } from './ModelCard.tsx';

export function Ladder({ model }: { model: Model }) {
  return (
    <Panel
      title={<Term name="ladder">How much data allows</Term>}
      note={`It stands on: ${model.rung ? rungNames[model.rung].toLowerCase() : 'nothing yet'}. Confidence ${percent(model.confidence)}.`}
    >
      <ol className={styles.ladder}>
        {model.ladder.map(({ rung, reached, needs, has }) => (
          <li key={rung} className={styles.rung} data-reached={reached}>
            <span className={styles.mark}>
              {reached ? <IconCheck size={14} aria-hidden /> : <IconLock size={13} aria-hidden />}
            </span>
            <div>
              <p className={styles.name}>
                {rungNames[rung]} <span className="faint small">{reached ? 'reached' : 'not yet'}</span>
                {rung === model.rung && <span className="small quiet"> and in use</span>}
              </p>
              <p className="small quiet">
                Needs {needs}. Has {has}.
              </p>
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
