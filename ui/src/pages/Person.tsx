// One person: the score and the sentence that explains it, the reasons, the history, what they did, and which
// identifiers were joined on what evidence.

import { useMemo } from 'react';
import { Link, useParams } from 'wouter';
import type { Person } from '../api.ts';
import { Figure } from '../charts/Figure.tsx';
import { scoreHistory } from '../charts/scoreHistory.ts';
import { stamp } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { ScoreGauge } from '../parts/ScoreGauge.tsx';
import { StaleNote } from '../parts/StaleNote.tsx';
import { useZone } from '../place.tsx';
import { usePerson } from '../queries.ts';
import styles from './Person.module.css';
import { BotNote } from './person/BotNote.tsx';
import { ChangeNote, inPoints } from './person/ChangeNote.tsx';
import { Consent } from './person/Consent.tsx';
import { Identity } from './person/Identity.tsx';
import { PersonFacts } from './person/PersonFacts.tsx';
import { PersonSegments } from './person/PersonSegments.tsx';
import { Reasons } from './person/Reasons.tsx';
import { Timeline } from './person/Timeline.tsx';
import { Traits } from './person/Traits.tsx';

export function PersonPage() {
  const { id } = useParams<{ id: string }>();
  const person = usePerson(id);
  return (
    <>
      <nav aria-label="Way back" className={styles.back}>
        <Link href="/people">People</Link>
      </nav>
      {person.data ? (
        <Content key={id} person={person.data} refreshFailed={person.isError} />
      ) : person.error ? (
        <PageHead title="Person" answer="This person could not be read.">
          <ProblemNote error={person.error} onRetry={() => void person.refetch()} />
        </PageHead>
      ) : (
        <LoadingPage />
      )}
    </>
  );
}

function Content({ person, refreshFailed }: { person: Person; refreshFailed: boolean }) {
  const zone = useZone();
  const { intent } = person;
  const history = useMemo(() => ({ points: person.scoreHistory, zone }), [person.scoreHistory, zone]);
  return (
    <>
      <div className={styles.head}>
        {intent && <ScoreGauge score={intent.score} segment={intent.segment} />}
        <div className={styles.words}>
          <PageHead
            title={person.displayName}
            answer={
              intent ? <strong className={styles.sentence}>{intent.sentence}</strong> : 'No score yet, so no reasons.'
            }
            note={
              intent
                ? `From what was known ${stamp(intent.asOf, zone)}, for a purchase within ${intent.timeframeDays} days.`
                : 'A score comes with the next scoring after a model is trained.'
            }
          />
        </div>
      </div>
      <div className="stack">
        <StaleNote asOf={intent?.asOf ?? null} refreshFailed={refreshFailed} />
        {person.bot && <BotNote />}
        <ChangeNote change={intent?.change ?? null} />
        <PersonFacts person={person} />
        <div className="grid">
          <div className="span7 stack">
            {intent ? (
              <Reasons intent={intent} />
            ) : (
              <Panel title="Why">
                <Empty title="Unknown until a model has scored this person." command="npm run -s inkling -- train" />
              </Panel>
            )}
            <Timeline id={person.id} />
          </div>
          <div className="span5 stack">
            {person.scoreHistory.length > 1 && (
              <Figure
                title="Score over time"
                name={`Score of ${person.displayName}`}
                note={
                  intent?.change
                    ? `At each scoring; ${inPoints(intent.change.points)} in the last week.`
                    : 'At each scoring.'
                }
                chart={scoreHistory}
                data={history}
                height={230}
              />
            )}
            <PersonSegments id={person.id} />
            <Identity person={person} />
            <Traits traits={person.traits} />
            <Consent id={person.id} />
          </div>
        </div>
      </div>
    </>
  );
}
