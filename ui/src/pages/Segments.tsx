// Groups of people: by rule, and by intent, of which three are ready and others are score ranges of one's own.

import { Button } from '@mantine/core';
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
import { RuleSegments } from './segments/RuleSegments.tsx';
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
        <PageHead title="Segments" answer="No segments by intent yet: nobody has a score." actions={<Ways />} />
        <div className="stack">
          <RuleSegments />
          <NoModel />
        </div>
      </>
    );
  }
  return (
    <>
      <PageHead
        title="Segments"
        actions={<Ways />}
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
      />
      <div className="stack">
        <FallbackPanel />
        <RuleSegments />
        <SegmentTable
          segments={segments.filter(({ level, productCategory }) => level === null || productCategory === null)}
        />
        <SegmentBuilder />
        <CategorySegments segments={segments} />
      </div>
    </>
  );
}

/** To further segments. */
function Ways() {
  return (
    <>
      <Button component={Link} href="/segments/discovery" variant="default" size="xs">
        Discover groups
      </Button>
      <Button component={Link} href="/segments/new" size="xs">
        New segment
      </Button>
    </>
  );
}
