// What people did before they rose a level, against people like them who did not, and a few of their ways.

import type { ActionContrast, Journey, StepUp } from '../../api.ts';
import { CsvButton } from '../../charts/Figure.tsx';
import { count, decimal, percent, plural, titled } from '../../format.ts';
import { factsOf } from '../../levels.ts';
import { DataTable } from '../../parts/DataTable.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Term } from '../../parts/Term.tsx';
import { useJourneys, useMovement } from '../../queries.ts';
import styles from './Movement.module.css';

const shown = 8;

export function Movement({ modelId }: { modelId: string }) {
  const movement = useMovement(modelId);
  const title = 'What precedes a step up';
  if (movement.error) {
    return (
      <Panel title={title}>
        <ProblemNote error={movement.error} onRetry={() => void movement.refetch()} />
      </Panel>
    );
  }
  if (!movement.data) return null;
  const { steps, statement, scorings } = movement.data;
  const moving = steps.filter(({ actions }) => actions.length > 0);
  return (
    <Panel
      title={title}
      note={
        moving.length > 0 && (
          <>
            Over {scorings} scorings, against people alike in score, recency and activity who did not rise. It describes
            how people rise; only an experiment tells what an offer would do. The{' '}
            <Term name="oddsRatio">odds ratio</Term> has its 95% interval behind it.
          </>
        )
      }
      actions={moving.length > 0 && <CsvButton name="Steps up" table={() => asTable(moving)} />}
    >
      {moving.length === 0 && <p className="quiet">{statement}</p>}
      {moving.map((step) => (
        <Step key={step.from} step={step} />
      ))}
    </Panel>
  );
}

function Step({ step }: { step: StepUp }) {
  const name = `Up from ${factsOf(step.from).label}`;
  return (
    <>
      <h3>{name}</h3>
      <p className="small quiet">
        {count(step.rose)} of {count(step.rose + step.others)} times. Compared: {count(step.matchedRose)} who rose and{' '}
        {plural(step.matchedOthers, 'other', 'others')} like them.
      </p>
      <DataTable table={shownTable(step)} label={name} />
    </>
  );
}

function shownTable({ actions }: StepUp) {
  return {
    columns: ['What they did', 'Rose', 'Others', 'Odds ratio', 'Verdict'],
    rows: actions
      .slice(0, shown)
      .map((action) => [
        wordsOf(action.action),
        percent(action.roseShare),
        percent(action.othersShare),
        oddsOf(action),
        verdicts[action.verdict],
      ]),
  };
}

const verdicts: Record<ActionContrast['verdict'], string> = {
  more: 'More among those who rose',
  less: 'Less among those who rose',
  unclear: 'May be chance',
};

function oddsOf({ oddsRatio, interval }: ActionContrast): string {
  if (oddsRatio === null || interval === null) return 'unknown';
  return `${decimal(oddsRatio, 2)} (${decimal(interval[0], 2)} to ${decimal(interval[1], 2)})`;
}

function wordsOf(action: string): string {
  if (action === 'came') return 'Came at all';
  const [event, section] = action.split(' ');
  return section ? `Pages under ${section}` : titled(event.replaceAll('_', ' '));
}

function asTable(steps: readonly StepUp[]) {
  return {
    columns: [
      'Up from',
      'What they did',
      'Rose',
      'Others',
      'Odds ratio',
      'Low',
      'High',
      'False discoveries',
      'Verdict',
    ],
    rows: steps.flatMap(({ from, actions }) =>
      actions.map((one) => [
        ...[from, one.action, one.roseShare, one.othersShare, one.oddsRatio],
        ...[one.interval?.[0] ?? null, one.interval?.[1] ?? null, one.falseDiscoveryRate, one.verdict],
      ]),
    ),
  };
}

export function JourneySamples({ modelId }: { modelId: string }) {
  const journeys = useJourneys(modelId);
  if (!journeys.data || journeys.data.journeys.length === 0) return null;
  return (
    <Panel title="Ways of a few people" note="Drawn by chance, those who rose lately first; told without who they are.">
      {journeys.data.journeys.map((journey) => (
        <details key={journey.name}>
          <summary>
            {factsOf(journey.level).label} {journey.score}: {journey.sentence}
          </summary>
          <p className="small quiet">Scores: {journey.scores.map(({ score }) => score).join(', ')}</p>
          <ol className={styles.way}>
            {journey.events.map((event) => (
              <li key={`${event.daysBefore} ${event.event} ${event.category}`}>
                <span className="number quiet">{agoOf(event)}</span> {titled(event.event.replaceAll('_', ' '))}
                {event.category && `, ${event.category}`}
                {event.times > 1 && `, ${event.times} times`}
              </li>
            ))}
          </ol>
        </details>
      ))}
    </Panel>
  );
}

function agoOf({ daysBefore }: Journey['events'][number]): string {
  return `${decimal(daysBefore, 1)} d before`;
}
