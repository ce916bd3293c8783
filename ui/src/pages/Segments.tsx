// Groups of people by intent: the three that are ready, and score ranges of one's own.

import { Link } from 'wouter';
import type { Segment } from '../api.ts';
import { ofHundred, ofHundredRange, plural, stamp } from '../format.ts';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { NoModel } from '../parts/NoModel.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { usePlace, useZone } from '../place.tsx';
import { useSegments } from '../queries.ts';
import { CategorySegments } from './segments/CategorySegments.tsx';
import { FallbackPanel } from './segments/FallbackPanel.tsx';
import { SegmentBuilder } from './segments/SegmentBuilder.tsx';
import { SegmentTable } from './segments/SegmentTable.tsx';

export function SegmentsPage() {
  const segments = useSegments();
  const { hasEvents } = usePlace();
  if (!hasEvents) return <FirstEvents page="Segments" />;
  if (segments.data) return <Content segments={segments.data.segments} />;
  if (segments.error) {
    return (
      <PageHead title="Segments" answer="The segments could not be read.">
        <ProblemNote error={segments.error} onRetry={() => void segments.refetch()} />
      </PageHead>
    );
  }
  return <LoadingPage />;
}

function Content({ segments }: { segments: Segment[] }) {
  const zone = useZone();
  const high = segments.find(({ level, productCategory }) => level === 'HIGH' && productCategory === null);
  if (segments.length === 0) {
    return (
      <>
        <PageHead title="Segments" answer="No segments yet: nobody has a score." />
        <NoModel />
      </>
    );
  }
  return (
    <>
      <PageHead
        title="Segments"
        answer={
          high && high.size !== null ? (
            <>
              <strong>{plural(high.size, 'person', 'people')}</strong> in {high.name}.{' '}
              {high.actualConversionRate !== null && (
                <>
                  Of 100 such people before, <strong>{ofHundred(high.actualConversionRate)}</strong> bought
                  {high.actualInterval && <> ({ofHundredRange(high.actualInterval)})</>}.
                </>
              )}
            </>
          ) : (
            <>
              <strong>{plural(segments.length, 'segment', 'segments')}</strong> are ready; nobody is scored yet.
            </>
          )
        }
        note={high?.asOf && `Sizes as of ${stamp(high.asOf, zone)}.`}
        actions={<Link href="/segments/discovery">Discover groups</Link>}
      />
      <div className="stack">
        <FallbackPanel />
        <SegmentTable
          segments={segments.filter(({ level, productCategory }) => level === null || productCategory === null)}
        />
        <SegmentBuilder />
        <CategorySegments segments={segments} />
      </div>
    </>
  );
}
