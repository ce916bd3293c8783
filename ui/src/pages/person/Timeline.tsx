// What the person did, newest first: a heading per day, the visits with where they came from and what came of them, and
// under each event what it carried.

import { Button } from '@mantine/core';
import type { Session, TimelineEvent } from '../../api.ts';
import { day, money, plural, time, words } from '../../format.ts';
import { EventIcon } from '../../parts/EventIcon.tsx';
import { EventWords } from '../../parts/EventWords.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useCurrency, useZone } from '../../place.tsx';
import { useTimeline } from '../../queries.ts';
import styles from './Timeline.module.css';
import { VisitHead } from './VisitHead.tsx';

export function Timeline({ id }: { id: string }) {
  const zone = useZone();
  const timeline = useTimeline(id);
  const events = timeline.data?.pages.flatMap((page) => page.events) ?? [];
  const sessions = timeline.data?.pages.flatMap((page) => page.sessions) ?? [];
  return (
    <Panel title="What happened" note={`Newest first; times in ${zone}.`}>
      {timeline.isPending && <LoadingBlock height={320} />}
      {timeline.error && <ProblemNote error={timeline.error} onRetry={() => void timeline.refetch()} />}
      {timeline.data && events.length === 0 && <p className="quiet">No events.</p>}
      {byDay(events, sessions, zone).map(({ title, visits }) => (
        <section key={title}>
          <h3 className={styles.day}>{title}</h3>
          {visits.map(({ session, events }) => (
            <div key={events[0].messageId}>
              {session && <VisitHead session={session} />}
              <Visit events={events} />
            </div>
          ))}
        </section>
      ))}
      {timeline.hasNextPage && (
        <Button
          variant="default"
          onClick={() => void timeline.fetchNextPage()}
          loading={timeline.isFetchingNextPage}
          style={{ alignSelf: 'flex-start' }}
        >
          Show earlier events
        </Button>
      )}
    </Panel>
  );
}

function Visit({ events }: { events: TimelineEvent[] }) {
  const zone = useZone();
  return (
    <ol className={styles.visit}>
      {events.map((event) => (
        <li key={event.messageId} className={styles.event}>
          <span className={styles.icon}>
            <EventIcon event={event.event} />
          </span>
          <details className={styles.details}>
            <summary className={styles.summary}>
              <EventWords summary={event.summary} event={event.event} />
              <span className={`${styles.time} faint number`}>{time(event.at, zone)}</span>
            </summary>
            <EventBody event={event} />
          </details>
        </li>
      ))}
    </ol>
  );
}

function EventBody({ event }: { event: TimelineEvent }) {
  const own = useCurrency();
  const currency = event.currency || own;
  return (
    <div className={styles.body}>
      <p className="faint small">
        Sent as “{event.name}” from {event.platform || 'an unknown platform'}
        {event.revenue !== null && <>, worth {money(event.revenue, currency)}</>}
      </p>
      {event.products.length > 0 && (
        <ul className="small">
          {event.products.map((product) => (
            <li key={product.id}>
              {plural(product.quantity ?? 1, 'piece', 'pieces')} of <span className="mono">{product.id}</span>
              {product.category && <> ({words(product.category)})</>}
              {product.price !== null && <> at {money(product.price, currency)}</>}
            </li>
          ))}
        </ul>
      )}
      <pre className={styles.properties}>{JSON.stringify(event.properties, null, 2)}</pre>
    </div>
  );
}

type Day = { title: string; visits: { session: Session | undefined; events: TimelineEvent[] }[] };

/** Events and sessions are newest first and stay so. What lies in no visit, such as a mail, stands by itself. */
function byDay(events: TimelineEvent[], sessions: Session[], zone: string): Day[] {
  const days: Day[] = [];
  for (const event of events) {
    const title = day(event.at, zone);
    if (days.at(-1)?.title !== title) days.push({ title, visits: [] });
    const { visits } = days[days.length - 1];
    const at = Date.parse(event.at);
    const session = sessions.find(({ startAt, endAt }) => Date.parse(startAt) <= at && at <= Date.parse(endAt));
    const last = visits.at(-1);
    if (last && last.session?.id === session?.id) last.events.push(event);
    else visits.push({ session, events: [event] });
  }
  return days;
}
