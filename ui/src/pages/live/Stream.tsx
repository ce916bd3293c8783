// The latest events, newest first, each with the person behind it.

import { Link } from 'wouter';
import type { LiveEvent } from '../../api.ts';
import { day, dayAndTime, stamp, timeWithSeconds, words } from '../../format.ts';
import { EventIcon } from '../../parts/EventIcon.tsx';
import { EventWords } from '../../parts/EventWords.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { useNow, useZone } from '../../place.tsx';
import styles from './Stream.module.css';

export function Stream({ events }: { events: LiveEvent[] }) {
  const zone = useZone();
  const today = day(new Date(useNow(60)).toISOString(), zone);
  const isToday = (at: string) => day(at, zone) === today;
  return (
    <Panel title="Arriving" note={`The latest ${events.length}, newest first; times in ${zone}.`}>
      {events.length === 0 ? (
        <p className="quiet">No accepted event is in view.</p>
      ) : (
        <ol>
          {events.map((event) => (
            <li key={event.messageId} className={styles.event}>
              <time className={`${styles.time} faint number tiny`} dateTime={event.at} title={stamp(event.at, zone)}>
                {isToday(event.at) ? timeWithSeconds(event.at, zone) : dayAndTime(event.at, zone)}
              </time>
              <span className={styles.icon}>
                <EventIcon event={event.event} />
              </span>
              <EventWords summary={event.summary} event={event.event} />
              <span className={`${styles.who} small`}>
                <Link href={`/people/${event.profile}`} className="mono">
                  {event.anchor.replace(/^[uaep]:/, '')}
                </Link>
              </span>
              <span className={`${styles.from} faint tiny`} title={event.source}>
                {words(event.platform)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
