// Who is about to buy, how sure that is, what changed, and what came in.

import type { Overview, SegmentToday } from '../api.ts';
import { ofHundred, ofHundredRange, plural, stamp } from '../format.ts';
import { factsOf } from '../levels.ts';
import { AlertsNote } from '../parts/AlertsNote.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { IntentCard } from '../parts/IntentCard.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { NoModel } from '../parts/NoModel.tsx';
import { OtherCurrencies } from '../parts/OtherCurrencies.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { StaleNote } from '../parts/StaleNote.tsx';
import { usePlace, useZone } from '../place.tsx';
import { useOverview } from '../queries.ts';
import { Activity } from './overview/Activity.tsx';
import { Categories } from './overview/Categories.tsx';
import { IntentCharts } from './overview/IntentCharts.tsx';
import { Movers } from './overview/Movers.tsx';

export function OverviewPage() {
  const overview = useOverview();
  const { hasEvents } = usePlace();
  if (!hasEvents) return <FirstEvents page="Overview" />;
  if (overview.data) return <Content overview={overview.data} refreshFailed={overview.isError} />;
  if (overview.error) {
    return (
      <PageHead title="Overview" answer="The overview could not be read.">
        <ProblemNote error={overview.error} onRetry={() => void overview.refetch()} />
      </PageHead>
    );
  }
  return <LoadingPage />;
}

function Content({ overview, refreshFailed }: { overview: Overview; refreshFailed: boolean }) {
  const { intent, totals, currency, otherCurrencies } = overview;
  const elsewhere = otherCurrencies.reduce((sum, other) => sum + other.purchases, 0);
  const averageOrder = totals.purchases > elsewhere ? totals.revenue / (totals.purchases - elsewhere) : null;
  return (
    <>
      <Answer overview={overview} />
      <div className="stack">
        <AlertsNote />
        <StaleNote asOf={intent?.asOf ?? null} refreshFailed={refreshFailed} />
        <OtherCurrencies currency={currency} others={otherCurrencies} />
        {intent ? (
          <>
            <div className="grid">
              {intent.segments.map((segment) => (
                <div key={segment.name} className="span4">
                  <IntentCard segment={segment} timeframeDays={intent.timeframeDays} averageOrder={averageOrder} />
                </div>
              ))}
            </div>
            <IntentCharts intent={intent} />
            <div className="grid">
              <Movers overview={overview} className="span6" />
              <Categories categories={intent.categories} className="span6" />
            </div>
          </>
        ) : (
          <NoModel />
        )}
        <Activity overview={overview} />
      </div>
    </>
  );
}

function Answer({ overview }: { overview: Overview }) {
  const zone = useZone();
  const { model } = usePlace();
  const { intent, totals } = overview;
  if (!intent) {
    return (
      <PageHead
        title="Overview"
        answer={
          <>
            <strong>{plural(totals.people, 'person', 'people')}</strong> in {plural(totals.events, 'event', 'events')},{' '}
            {model ? 'and nobody is scored yet.' : 'and no model yet to say who will buy.'}
          </>
        }
        note={`As of ${stamp(overview.asOf, zone)}.`}
      />
    );
  }
  const high = intent.segments.find(({ name }) => name === 'HIGH');
  const medium = intent.segments.find(({ name }) => name === 'MEDIUM');
  return (
    <PageHead
      title="Overview"
      answer={
        high && high.size > 0 ? (
          <>
            <strong>{plural(high.size, 'person is', 'people are')} likely to buy</strong> within {intent.timeframeDays}{' '}
            days. <Proof segment={high} />
          </>
        ) : (
          <>
            <strong>Nobody is called High today.</strong>{' '}
            {medium && medium.size > 0 && (
              <>
                {plural(medium.size, 'person is', 'people are')} Medium. <Proof segment={medium} />
              </>
            )}
          </>
        )
      }
      note={`Of ${plural(intent.people, 'person', 'people')} scored ${stamp(intent.asOf, zone)}, for a purchase within ${intent.timeframeDays} days.`}
    />
  );
}

function Proof({ segment }: { segment: SegmentToday }) {
  const { name, actualConversionRate: rate, actualInterval: interval } = segment;
  if (rate === null) return <>How often such calls come true is not known yet.</>;
  return (
    <>
      Of 100 called {factsOf(name).label} before, <strong>{ofHundred(rate)}</strong> bought
      {interval && <> ({ofHundredRange(interval)})</>}.
    </>
  );
}
