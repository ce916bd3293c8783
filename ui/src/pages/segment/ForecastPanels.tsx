// What a segment will be: its size, engagements and conversions of the next days, each in words, as a chart with its band
// and as a table; or what is missing to tell.

import { useMemo } from 'react';
import { Figure } from '../../charts/Figure.tsx';
import { forecastChart } from '../../charts/forecast.ts';
import { count, day, plural } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import type { Forecast } from '../../segmentsApi.ts';
import { useAnalytics, useForecast, useSizes } from '../../segmentsQueries.ts';

const aheadDays = 14;
const historyDays = 90;
/** A forecast needs so many days. */
const leastDays = 14;

export function ForecastPanels({ id }: { id: string }) {
  const forecast = useForecast(id, aheadDays);
  const sizes = useSizes(id, historyDays).data?.sizes;
  const shown = useAnalytics(id).data?.engagement_trends;
  const people = useMemo(
    // The last size of each day stands for it.
    () => [...new Map(sizes?.map(({ at, size }) => [at.slice(0, 10), size]))].map(([date, value]) => ({ date, value })),
    [sizes],
  );
  if (!forecast.data) {
    return (
      <Panel title="What it will be">
        {forecast.error ? (
          <ProblemNote error={forecast.error} onRetry={() => void forecast.refetch()} />
        ) : (
          <LoadingBlock height={160} />
        )}
      </Panel>
    );
  }
  const { size, engagements, conversions } = forecast.data;
  return (
    <div className="grid">
      <Series title="Size to come" of="People" known={people} series={size} lacking="It is counted each day." />
      <Series
        title="Engagements to come"
        of="Engagements"
        known={shown?.map(({ date, engagement: value }) => ({ date, value })) ?? []}
        series={engagements}
        lacking="They are counted from the first content that it is shown."
      />
      <Series
        title="Conversions to come"
        of="Conversions"
        known={shown?.map(({ date, conversions: value }) => ({ date, value })) ?? []}
        series={conversions}
        lacking="They are counted from the first content that it is shown."
      />
    </div>
  );
}

type SeriesProps = {
  title: string;
  of: string;
  known: { date: string; value: number }[];
  series: Forecast;
  /** Where the days that are missing come from. */
  lacking: string;
};

function Series({ title, of, known, series: { points, days }, lacking }: SeriesProps) {
  const data = useMemo(() => ({ of, known, points }), [of, known, points]);
  const end = points.at(-1);
  if (!end) {
    return (
      <Panel title={title} className="span4">
        <Empty title={days === 0 ? 'Nothing is known yet.' : `${plural(days, 'day is', 'days are')} known so far.`}>
          <p>
            {leastDays} days are needed to forecast. {lacking}
          </p>
        </Empty>
      </Panel>
    );
  }
  return (
    <Figure
      className="span4"
      title={title}
      name={title}
      note={`From ${plural(days, 'day', 'days')}; no season is known to it.`}
      chart={forecastChart}
      data={data}
      height={200}
    >
      <p>
        About <strong>{count(end.mean)}</strong> on {day(end.date, 'UTC')}, with 80% confidence between {count(end.low)}{' '}
        and {count(end.high)}.
      </p>
    </Figure>
  );
}
