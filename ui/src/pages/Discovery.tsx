// Groups that nobody defined: what sets each apart, how many it holds, the rule that finds it, and how well that rule does.

import { Button, Progress } from '@mantine/core';
import type { DiscoveryRun } from '../api.ts';
import { count, plural, stamp } from '../format.ts';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { usePlace, useZone } from '../place.tsx';
import { useDiscover, useDiscoveries } from '../queries.ts';
import { GroupCard } from './discovery/GroupCard.tsx';

export function DiscoveryPage() {
  const discoveries = useDiscoveries();
  const { hasEvents } = usePlace();
  if (!hasEvents) return <FirstEvents page="Discovery" />;
  if (discoveries.data) return <Content runs={discoveries.data.discoveries} />;
  if (discoveries.error) {
    return (
      <PageHead title="Discovery" answer="What was discovered could not be read.">
        <ProblemNote error={discoveries.error} onRetry={() => void discoveries.refetch()} />
      </PageHead>
    );
  }
  return <LoadingPage />;
}

function Content({ runs }: { runs: DiscoveryRun[] }) {
  const zone = useZone();
  const discover = useDiscover();
  const [latest] = runs;
  const done = runs.find(({ result }) => result !== null);
  const result = done?.result;
  const running = latest?.status === 'RUNNING';
  return (
    <>
      <PageHead
        title="Discovery"
        answer={answerOf(done)}
        note={
          done &&
          result &&
          `${count(result.people.habitual)} of ${plural(result.people.known, 'person', 'people')} came at least ${result.people.leastVisits} times in 90 days; the others show no habits yet. As of ${stamp(done.asOf, zone)}.`
        }
        actions={
          <Button loading={discover.isPending} disabled={running} onClick={() => discover.mutate()}>
            Look for groups
          </Button>
        }
      >
        {running && <Progress value={latest.progress * 100} aria-label="Looking for groups" />}
        {latest?.status === 'FAILED' && (
          <p role="status" className="quiet">
            The last run failed: {latest.failure}
          </p>
        )}
        {discover.error && <ProblemNote error={discover.error} />}
      </PageHead>
      <div className="stack">
        {result?.groups.map((group) => (
          <GroupCard key={group.name} group={group} />
        ))}
      </div>
    </>
  );
}

function answerOf(run: DiscoveryRun | undefined) {
  if (!run?.result) return 'Groups of people in how they visit, look, decide and pay. Nobody has looked for them yet.';
  const { refusal, groups } = run.result;
  if (refusal !== null) return refusal;
  return (
    <>
      People fall into <strong>{plural(groups.length, 'group', 'groups')}</strong>; the largest is{' '}
      <strong>{groups[0].name}</strong>.
    </>
  );
}
