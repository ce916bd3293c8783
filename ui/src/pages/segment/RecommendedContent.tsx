// What to show a segment, from what it engaged with before: the best first, each with the views that it rests on.

import { count, percent, percentRange } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import type { RankedContent } from '../../segmentsApi.ts';
import { useRecommendedContent, useSegmentContents } from '../../segmentsQueries.ts';
import { nameOf } from './Contents.tsx';
import styles from './Segment.module.css';

const shownAtMost = 5;

export function RecommendedContent({ id }: { id: string }) {
  const recommended = useRecommendedContent(id);
  const contents = useSegmentContents(id).data?.personalized;
  const seen = recommended.data?.recommended.filter(({ view_count: views }) => views > 0) ?? [];
  if (seen.length === 0 && !recommended.error) return null;
  const name = ({ id: piece, title, content_id: content }: RankedContent) => {
    const known = contents?.find((one) => one.id === piece);
    return known ? nameOf(known) : title || content;
  };
  return (
    <Panel
      title="What to show it"
      note={`What it engaged with most; the fewer views, the nearer to what is usual here. ${lead(seen)}`}
    >
      {recommended.error && <ProblemNote error={recommended.error} onRetry={() => void recommended.refetch()} />}
      <ol className={styles.list} aria-label="Recommended content">
        {seen.slice(0, shownAtMost).map((one) => (
          <li key={one.id}>
            <p>
              <strong>{name(one)}</strong>
            </p>
            <p className="quiet small number">
              About {percent(one.rate)} engage with it ({percentRange([one.low, one.high])}):{' '}
              {count(one.engagement_count)} of {count(one.view_count)} views did.
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** No piece leads before its interval lies above that of the next. */
function lead([first, second]: RankedContent[]): string {
  if (!first || !second) return '';
  return first.low > second.high ? 'The first leads clearly.' : 'The first two are too close to tell apart yet.';
}
