// Events as they arrive, how fresh they are, and the ones that were rejected with what to mend.

import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Live } from '../api.ts';
import { count, percent, plural, relative, stamp } from '../format.ts';
import { AlertsNote } from '../parts/AlertsNote.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { StaleNote } from '../parts/StaleNote.tsx';
import { useNow, usePlace, useZone } from '../place.tsx';
import { useLive } from '../queries.ts';
import { IgnoredIds } from './live/IgnoredIds.tsx';
import { Rejected } from './live/Rejected.tsx';
import { RightNow } from './live/RightNow.tsx';
import { Sources } from './live/Sources.tsx';
import { Stream } from './live/Stream.tsx';

const shownEvents = 60;
const refreshMs = 2000;

export function LivePage() {
  const [running, setRunning] = useState(true);
  const live = useLive(shownEvents, running ? refreshMs : 0);
  const { hasEvents } = usePlace();
  if (!hasEvents && (live.data?.rejected.length ?? 0) === 0) return <FirstEvents page="Live" />;
  if (!live.data) {
    if (!live.error) return <LoadingPage />;
    return (
      <PageHead title="Live" answer="The events could not be read.">
        <ProblemNote error={live.error} onRetry={() => void live.refetch()} />
      </PageHead>
    );
  }
  return (
    <>
      <Answer live={live.data} running={running} onToggle={() => setRunning(!running)} />
      <div className="stack">
        <AlertsNote />
        <StaleNote asOf={null} refreshFailed={live.isError} />
        <div className="grid">
          <div className="span7 stack">
            <RightNow running={running} />
            <Stream events={live.data.events} />
          </div>
          <div className="span5 stack">
            <Rejected live={live.data} />
            <IgnoredIds ids={live.data.ignoredIds} />
            <Sources running={running} />
          </div>
        </div>
      </div>
    </>
  );
}

type AnswerProps = { live: Live; running: boolean; onToggle: () => void };

function Answer({ live, running, onToggle }: AnswerProps) {
  const zone = useZone();
  const now = useNow(1);
  const { lastEventAt, eventsLastMinute, eventsLastDay } = live.freshness;
  const offered = eventsLastDay + live.rejectedLastDay;
  return (
    <PageHead
      title="Live"
      actions={
        <>
          <Link href="/live/plans" className="small">
            Tracking plans
          </Link>
          <Button
            variant="default"
            size="xs"
            onClick={onToggle}
            leftSection={running ? <IconPlayerPause size={14} /> : <IconPlayerPlay size={14} />}
          >
            {running ? 'Pause' : 'Go on'}
          </Button>
        </>
      }
      answer={
        <>
          <strong>{plural(eventsLastMinute, 'event', 'events')}</strong> in the last minute; the latest came{' '}
          {relative(lastEventAt, lastEventAt ? Math.max(now, Date.parse(lastEventAt)) : now)}.
        </>
      }
      note={
        <>
          {count(eventsLastDay)} in the last 24 hours,{' '}
          {live.rejectedLastDay === 0
            ? 'none rejected'
            : `${count(live.rejectedLastDay)} rejected (${percent(live.rejectedLastDay / offered)})`}
          . {running ? 'Renewed every two seconds.' : `Paused; as of ${stamp(new Date(now).toISOString(), zone)}.`}
        </>
      }
    />
  );
}
