// The day by which somebody is as likely as not to have converted. The chance within the timeframe is the model's; how the
// rest is spread over the days before and after it was learned from how long people with such scores waited, those who
// wait still included (learn/survival). Without that the chance per day stays as it is.

import { fitHazards, type Hazards, logOdds, type Waits } from '../learn/index.ts';
import { DAY_MS, toDay } from '../time.ts';

const FARTHEST_DAYS = 365;
const EDGES = [1, 2, 4, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365];
/** With fewer conversions nothing is learned of when they come. */
const CONVERSIONS_NEEDED = 30;

/** Learns when people convert from what a model that had not seen them expected of each; undefined with too few. */
export function fitTimeline(expected: Float64Array, waits: Waits): Hazards | undefined {
  let conversions = 0;
  let longest = 0;
  for (let r = 0; r < expected.length; r++) {
    conversions += waits.happened[r];
    longest = Math.max(longest, waits.days[r]);
  }
  if (conversions < CONVERSIONS_NEEDED) return undefined;
  const edges = EDGES.filter((edge) => edge <= longest);
  return fitHazards(expected.map(logOdds), waits, { edges: edges.length > 0 ? edges : [EDGES[0]] });
}

type Expectation = { timeframeDays: number; timeline: Hazards | undefined; asOf: Date };

/** Null when the day is more than a year away. */
export function predictConversionDate(probability: number, expectation: Expectation): string | null {
  const day = predictConversionDay(probability, expectation);
  return day === null ? null : toDay(day * DAY_MS);
}

/** The same in days since 1970. */
export function predictConversionDay(
  probability: number,
  { timeframeDays, timeline, asOf }: Expectation,
): number | null {
  const within = -Math.log1p(-Math.min(probability, 0.9999));
  const days = timeline
    ? daysOn(timeline, logOdds(probability), timeframeDays, Math.LN2 / within)
    : (Math.LN2 / within) * timeframeDays;
  return days <= FARTHEST_DAYS ? Math.floor(asOf.getTime() / DAY_MS + days) : null;
}

/** When the expected conversions are so many times those within the timeframe. */
function daysOn(timeline: Hazards, score: number, timeframeDays: number, times: number): number {
  return timeline.dayOf(score, timeline.cumulative(score, timeframeDays) * times);
}
