// Says so when what is shown is old: scores of more than a day and a half ago, or an answer that could not be renewed.

import { IconClockExclamation } from '@tabler/icons-react';
import { relative, stamp } from '../format.ts';
import { useNow, useZone } from '../place.tsx';
import styles from './StaleNote.module.css';

const staleHours = 36;

export function StaleNote({ asOf, refreshFailed }: { asOf: string | null; refreshFailed: boolean }) {
  const now = useNow(60);
  const zone = useZone();
  const old = asOf !== null && now - Date.parse(asOf) > staleHours * 3_600_000;
  if (!old && !refreshFailed) return null;
  return (
    <p className={styles.note} role="status">
      <IconClockExclamation size={17} aria-hidden className={styles.icon} />
      <span>
        {refreshFailed && 'The server does not answer now; this is what it said last. '}
        {old && (
          <>
            The scores are from {relative(asOf, now)} ({stamp(asOf, zone)}). Renew them with{' '}
            <code className="mono">npm run -s inkling -- score</code>.
          </>
        )}
      </span>
    </p>
  );
}
