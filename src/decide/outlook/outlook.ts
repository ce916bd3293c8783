// What a segment will be and what to show it [SEG-9]: its size, engagement and conversions carried on day by day with
// intervals, and its content by rates of engagement that few views can't win. Works on series and counters alone.

import { forecastLevel, LEAST_VALUES, shrinkRates } from '../../learn/index.ts';
import { addDays, toDay } from '../../time.ts';

/** What is known of a day, the oldest first; days that are missing between two are filled in. */
export type DayValue = { date: string; value: number };

export type SeriesForecast = {
  /** Days that are known. */
  days: number;
  /** Empty where the history is too short. */
  points: { date: string; mean: number; low: number; high: number }[];
  /** Change from day to day that goes on; null where the history is too short. */
  drift: number | null;
  statement: string;
};

export type RankedContent = {
  id: string;
  contentId: string;
  title: string;
  views: number;
  engagements: number;
  /** Drawn to what is usual in the segment, the more the fewer views there were. */
  rate: number;
  low: number;
  high: number;
};

/** That the value stayed, or that there was none. */
export type Filling = 'stays' | 'none';

/** `through`: the last day that is over; absent = that of the last entry. `filling`: what a day without one means. */
export type ForecastOptions = { days: number; filling: Filling; through?: string; confidence?: number };

/** The days after the last one of a series of counts, never below zero. */
export function forecastDays(
  series: readonly DayValue[],
  { days, filling, through, confidence = 0.8 }: ForecastOptions,
): SeriesForecast {
  const known = through === undefined ? series : series.filter(({ date }) => date <= through);
  const end = through ?? known.at(-1)?.date;
  const values = withoutGaps(known, filling, end);
  const found = forecastLevel(values, { horizon: days, confidence });
  if (found === undefined) {
    const statement = `${values.length} days are known; ${LEAST_VALUES} are needed to forecast.`;
    return { days: values.length, points: [], drift: null, statement };
  }
  const last = new Date(`${end}T00:00:00Z`);
  const points = found.points.map(({ mean, low, high }, i) => ({
    date: toDay(addDays(last, i + 1).getTime()),
    mean: Math.max(0, mean),
    low: Math.max(0, low),
    high: Math.max(0, high),
  }));
  const final = points[points.length - 1];
  const number = (value: number) => Math.round(value).toLocaleString('en-US');
  const statement = `On ${final.date} about ${number(final.mean)}, with ${Math.round(100 * confidence)} % confidence between ${number(final.low)} and ${number(final.high)}. No season is known to it.`;
  return { days: values.length, points, drift: found.drift, statement };
}

/** Pieces of content by their rate of engagement, highest first. */
export function rankContent(contents: readonly Omit<RankedContent, 'rate' | 'low' | 'high'>[]): RankedContent[] {
  const rates = shrinkRates(contents.map(({ views, engagements }) => ({ trials: views, successes: engagements })));
  return contents
    .map(({ id, contentId, title, views, engagements }, i) => ({
      id,
      contentId,
      title,
      views,
      engagements,
      ...rates[i],
    }))
    .sort((a, b) => b.rate - a.rate || b.views - a.views || (a.id < b.id ? -1 : 1));
}

function withoutGaps(known: readonly DayValue[], filling: Filling, end: string | undefined): number[] {
  const values: number[] = [];
  let expected: string | undefined;
  const fillUpTo = (date: string) => {
    while (expected !== undefined && expected < date) {
      values.push(filling === 'stays' ? values[values.length - 1] : 0);
      expected = nextDay(expected);
    }
  };
  for (const { date, value } of known) {
    fillUpTo(date);
    values.push(value);
    expected = nextDay(date);
  }
  if (end !== undefined) fillUpTo(nextDay(end));
  return values;
}

function nextDay(date: string): string {
  return toDay(addDays(new Date(`${date}T00:00:00Z`), 1).getTime());
}
