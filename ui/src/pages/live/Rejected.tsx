// What was not accepted, and why: the reason, the field with its value, and the message as it was sent.

import type { Live } from '../../api.ts';
import { count, relative } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { useNow } from '../../place.tsx';
import styles from './Rejected.module.css';

export function Rejected({ live }: { live: Live }) {
  const now = useNow(10);
  return (
    <Panel
      title="Rejected"
      note={
        live.rejectedLastDay === 0
          ? 'None in the last 24 hours.'
          : `${count(live.rejectedLastDay)} in the last 24 hours. Mend them where they are sent, and send them again.`
      }
    >
      {live.rejected.length > 0 && (
        <ul>
          {live.rejected.map((event) => (
            <li key={event.id} className={styles.event}>
              <p className={styles.reason}>{event.reason}</p>
              <p className="small quiet">
                {event.field && (
                  <>
                    <code className="mono">{event.field}</code> was{' '}
                    <code className="mono">{JSON.stringify(event.value) ?? 'missing'}</code>,{' '}
                  </>
                )}
                <span className="faint">{relative(event.at, now)}</span>
              </p>
              <details className={styles.body}>
                <summary>As it was sent</summary>
                <pre>{typeof event.body === 'string' ? event.body : JSON.stringify(event.body, null, 2)}</pre>
              </details>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
