// The segments somebody is in, and what they entered and left lately and why.

import { Link } from 'wouter';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { usePersonSegments } from '../../segmentsQueries.ts';
import { ChangeList } from '../segment/ChangeList.tsx';
import styles from '../segment/Segment.module.css';

export function PersonSegments({ id }: { id: string }) {
  const read = usePersonSegments(id);
  const { segments = [], changes = [] } = read.data ?? {};
  if (!read.data && !read.error) return null;
  return (
    <Panel title="Segments" note={read.data && segments.length === 0 ? 'In none by rule.' : undefined}>
      {read.error && <ProblemNote error={read.error} onRetry={() => void read.refetch()} />}
      {segments.length > 0 && (
        <ul className={styles.list} aria-label="Segments they are in">
          {segments.map((segment) => (
            <li key={segment.id}>
              <Link href={`/segments/${encodeURIComponent(segment.id)}`} className={styles.name}>
                {segment.segment_name}
              </Link>
              <p className="quiet small">{segment.sentence}</p>
            </li>
          ))}
        </ul>
      )}
      {changes.length > 0 && (
        <>
          <h3 className="small faint">Entered and left lately</h3>
          <ChangeList changes={changes} of="person" label="Entered and left lately" />
        </>
      )}
    </Panel>
  );
}
