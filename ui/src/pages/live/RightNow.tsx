// Who is on the site this second, as the server tells it: how many, where they came from, what they look at, and the
// latest of them.

import { Link } from 'wouter';
import type { Session, SessionCount, SessionsRightNow } from '../../api.ts';
import { count, plural, relative, words } from '../../format.ts';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { useNow } from '../../place.tsx';
import { useSessionsRightNow } from '../../queries.ts';
import { lasting, sourceOf } from '../person/VisitHead.tsx';
import styles from './RightNow.module.css';

const shownSessions = 8;

export function RightNow({ running }: { running: boolean }) {
  const { data, lost } = useSessionsRightNow(shownSessions, running);
  const note = lost ? 'The line is down; it is tried again. This is what was said last.' : noteOf(data);
  return (
    <Panel title="Right now" note={note}>
      {!data && !lost && <LoadingBlock height={120} />}
      {data && data.active === 0 && <p className="quiet">Nobody is here at the moment.</p>}
      {data && data.active > 0 && (
        <>
          <p>
            <strong>{plural(data.active, 'visit is', 'visits are')} under way</strong>
            {data.converted > 0 && <>, {count(data.converted)} of them with a conversion</>}.
          </p>
          <div className={styles.counts}>
            <Counts title="Page" counts={data.byPage} nameOf={(name) => name || 'no page'} />
            <Counts title="Source" counts={data.bySource} nameOf={(name) => name || 'direct'} />
            <Counts title="Device" counts={data.byDevice} nameOf={(name) => (name ? words(name) : 'unknown')} />
          </div>
          <Latest sessions={data.sessions} />
        </>
      )}
    </Panel>
  );
}

function noteOf(data: SessionsRightNow | null): string {
  if (!data || data.bots === 0) return 'Visits with a sign of life within the timeout.';
  return `Visits with a sign of life within the timeout, without ${plural(data.bots, 'program', 'programs')}.`;
}

type CountsProps = { title: string; counts: SessionCount[]; nameOf: (name: string) => string };

function Counts({ title, counts, nameOf }: CountsProps) {
  return (
    <section>
      <h3 className="faint small">{title}</h3>
      <ul>
        {counts.slice(0, 5).map(({ name, sessions }) => (
          <li key={name} className="spread small">
            <span className={styles.name}>{nameOf(name)}</span>
            <span className="number">{count(sessions)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Latest({ sessions }: { sessions: Session[] }) {
  const now = useNow(1);
  return (
    <ol>
      {sessions.map((session) => (
        <li key={session.id} className="spread small">
          <span className={styles.name}>
            <Link href={`/people/${session.profile}`} className="mono">
              {session.profile.slice(0, 8)}
            </Link>{' '}
            on <span className="mono">{session.exitPage || 'no page'}</span>, {lasting(session.durationSeconds)} in,
            from {sourceOf(session)}
          </span>
          <span className="faint tiny">
            {relative(session.endAt, Math.max(now, Date.parse(session.endAt)), 'short')}
          </span>
        </li>
      ))}
    </ol>
  );
}
