// What levels of intent go with: what people are worth, whether they come back, and what they like [INT-20].

import { Link } from 'wouter';
import type { IntentCorrelations, LevelWorth } from '../api.ts';
import { count, money, percent, percentRange, shortDayYear } from '../format.ts';
import { factsOf } from '../levels.ts';
import { Empty } from '../parts/Empty.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { RowTable, right } from '../parts/RowTable.tsx';
import { usePlace, useZone } from '../place.tsx';
import { useCorrelations } from '../queries.ts';

const TITLE = 'What intent goes with';
const CATEGORIES_SHOWN = 5;

export function WorthPage() {
  const { hasEvents } = usePlace();
  const found = useCorrelations(hasEvents);
  if (!hasEvents) return <FirstEvents page={TITLE} />;
  return (
    <>
      <nav aria-label="Way back">
        <Link href="/measure">Measure</Link>
      </nav>
      {found.data ? (
        <Content found={found.data} />
      ) : found.error ? (
        <PageHead title={TITLE} answer="This could not be worked out.">
          <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
        </PageHead>
      ) : (
        <LoadingPage />
      )}
    </>
  );
}

function Content({ found }: { found: IntentCorrelations }) {
  const zone = useZone();
  const { asOf, daysAfter, levels } = found;
  return (
    <>
      <PageHead
        title={TITLE}
        answer={<strong>{found.statement}</strong>}
        note={
          asOf === null
            ? undefined
            : `Scores of ${shortDayYear(asOf, zone)}, and the ${daysAfter} days after them. Intervals are of 95 %.`
        }
      />
      <div className="stack">
        {levels.length === 0 ? (
          <Panel title="Nothing yet">
            <Empty title="A scoring needs days after it before anything can be said. Come back tomorrow." />
          </Panel>
        ) : (
          <>
            <Panel title="Worth and coming again" note="Per person of each level.">
              <Worth levels={levels} currency={found.currency} />
            </Panel>
            <Panel title="How closely the score goes with it" note="Spearman’s rank correlation over everybody scored.">
              <Correlations correlations={found.correlations} />
            </Panel>
            <Panel
              title="Categories they liked"
              note="Acted on in the 90 days before; 2 × is twice as often as everybody."
            >
              <Categories levels={levels} />
            </Panel>
          </>
        )}
      </div>
    </>
  );
}

function Worth({ levels, currency }: { levels: readonly LevelWorth[]; currency: string | null }) {
  const range = (interval: LevelWorth['revenueAfterInterval']) =>
    interval ? `${money(interval[0], currency)} to ${money(interval[1], currency)}` : '';
  return (
    <RowTable>
      <thead>
        <tr>
          <th scope="col">Intent</th>
          <th scope="col" className={right}>
            People
          </th>
          <th scope="col" className={right}>
            Spent before
          </th>
          <th scope="col" className={right}>
            Spent after
          </th>
          <th scope="col" className={right}>
            Value so far
          </th>
          <th scope="col" className={right}>
            Came again
          </th>
        </tr>
      </thead>
      <tbody>
        {levels.map((level) => (
          <tr key={level.level}>
            <th scope="row">{factsOf(level.level).label}</th>
            <td className={right}>{count(level.people)}</td>
            <td className={right}>{money(level.revenueBefore, currency)}</td>
            <td className={right}>
              {money(level.revenueAfter, currency)}{' '}
              <span className="small quiet">{range(level.revenueAfterInterval)}</span>
            </td>
            <td className={right}>
              {money(level.lifetimeValue, currency)}{' '}
              <span className="small quiet">{range(level.lifetimeValueInterval)}</span>
            </td>
            <td className={right}>
              {percent(level.retention)}{' '}
              <span className="small quiet">
                {level.retentionInterval ? percentRange(level.retentionInterval) : ''}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </RowTable>
  );
}

const names: Record<IntentCorrelations['correlations'][number]['with'], string> = {
  revenueBefore: 'Spent before',
  revenueAfter: 'Spent after',
  retention: 'Came again',
};

function Correlations({ correlations }: Pick<IntentCorrelations, 'correlations'>) {
  return (
    <RowTable>
      <thead>
        <tr>
          <th scope="col">Score with</th>
          <th scope="col" className={right}>
            Correlation
          </th>
          <th scope="col" className={right}>
            Interval
          </th>
        </tr>
      </thead>
      <tbody>
        {correlations.map(({ with: other, rho, interval }) => (
          <tr key={other}>
            <th scope="row">{names[other]}</th>
            <td className={right}>{rho === null ? 'unknown' : rho.toFixed(2)}</td>
            <td className={right}>{interval ? `${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}` : ''}</td>
          </tr>
        ))}
      </tbody>
    </RowTable>
  );
}

function Categories({ levels }: { levels: readonly LevelWorth[] }) {
  return (
    <RowTable>
      <thead>
        <tr>
          <th scope="col">Intent</th>
          <th scope="col">Categories, the strongest first</th>
        </tr>
      </thead>
      <tbody>
        {levels.map(({ level, categories }) => (
          <tr key={level}>
            <th scope="row">{factsOf(level).label}</th>
            <td>
              {categories.length === 0
                ? 'none known'
                : categories
                    .toSorted((a, b) => b.lift - a.lift)
                    .slice(0, CATEGORIES_SHOWN)
                    .map(({ category, share, lift }) => `${category} (${percent(share)}, ${lift.toFixed(1)} ×)`)
                    .join(', ')}
            </td>
          </tr>
        ))}
      </tbody>
    </RowTable>
  );
}
