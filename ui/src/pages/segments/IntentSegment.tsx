// A segment by intent: how many it holds, what is expected of them, and the people in it.

import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Segment } from '../../api.ts';
import type { Query } from '../../client.ts';
import { count, ofHundred, ofHundredRange, plural, stamp } from '../../format.ts';
import { DeleteButton } from '../../parts/DeleteButton.tsx';
import { ExportButton } from '../../parts/ExportButton.tsx';
import { LoadingPage } from '../../parts/Loading.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { PeopleTable } from '../../parts/PeopleTable.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useZone } from '../../place.tsx';
import { useDeleteSegment, useSegmentUsers } from '../../queries.ts';
import styles from '../Person.module.css';

export function IntentSegment({ id, segment }: { id: string; segment: Segment | undefined }) {
  const users = useSegmentUsers(id);
  const rows = users.data?.pages.flatMap((page) => page.users) ?? [];
  if (!users.error && !users.data) return <LoadingPage />;
  return (
    <>
      <nav aria-label="Way back" className={styles.back}>
        <Link href="/segments">Segments</Link>
      </nav>
      <Answer segment={segment} total={users.data?.pages[0].total ?? null} />
      {users.error && <ProblemNote error={users.error} onRetry={() => void users.refetch()} />}
      {users.data && rows.length === 0 && <p className="quiet">Nobody is in this segment today.</p>}
      {rows.length > 0 && (
        <div className="stack">
          <div className="spread">
            <span className="faint small number">
              {count(rows.length)} of {count(users.data?.pages[0].total)} shown
            </span>
            {segment && <ExportButton filter={filterOf(segment)} name={segment.name} />}
          </div>
          <PeopleTable rows={rows} />
          {users.hasNextPage && (
            <Button
              variant="default"
              onClick={() => void users.fetchNextPage()}
              loading={users.isFetchingNextPage}
              style={{ alignSelf: 'flex-start' }}
            >
              Show more
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function filterOf({ modelId, minScore, maxScore, minConfidence, productCategory }: Segment): Query {
  return { modelId, minScore, maxScore, minConfidence, category: productCategory };
}

function Answer({ segment, total }: { segment: Segment | undefined; total: number | null }) {
  const zone = useZone();
  const remove = useDeleteSegment();
  return (
    <PageHead
      title={segment?.name ?? 'Segment'}
      actions={
        segment?.level === null && (
          <DeleteButton
            id={segment.id}
            name={segment.name}
            consequence="Only the segment goes; its people and their scores stay."
            mutation={remove}
            then="/segments"
          />
        )
      }
      answer={
        <>
          <strong>{plural(total ?? segment?.size, 'person', 'people')}</strong>
          {segment && (
            <>
              {' '}
              with a score from {segment.minScore} to {segment.maxScore}.{' '}
              {segment.actualConversionRate === null ? (
                'What such people do is not measured yet.'
              ) : (
                <>
                  Of 100 like them, <strong>{ofHundred(segment.actualConversionRate)}</strong> bought
                  {segment.actualInterval && <> ({ofHundredRange(segment.actualInterval)})</>}.
                </>
              )}
            </>
          )}
        </>
      }
      note={segment?.asOf && `As of ${stamp(segment.asOf, zone)}.`}
    />
  );
}
