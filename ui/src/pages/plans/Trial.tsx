// What the plan would have done to the events of the last days.

import type { PlanTrial } from '../../api.ts';
import { count, plural } from '../../format.ts';
import styles from './Plans.module.css';
import { actionWords, titleOf } from './plan.ts';

export function Trial({ trial }: { trial: PlanTrial }) {
  const { examined, total, blocked, omitted, noted, findings } = trial;
  return (
    <section aria-label="The trial" role="status">
      <p>
        Of {plural(examined, 'event', 'events')} of the last {trial.days} days it would have blocked{' '}
        <strong>{count(blocked)}</strong>, left something out of {count(omitted)} and noted {count(noted)}.
        {examined < total && <> They are the events of a sample of people; {count(total)} came.</>}
      </p>
      {findings.length > 0 && (
        <ul className={styles.events}>
          {findings.slice(0, 50).map((one) => (
            <li key={`${one.type} ${one.event} ${one.property} ${one.problem} ${one.action}`} className={styles.event}>
              <span className={styles.name}>{titleOf({ type: one.type, name: one.event })}</span>{' '}
              <code className="mono">{one.property}</code> {one.detail}
              {one.sample && (
                <>
                  , as <code className="mono">{one.sample}</code>
                </>
              )}
              <span className="faint small">
                {' '}
                {plural(one.events, 'time', 'times')}, {actionWords[one.action]}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
