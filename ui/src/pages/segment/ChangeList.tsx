// Who entered and left and why, as lines: of a segment the people, of a person the segments.

import { Link } from 'wouter';
import { relative, stamp, words } from '../../format.ts';
import { useNow, useZone } from '../../place.tsx';
import type { SegmentChange } from '../../segmentsApi.ts';
import styles from './Segment.module.css';

export function ChangeList({
  changes,
  of,
  label,
}: {
  changes: SegmentChange[];
  of: 'segment' | 'person';
  label: string;
}) {
  return (
    <ol className={styles.list} aria-label={label}>
      {changes.map((change) => (
        <Change key={change.id} change={change} of={of} />
      ))}
    </ol>
  );
}

function Change({ change, of }: { change: SegmentChange; of: 'segment' | 'person' }) {
  const zone = useZone();
  const now = useNow(10);
  const { kind, at, reasons, event, cause } = change;
  return (
    <li>
      <p>
        <span className={styles.kind} data-kind={kind}>
          {kind === 'entered' ? 'Entered' : 'Left'}
        </span>{' '}
        {of === 'segment' ? (
          <Link href={`/people/${change.profile_id}`} className={styles.name}>
            {change.display_name}
          </Link>
        ) : (
          <Link href={`/segments/${encodeURIComponent(change.segment_id)}`} className={styles.name}>
            {change.segment_name}
          </Link>
        )}{' '}
        <span className="faint small" title={stamp(at, zone)}>
          {relative(at, Math.max(now, Date.parse(at)))}
        </span>
      </p>
      <p className="quiet small">
        {reasons.length > 0 ? reasons.join('; ') : (causeWords[cause] ?? cause)}
        {event && <span className="faint"> (after {words(event.name).toLowerCase()})</span>}
      </p>
    </li>
  );
}

const causeWords: Record<string, string> = {
  event: 'by what they did',
  time: 'as time passed',
  identity: 'as two were found to be one person, or one to be two',
  hand: 'by hand',
  sweep: 'found when everybody was looked at',
};
