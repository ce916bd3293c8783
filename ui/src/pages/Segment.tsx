// One segment: by intent, which is a range of scores, or by rule.

import { useParams } from 'wouter';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { useSegments } from '../queries.ts';
import { RuleSegmentView } from './segment/RuleSegmentView.tsx';
import { IntentSegment } from './segments/IntentSegment.tsx';

export function SegmentPage() {
  // The router leaves escaped colons as they are, and the ids of ready segments hold some.
  const id = decodeURIComponent(useParams<{ id: string }>().id);
  const segments = useSegments();
  const byIntent = segments.data?.segments.find((one) => one.id === id);
  if (byIntent || id.startsWith('ready:')) return <IntentSegment id={id} segment={byIntent} />;
  if (segments.data) return <RuleSegmentView key={id} id={id} />;
  if (segments.error) {
    return (
      <PageHead title="Segment" answer="The segment could not be read.">
        <ProblemNote error={segments.error} onRetry={() => void segments.refetch()} />
      </PageHead>
    );
  }
  return <LoadingPage />;
}
