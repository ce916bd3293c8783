// How a segment does: engagement with its interval, the trend, each test with its verdict, and what to do, with what
// speaks for it.

import type { Interval } from '../../api.ts';
import { engagementDays } from '../../charts/engagementDays.ts';
import { Figure } from '../../charts/Figure.tsx';
import { count, decimal, percent, percentRange } from '../../format.ts';
import { DataTable } from '../../parts/DataTable.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Stats } from '../../parts/Stats.tsx';
import type { ContentTest, SegmentAnalytics } from '../../segmentsApi.ts';
import { useAnalytics } from '../../segmentsQueries.ts';
import styles from './Segment.module.css';

export function Analytics({ id }: { id: string }) {
  const analytics = useAnalytics(id);
  if (analytics.data) return <Figures analytics={analytics.data} />;
  return (
    <Panel title="How it does">
      {analytics.error ? (
        <ProblemNote error={analytics.error} onRetry={() => void analytics.refetch()} />
      ) : (
        <LoadingBlock height={120} />
      )}
    </Panel>
  );
}

function Figures({ analytics }: { analytics: SegmentAnalytics }) {
  const { performance_summary: summary, engagement_trends: days, trend, tests, recommendations } = analytics;
  return (
    <>
      {recommendations.length > 0 && (
        <Panel title="What to do" note="By stated rules, each with the figures behind it.">
          <ul className={styles.list}>
            {recommendations.map((one) => (
              <li key={one.action}>
                <p>
                  <strong>{one.recommendation}</strong>{' '}
                  <span className="faint small">
                    {one.is_sure ? 'the figures are sure' : 'the figures may yet turn'}
                  </span>
                </p>
                <p className="quiet small">{one.because}</p>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="How it does" note={trendWords(trend)}>
        {summary.total_views === 0 ? (
          <Empty title="Nothing was shown to it yet.">
            <p>Add content below; how it is taken is told by POST /api/v1/segments/personalized/ID/performance.</p>
          </Empty>
        ) : (
          <Stats
            columns={4}
            stats={[
              {
                name: 'Engaged with',
                value: rate(summary.avg_engagement_rate),
                note: ofViews(summary.engagement_rate_interval),
              },
              {
                name: 'Converted',
                value: rate(summary.conversion_rate),
                note: `${count(summary.total_conversions)} in all`,
              },
              {
                name: 'Views',
                value: count(summary.total_views),
                note: `${count(summary.total_engagement)} engaged with`,
              },
              { name: 'Pieces of content', value: count(summary.total_content) },
            ]}
          />
        )}
      </Panel>
      {days.length > 1 && (
        <Figure
          title="Engagement by day"
          name="Engagement by day"
          note="Of the views; days are in UTC."
          chart={engagementDays}
          data={days}
          height={200}
        />
      )}
      {tests.map((test) => (
        <TestPanel key={test.test} test={test} />
      ))}
    </>
  );
}

function TestPanel({ test: { test, statement, variants } }: { test: ContentTest }) {
  return (
    <Panel title={`Test ${test || 'of its variants'}`} note={statement}>
      <ul className={styles.list}>
        {variants.map((variant) => (
          <li key={variant.content_id + variant.variant_id}>
            <p>
              <strong>{variant.variant_id ?? variant.content_id}</strong>{' '}
              <span className={styles.verdict} data-verdict={variant.verdict}>
                {verdicts[variant.verdict]}
              </span>
            </p>
            <p className="quiet small">{variant.sentence}</p>
          </li>
        ))}
      </ul>
      <DataTable
        label={`Figures of the test ${test}`}
        table={{
          columns: ['Variant', 'Views', 'Engaged with', '95% interval', 'Against the control', 'p', 'Views needed'],
          rows: variants.map((one) => [
            one.variant_id ?? one.content_id,
            one.view_count,
            rate(one.engagement_rate),
            range(one.engagement_rate_interval),
            one.difference && `${rate(one.difference.value)} (${range(one.difference.interval)})`,
            one.p_value === null ? null : one.p_value < 0.001 ? '< 0.001' : decimal(one.p_value, 3),
            one.views_needed,
          ]),
        }}
      />
    </Panel>
  );
}

const verdicts: Record<ContentTest['variants'][number]['verdict'], string> = {
  CONTROL: 'the control',
  BETTER: 'better',
  WORSE: 'worse',
  NO_DIFFERENCE: 'no difference',
  TOO_LITTLE: 'too little to tell',
};

const trendNames = { rising: 'Rising', falling: 'Falling', steady: 'Steady' };

function trendWords(trend: SegmentAnalytics['trend']): string | undefined {
  if (trend === null) return undefined;
  return `${trendNames[trend.direction]}: ${rate(trend.before)} engaged with before, ${rate(trend.after)} after.`;
}

/** Rates of these routes are per cent. */
export function rate(perCent: number | null): string {
  return percent(perCent === null ? null : perCent / 100);
}

function range(interval: Interval | null): string {
  return percentRange(interval && [interval[0] / 100, interval[1] / 100]);
}

function ofViews(interval: Interval | null): string | undefined {
  return interval === null ? undefined : `of the views (${range(interval)})`;
}
