// What was not accepted, and why: the reason, the field with its value, and the message, to be mended and sent again.

import { Link } from 'wouter';
import type { Live, RejectedEvent } from '../../api.ts';
import { count, relative } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { useNow } from '../../place.tsx';
import { Mend } from './Mend.tsx';
import styles from './Rejected.module.css';

export function Rejected({ live }: { live: Live }) {
  const now = useNow(10);
  return (
    <Panel
      title="Rejected"
      note={
        live.rejectedLastDay === 0
          ? 'None in the last 24 hours.'
          : `${count(live.rejectedLastDay)} in the last 24 hours. Mend them where they are sent; these can be mended here.`
      }
    >
      {live.rejected.length === 0 ? (
        <Empty title="Nothing waits to be mended">
          A message with a fault is kept here for 30 days, with the reason and without personal data.
        </Empty>
      ) : (
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
                {event.code === 'plan_violation' && (
                  <>
                    {' '}
                    <Link href={`/live/plans?event=${encodeURIComponent(nameOf(event))}`} className={styles.rule}>
                      The rule that stopped it
                    </Link>
                  </>
                )}
              </p>
              <Mend event={event} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Of the event, as the plan knows it. */
function nameOf({ body }: RejectedEvent): string {
  const { event, name } = (body ?? {}) as { event?: unknown; name?: unknown };
  return String(event ?? name ?? '');
}
