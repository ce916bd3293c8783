// Everyone, by score: search, the three levels, what they lean to, and why each stands where they stand.

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useFilters } from '../address.ts';
import type { Level, PersonRow } from '../api.ts';
import { CsvButton } from '../charts/Figure.tsx';
import { count, ofHundred, ofHundredRange, plural, stamp, words } from '../format.ts';
import { factsOf } from '../levels.ts';
import { Empty } from '../parts/Empty.tsx';
import { ExportButton } from '../parts/ExportButton.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingBlock, LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { PeopleTable, peopleAsTable } from '../parts/PeopleTable.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { usePlace, useZone } from '../place.tsx';
import { type PeopleFilter, useOverview, usePeople } from '../queries.ts';
import { PeopleFilters, peopleFilterNames } from './people/PeopleFilters.tsx';

export function PeoplePage() {
  const [filter, setFilter] = useFilters(peopleFilterNames);
  const people = usePeople(filter);
  const { hasEvents } = usePlace();
  if (!hasEvents) return <FirstEvents page="People" />;
  const rows = people.data?.pages.flatMap((page) => page.people) ?? [];
  if (!people.data && people.isPending) return <LoadingPage />;
  return (
    <>
      <Answer
        total={people.data?.pages[0].total ?? null}
        filter={filter}
        scored={rows.some(({ score }) => score !== null)}
      />
      <PeopleFilters
        filter={filter}
        onChange={setFilter}
        actions={rows.length > 0 && <Exports rows={rows} filter={filter} />}
      />
      {people.error && <ProblemNote error={people.error} onRetry={() => void people.refetch()} />}
      {people.data && rows.length === 0 && (
        <NobodyFound onClear={() => setFilter({ search: '', segment: '', category: '', bots: '' })} />
      )}
      {rows.length > 0 && <List rows={rows} people={people} />}
    </>
  );
}

/** The export of the server knows no search; then only what is on the screen can be had. */
function Exports({ rows, filter }: { rows: PersonRow[]; filter: PeopleFilter }) {
  const { segment, category } = filter;
  const whole = filter.search === '' && filter.bots === '' && rows.some(({ score }) => score !== null);
  return (
    <span className="row">
      {whole && <ExportButton filter={{ segment, category }} name="people" />}
      <CsvButton name="People" table={() => peopleAsTable(rows)} />
    </span>
  );
}

function List({ rows, people }: { rows: PersonRow[]; people: ReturnType<typeof usePeople> }) {
  return (
    <div style={{ opacity: people.isPlaceholderData ? 0.6 : 1 }}>
      <PeopleTable rows={rows} />
      {people.hasNextPage && (
        <div className="spread" style={{ marginTop: '1rem' }}>
          <Button variant="default" onClick={() => void people.fetchNextPage()} loading={people.isFetchingNextPage}>
            Show more
          </Button>
          <span className="faint small number">
            {count(rows.length)} of {count(people.data?.pages[0].total)}
          </span>
        </div>
      )}
      {people.isFetchingNextPage && <LoadingBlock height={80} />}
    </div>
  );
}

function NobodyFound({ onClear }: { onClear: () => void }) {
  return (
    <Empty title="Nobody fits these filters.">
      <p>Search finds user ids, anonymous ids and hashed e-mails by how they begin.</p>
      <Button variant="default" size="xs" mt="xs" onClick={onClear}>
        Clear the filters
      </Button>
    </Empty>
  );
}

type AnswerProps = { total: number | null; filter: Record<string, string>; scored: boolean };

function Answer({ total, filter, scored }: AnswerProps) {
  const zone = useZone();
  const intent = useOverview().data?.intent;
  const level = filter.segment ? factsOf(filter.segment as Level) : null;
  const today = intent?.segments.find(({ name }) => name === (level?.level ?? 'HIGH'));
  const of: ReactNode = (
    <>
      {level && <> with {level.label} intent</>}
      {filter.category && <> leaning to {words(filter.category).toLowerCase()}</>}
      {filter.search && <> matching “{filter.search}”</>}
    </>
  );
  return (
    <PageHead
      title="People"
      answer={
        <>
          <strong>{plural(total, 'person', 'people')}</strong>
          {of}
          {!level && scored && today && <>, {count(today.size)} of all with High intent</>}.{' '}
          {!scored && total !== 0 && 'Nobody has a score yet.'}
          {scored && today && today.actualConversionRate !== null && (
            <>
              Of 100 called {factsOf(today.name).label} before, <strong>{ofHundred(today.actualConversionRate)}</strong>{' '}
              bought{today.actualInterval && <> ({ofHundredRange(today.actualInterval)})</>}.
            </>
          )}
        </>
      }
      actions={
        <>
          <Link href="/people/matching" className="small">
            Matching
          </Link>
          <Link href="/people/review" className="small">
            Review pairs
          </Link>
        </>
      }
      note={intent && `Scores of ${stamp(intent.asOf, zone)}, for a purchase within ${intent.timeframeDays} days.`}
    />
  );
}
