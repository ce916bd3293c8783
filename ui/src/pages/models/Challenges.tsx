// Champion and challenger: what the last trials decided and why, when the next one is due, and one on demand.

import { Button } from '@mantine/core';
import type { Decision, Standing } from '../../api.ts';
import { plural, shortDayYear } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useZone } from '../../place.tsx';
import { useChallenge, useChallenges } from '../../queries.ts';
import styles from './Challenges.module.css';

const shown = 5;

const verdicts: Record<Decision['verdict'], string> = {
  DEPLOYED: 'New model in use',
  KEPT: 'Champion kept',
  ROLLED_BACK: 'Rolled back',
  BY_HAND: 'Chosen by hand',
};

export function Challenges() {
  const standing = useChallenges();
  const challenge = useChallenge();
  if (!standing.data || standing.data.championId === null) return null;
  const { data } = standing;
  return (
    <Panel
      title="Champion and challenger"
      note={<Rule standing={data} />}
      actions={
        <Button
          size="xs"
          variant="default"
          loading={challenge.isPending}
          disabled={!data.isFresh || challenge.isSuccess}
          onClick={() => challenge.mutate()}
        >
          Try a challenger now
        </Button>
      }
    >
      {challenge.error && <ProblemNote error={challenge.error} />}
      {challenge.isSuccess && (
        <p className="quiet" role="status">
          A challenger is being trained. The decision appears here in a few minutes.
        </p>
      )}
      <Decisions decisions={data.decisions.slice(0, shown)} />
    </Panel>
  );
}

function Rule({ standing }: { standing: Standing }) {
  const zone = useZone();
  const { paused, everyDays, isFresh, freshFrom } = standing;
  const rhythm = paused
    ? 'Paused.'
    : `Every ${plural(everyDays, 'day', 'days')} a challenger learns from the latest outcomes.`;
  const fresh = isFresh
    ? 'It is put to use only if it does better on people whom neither has learned from.'
    : `Outcomes that the champion has not learned from are complete from ${shortDayYear(freshFrom, zone)} on.`;
  return (
    <>
      {rhythm} {fresh}
    </>
  );
}

function Decisions({ decisions }: { decisions: Decision[] }) {
  const zone = useZone();
  if (decisions.length === 0) return <p className="quiet">No challenger has been tried yet.</p>;
  return (
    <ol className={styles.list} aria-label="Decisions">
      {decisions.map(({ id, verdict, reason, decidedAt }) => (
        <li key={id} className={styles.decision}>
          <span className="spread">
            <strong>{verdicts[verdict]}</strong>
            <span className="faint small number">{shortDayYear(decidedAt, zone)}</span>
          </span>
          <span className="small quiet">{reason}</span>
        </li>
      ))}
    </ol>
  );
}
