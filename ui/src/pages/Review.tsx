// Pairs that may be one person and wait for somebody to say so, and how well people are known across platforms.
// By keyboard: j and k go down and up, a accepts, r refuses.

import { Button } from '@mantine/core';
import { type KeyboardEvent, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Review } from '../api.ts';
import { percent, plural, shortened, stamp } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { usePlace, useZone } from '../place.tsx';
import { useAnswer, useReviews } from '../queries.ts';
import styles from './Review.module.css';
import { AcrossPlatforms } from './review/AcrossPlatforms.tsx';
import { Explanation } from './review/Explanation.tsx';

export function ReviewPage() {
  const { hasEvents } = usePlace();
  const reviews = useReviews();
  if (!hasEvents) return <FirstEvents page="Review" />;
  if (reviews.error && !reviews.data) {
    return (
      <PageHead title="Review" answer="The pairs could not be read.">
        <ProblemNote error={reviews.error} onRetry={() => void reviews.refetch()} />
      </PageHead>
    );
  }
  if (!reviews.data) return <LoadingPage />;
  const waiting = reviews.data.pages[0].waiting;
  const rows = reviews.data.pages.flatMap((page) => page.reviews);
  return (
    <>
      <nav aria-label="Way back" className={styles.back}>
        <Link href="/people">People</Link> · <Link href="/people/matching">Matching</Link>
      </nav>
      <PageHead
        title="Review"
        answer={
          waiting === 0 ? (
            'No pairs wait for an answer.'
          ) : (
            <>
              <strong>{plural(waiting, 'pair waits', 'pairs wait')}</strong> for somebody to say whether they are one
              person.
            </>
          )
        }
        note="An answer is kept, and no later run overrules it. It can be undone."
      />
      <div className="stack">
        {rows.length > 0 ? (
          <Pairs rows={rows} more={reviews.hasNextPage ? () => void reviews.fetchNextPage() : undefined} />
        ) : (
          <Empty title="Nothing to review.">
            <p>Pairs come here when a match is likely but not certain, and when a limit stopped a link.</p>
          </Empty>
        )}
        <AcrossPlatforms />
      </div>
    </>
  );
}

function Pairs({ rows, more }: { rows: Review[]; more: (() => void) | undefined }) {
  const [at, setAt] = useState(0);
  const answer = useAnswer();
  const list = useRef<HTMLOListElement>(null);
  const selected = Math.min(at, rows.length - 1);
  const go = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setAt(next);
    list.current?.children[next]?.querySelector<HTMLElement>('[data-pair]')?.focus();
  };
  const say = (review: Review, what: 'accept' | 'refuse') => {
    if (!answer.isPending) answer.mutate({ ids: [review.id], answer: what });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === 'j') go(selected + 1);
    else if (event.key === 'k') go(selected - 1);
    else if (event.key === 'a') say(rows[selected], 'accept');
    else if (event.key === 'r') say(rows[selected], 'refuse');
    else return;
    event.preventDefault();
  };
  return (
    <Panel title="Pairs" note="Keys: j next, k before, a one person, r two people.">
      {answer.error && <ProblemNote error={answer.error} />}
      <ol ref={list} className={styles.list} onKeyDown={onKey}>
        {rows.map((review, index) => (
          <Pair
            key={review.id}
            review={review}
            isSelected={index === selected}
            onSelect={() => setAt(index)}
            onAnswer={(what) => say(review, what)}
          />
        ))}
      </ol>
      {more && (
        <Button variant="default" size="xs" mt="sm" onClick={more}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

type PairProps = {
  review: Review;
  isSelected: boolean;
  onSelect: () => void;
  onAnswer: (what: 'accept' | 'refuse') => void;
};

function Pair({ review, isSelected, onSelect, onAnswer }: PairProps) {
  const zone = useZone();
  const { a, b, personA, personB, probability, kind, at } = review;
  const name = `${shortened(a)} and ${shortened(b)}`;
  return (
    <li className={styles.pair} data-selected={isSelected} onFocus={onSelect}>
      <div>
        <p className={styles.names} data-pair tabIndex={isSelected ? 0 : -1}>
          <Link href={`/people/${personA}`} className="mono" aria-label={`Open ${shortened(a)}`}>
            {shortened(a)}
          </Link>{' '}
          <span className="faint">{kind === 'match' ? `${percent(probability)} likely` : 'stopped by a limit'}</span>{' '}
          <Link href={`/people/${personB}`} className="mono" aria-label={`Open ${shortened(b)}`}>
            {shortened(b)}
          </Link>
        </p>
        <Explanation review={review} />
        <p className="faint tiny number">{stamp(at, zone)}</p>
      </div>
      <div className="row">
        <Button size="xs" variant="default" onClick={() => onAnswer('accept')} aria-label={`One person: ${name}`}>
          One person
        </Button>
        <Button size="xs" variant="default" onClick={() => onAnswer('refuse')} aria-label={`Two people: ${name}`}>
          Two people
        </Button>
      </div>
    </li>
  );
}
