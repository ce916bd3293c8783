// What likeness links and what it rests on: how many pairs, how many of them are right by expectation and what other
// thresholds would give, and how much every likeness says.

import { Link } from 'wouter';
import type { Matching } from '../api.ts';
import { count, finePercent, plural, relative, stamp } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Stats } from '../parts/Stats.tsx';
import { useNow, usePlace, useZone } from '../place.tsx';
import { useMatching } from '../queries.ts';
import { IdentifierLimits } from './matching/IdentifierLimits.tsx';
import { LinkThresholds } from './matching/LinkThresholds.tsx';
import { MatchWeights } from './matching/MatchWeights.tsx';
import styles from './Review.module.css';

export function MatchingPage() {
  const { hasEvents } = usePlace();
  const matching = useMatching();
  if (!hasEvents) return <FirstEvents page="Matching" />;
  if (matching.error && !matching.data) {
    return (
      <PageHead title="Matching" answer="What was learned could not be read.">
        <ProblemNote error={matching.error} onRetry={() => void matching.refetch()} />
      </PageHead>
    );
  }
  if (!matching.data) return <LoadingPage />;
  return (
    <>
      <nav aria-label="Way back" className={styles.back}>
        <Link href="/people">People</Link>
      </nav>
      {matching.data.model === null ? <Unlearned /> : <Learned matching={matching.data} model={matching.data.model} />}
    </>
  );
}

function Unlearned() {
  return (
    <>
      <PageHead title="Matching" answer="Nobody is matched by likeness yet." />
      <Empty title="Nothing was learned yet of how alike people are.">
        <p>
          It takes 200 people who told names, addresses or days of birth in the traits of identify calls. Then run{' '}
          <code>inkling resolve</code>, or wait for the night.
        </p>
      </Empty>
      <div className={`stack ${styles.limits}`}>
        <IdentifierLimits />
      </div>
    </>
  );
}

type LearnedProps = { matching: Matching; model: NonNullable<Matching['model']> };

function Learned({ matching: { outcome, memory }, model }: LearnedProps) {
  const zone = useZone();
  const now = useNow(60);
  return (
    <>
      <PageHead
        title="Matching"
        answer={
          outcome === null ? (
            'Nobody was matched by what was learned yet.'
          ) : (
            <>
              <strong>{plural(outcome.linked, 'pair is', 'pairs are')} linked</strong> by likeness
              {outcome.expectedPrecision !== null && (
                <>
                  ; by expectation <strong>{finePercent(outcome.expectedPrecision)}</strong> of them are right
                </>
              )}
              .
            </>
          )
        }
        note={
          outcome === null
            ? `Learned ${relative(model.learnedAt, now)}.`
            : `Of ${stamp(outcome.at, zone)}, ${count(outcome.records)} records. Expectations are the model's own: judge by a sample before you rely on them.`
        }
        actions={
          <Link href="/people/review" className="small">
            {outcome === null ? 'Review pairs' : `Review ${plural(outcome.waiting, 'pair', 'pairs')}`}
          </Link>
        }
      />
      <div className="stack">
        {outcome !== null && outcome.thresholds.length > 0 && <LinkThresholds outcome={outcome} />}
        <MatchWeights fields={model.fields} />
        <Rules model={model} />
        <IdentifierLimits />
        <Memory memory={memory} />
      </div>
    </>
  );
}

function Rules({ model: { rules, learnedAt, learnedFrom, records, matches } }: Pick<LearnedProps, 'model'>) {
  const zone = useZone();
  return (
    <Panel
      title="Which pairs are weighed"
      note={`Those that agree on all keys of a line. Learned on ${stamp(learnedAt, zone)} from ${count(learnedFrom ?? records)} records; ${count(matches)} pairs of one person were expected among all.`}
    >
      <ol className="small">
        {rules.map((keys) => (
          <li key={keys.join()}>{keys.map((key) => key.replaceAll('_', ' ')).join(' and ')}</li>
        ))}
      </ol>
    </Panel>
  );
}

const states = {
  filling: 'Everybody is being read; who tells something meanwhile waits',
  ready: 'People are matched as they come',
  off: 'More records than fit: matched by full passes alone',
};

function Memory({ memory }: Pick<Matching, 'memory'>) {
  if (memory === null) {
    return (
      <Panel title="While people come" note="Everybody is read into memory when the first person tells something.">
        {null}
      </Panel>
    );
  }
  return (
    <Panel title="While people come" note={`${states[memory.state]}.`}>
      <Stats
        stats={[
          { name: 'Records in memory', value: count(memory.records) },
          { name: 'People waiting', value: count(memory.waiting) },
          { name: 'Read in', value: `${memory.seconds.toFixed(1)} s` },
        ]}
      />
    </Panel>
  );
}
