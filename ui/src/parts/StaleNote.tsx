// Says so when what is shown is old: scores that lag behind the events, or an answer that could not be renewed. Old is
// measured against the latest event and not the clock, so that data of the past is not called stale.

import { IconClockExclamation } from '@tabler/icons-react';
import { stamp } from '../format.ts';
import { useZone } from '../place.tsx';
import { useOverview } from '../queries.ts';
import styles from './StaleNote.module.css';

const staleHours = 36;

export function StaleNote({ asOf, refreshFailed }: { asOf: string | null; refreshFailed: boolean }) {
  const zone = useZone();
  const eventsUntil = useOverview().data?.asOf ?? null;
  const old = isOld(asOf, eventsUntil);
  if (!old && !refreshFailed) return null;
  return (
    <p className={styles.note} role="status">
      <IconClockExclamation size={17} aria-hidden className={styles.icon} />
      <span>
        {refreshFailed && 'The server does not answer now; this is what it said last. '}
        {old && (
          <>
            The scores are of {stamp(asOf, zone)}, but events have come until {stamp(eventsUntil, zone)}. Renew them
            with <code className="mono">npm run -s inkling -- score</code>.
          </>
        )}
      </span>
    </p>
  );
}

function isOld(asOf: string | null, eventsUntil: string | null): boolean {
  if (asOf === null || eventsUntil === null) return false;
  return Date.parse(eventsUntil) - Date.parse(asOf) > staleHours * 3_600_000;
}
