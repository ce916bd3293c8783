// How many of a segment's people are in others as well.

import { Link } from 'wouter';
import { percent, plural } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import type { RuleSegment } from '../../segmentsApi.ts';
import { useOverlap, useRuleSegments } from '../../segmentsQueries.ts';
import styles from './Segment.module.css';

const othersAtMost = 6;

export function OverlapPanel({ segment }: { segment: RuleSegment }) {
  const others = (useRuleSegments().data?.segments ?? [])
    .filter(({ id }) => id !== segment.id)
    .sort((a, b) => (b.member_count ?? 0) - (a.member_count ?? 0))
    .slice(0, othersAtMost);
  const overlap = useOverlap(
    segment.status === 'archived' || others.length === 0 ? [] : [segment.id, ...others.map(({ id }) => id)],
  );
  if (overlap.error) {
    return (
      <Panel title="Also in">
        <ProblemNote error={overlap.error} />
      </Panel>
    );
  }
  if (!overlap.data) return null;
  const { segments, matrix } = overlap.data;
  const size = segments[0].size;
  const rows = segments.slice(1).map(({ id, name }, i) => ({ id, name, both: matrix[0][i + 1] }));
  return (
    <Panel title="Also in" note={`Of ${plural(size, 'person', 'people')} here; the largest other segments.`}>
      <ul className={styles.bars}>
        {rows.map(({ id, name, both }) => (
          <li key={id}>
            <span className={styles.bar} style={{ width: `${size > 0 ? (100 * both) / size : 0}%` }} />
            <span className={styles.barText}>
              <Link href={`/segments/compare?ids=${encodeURIComponent(segment.id)},${encodeURIComponent(id)}`}>
                {name}
              </Link>
              <span className="number">
                {plural(both, 'person', 'people')}
                {size > 0 && <span className="faint"> {percent(both / size)}</span>}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
