// Which moments of the past to learn from and to test on. A snapshot is "everybody as they were known at a moment" with
// the outcome of the days after it. Test moments lie behind every training outcome, so a figure says how the model
// would have done on days it had not seen; nothing is ever chosen on them.

import { InklingError } from '../errors.ts';
import { addDays, DAY_MS, startOfDay } from '../time.ts';

export type SnapshotPlan = {
  /** Moments to choose and learn on, whose outcomes ended before the first test moment, oldest first. */
  train: Date[];
  /** Moments the figures come from, oldest first; empty when the history is too short to keep later days apart. */
  test: Date[];
  /** For each later test moment those a model of that day would have learned from: outcomes known by then. */
  retrain: Date[][];
  /** Moments the deployed model learns from once the figures stand: the latest with a known outcome. */
  deploy: Date[];
};

export type SnapshotSettings = {
  /** First and last moment of the data. */
  dataFrom: Date;
  dataTo: Date;
  timeframeDays: number;
  /** Moments to test on instead of the last complete ones. */
  testMoments?: readonly Date[];
  /** Most snapshots to learn from. */
  limit?: number;
};

const LIMIT = 10;
/** A year and the weeks that make two of its seasons overlap. */
const SEASON_DAYS = 395;

/** Moments are midnights in UTC, one to two weeks apart; a moment with hardly any history before it is left out. */
export function planSnapshots({
  dataFrom,
  dataTo,
  timeframeDays,
  testMoments,
  limit = LIMIT,
}: SnapshotSettings): SnapshotPlan {
  const last = startOfDay(addDays(dataTo, -timeframeDays));
  const stepDays = spacing(timeframeDays);
  const back = (latest: Date) => stepBack(dataFrom, latest, stepDays, limit);
  const test = testMoments
    ? checkedTests(testMoments, dataTo, timeframeDays)
    : latestTests(dataFrom, last, timeframeDays);
  const train = test.length > 0 ? back(addDays(test[0], -timeframeDays)) : [];
  const deploy = back(last);
  // Too short to keep later days apart: the figures then come from people who were held out.
  if (train.length === 0) return { train: deploy, test: [], retrain: [], deploy };
  return { train, test, retrain: test.slice(1).map((moment) => back(addDays(moment, -timeframeDays))), deploy };
}

/**
 * One to two weeks, about half of the timeframe and, where that can be, a part of it without remainder: then the moments
 * of the figures and those of the deployed model are the same. Denser ones repeat the same outcomes and teach no more.
 */
function spacing(timeframeDays: number): number {
  for (let days = Math.min(15, Math.max(7, Math.floor(timeframeDays / 2))); days >= 7; days--) {
    if (timeframeDays % days === 0) return days;
  }
  return 7;
}

/** The last moment with a complete outcome, and the one a timeframe earlier when half of the history remains. */
function latestTests(dataFrom: Date, last: Date, timeframeDays: number): Date[] {
  const earlier = addDays(last, -timeframeDays);
  const halfway = (dataFrom.getTime() + last.getTime()) / 2;
  if (last <= dataFrom) return [];
  return addDays(earlier, -timeframeDays).getTime() >= halfway ? [earlier, last] : [last];
}

function checkedTests(moments: readonly Date[], dataTo: Date, timeframeDays: number): Date[] {
  const open = moments.find((moment) => addDays(moment, timeframeDays) > addDays(startOfDay(dataTo), 1));
  if (open !== undefined) {
    throw new InklingError(
      'invalid_input',
      `The ${timeframeDays} days after ${open.toISOString()} have not passed yet.`,
      {
        field: 'testMoments',
        value: open,
        hint: `Test on moments at least ${timeframeDays} days before ${dataTo.toISOString()}.`,
      },
    );
  }
  return [...moments].sort((a, b) => a.getTime() - b.getTime());
}

/**
 * Two weeks of history lie before the first moment where there are four in all, else one day. Where more than a year is
 * known, as many moments again are spread over the last thirteen months, so that a season can be told from a trend.
 */
function stepBack(dataFrom: Date, latest: Date, stepDays: number, limit: number): Date[] {
  const spanDays = (latest.getTime() - dataFrom.getTime()) / DAY_MS;
  const historyDays = spanDays >= 28 ? 14 : 1;
  const daysBack = Array.from({ length: limit }, (_, k) => k * stepDays);
  const recentDays = daysBack[limit - 1];
  if (spanDays >= SEASON_DAYS + historyDays && recentDays < SEASON_DAYS) {
    for (let k = 1; k <= limit; k++) {
      daysBack.push(recentDays + Math.round((k * (SEASON_DAYS - recentDays)) / limit));
    }
  }
  return daysBack
    .filter((days) => spanDays - days >= historyDays)
    .map((days) => addDays(latest, -days))
    .reverse();
}
