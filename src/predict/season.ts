// The season to come. What happened before a moment cannot hold a November that nobody has seen, but the trade's calendar
// can (trades.ts), and once a whole year is known the workspace's own weeks say how much of it holds here: the logarithm of
// weekly conversions is regressed on a trend and the calendar, the calendar's factor drawn to what is usual (partial
// pooling). In less than a year a season cannot be told from growth, or from the buying of a young clientele that fades.
// Weeks that fall out of line, such as a closed Christmas week, count for little: errors are Student's t with four degrees
// of freedom (Lange, Little & Taylor 1989, J. Am. Stat. Assoc. 84:881-896), fitted by reweighting.

import { solvePositiveDefinite } from '../math/index.ts';
import { addDays, DAY_MS } from '../time.ts';
import { findTrade, type Trade } from './trades.ts';

export type Season = {
  trade: string;
  /** How much of the trade's ups and downs is expected here: 1 = as in the trade, 0 = no season. */
  amplitude: number;
  /** Standard error of the amplitude. */
  error: number;
  /** Weeks that were looked at. */
  weeks: number;
};

/** Conversions of the seven days from a midnight on. */
export type Week = { from: Date; conversions: number };

export type Span = { from: Date; days: number };

/**
 * Turnover rises by more buyers and by larger baskets, so buyers rise by less. (Mean log loss over earlier moments of
 * Online Retail, CDNOW and Complete Journey: 0.75 was the best of 0 to 1.25 in quarters.)
 */
const PRIOR_AMPLITUDE = 0.75;
const PRIOR_AMPLITUDE_ERROR = 0.5;
/** Growth by a factor of e per year is nothing unusual. */
const PRIOR_TREND_ERROR = 1;
/** Weeks scatter by about a fifth, believed as if seen in three weeks. */
const PRIOR_SCATTER = 0.2;
const PRIOR_SCATTER_WEEKS = 3;
const DEGREES_OF_FREEDOM = 4;
const FEWEST_WEEKS = 52;
const DAYS_PER_YEAR = 365.25;

/** How much of a trade's calendar holds in a workspace with these weeks, oldest first. */
export function fitSeason(tradeName: string, weeks: readonly Week[]): Season {
  const trade = findTrade(tradeName);
  const seen = weeks.length;
  if (trade === undefined || trade.industry === '') return { trade: tradeName, amplitude: 0, error: 0, weeks: seen };
  if (seen < FEWEST_WEEKS) {
    return { trade: tradeName, amplitude: PRIOR_AMPLITUDE, error: PRIOR_AMPLITUDE_ERROR, weeks: seen };
  }
  const last = weeks[seen - 1].from;
  const rows = weeks.map(({ from, conversions }) => ({
    x: [1, yearsBetween(last, from), Math.log(meanIndex(trade, { from, days: 7 }))],
    y: Math.log(conversions + 0.5),
  }));
  const { coefficient, error } = regress(rows);
  return { trade: tradeName, amplitude: Math.max(0, coefficient), error, weeks: seen };
}

/** By how much log-odds rise from one stretch of days to another, by the season alone. */
export function seasonalMove({ trade: name, amplitude }: Season, from: Span, to: Span): number {
  const trade = findTrade(name);
  if (trade === undefined) return 0;
  return amplitude * Math.log(meanIndex(trade, to) / meanIndex(trade, from));
}

type Row = { x: number[]; y: number };

/** Three coefficients of which the last is asked for, with their prior beliefs. */
function regress(rows: readonly Row[]): { coefficient: number; error: number } {
  const precision = [0, PRIOR_TREND_ERROR ** -2, PRIOR_AMPLITUDE_ERROR ** -2];
  const believed = [0, 0, PRIOR_AMPLITUDE];
  const weights = new Float64Array(rows.length).fill(1);
  let variance = PRIOR_SCATTER ** 2;
  let answer = { coefficient: PRIOR_AMPLITUDE, error: PRIOR_AMPLITUDE_ERROR };
  for (let step = 0; step < 50; step++) {
    const gram = new Float64Array(9);
    const moments = Float64Array.from(precision, (of, i) => of * believed[i]);
    for (const [i, of] of precision.entries()) gram[4 * i] = of + 1e-9;
    for (const [r, { x, y }] of rows.entries()) {
      const weight = weights[r] / variance;
      for (let i = 0; i < 3; i++) {
        moments[i] += weight * x[i] * y;
        for (let j = 0; j < 3; j++) gram[3 * i + j] += weight * x[i] * x[j];
      }
    }
    const solution = solvePositiveDefinite(Float64Array.from(gram), moments);
    const spread = solvePositiveDefinite(gram, Float64Array.of(0, 0, 1));
    if (solution === undefined || spread === undefined) break;
    answer = { coefficient: solution[2], error: Math.sqrt(spread[2]) };
    let scatter = PRIOR_SCATTER_WEEKS * PRIOR_SCATTER ** 2;
    for (const [r, { x, y }] of rows.entries()) {
      const squared = (y - x.reduce((sum, value, i) => sum + value * solution[i], 0)) ** 2;
      weights[r] = (DEGREES_OF_FREEDOM + 1) / (DEGREES_OF_FREEDOM + squared / variance);
      scatter += weights[r] * squared;
    }
    variance = scatter / (rows.length + PRIOR_SCATTER_WEEKS);
  }
  return answer;
}

function meanIndex(trade: Trade, { from, days }: Span): number {
  let sum = 0;
  for (let day = 0; day < days; day++) sum += indexOn(trade, addDays(from, day));
  return sum / days;
}

/** A month's figure holds in its middle, and days between two middles lie on the line between them. */
function indexOn({ months, leadDays }: Trade, orderedOn: Date): number {
  const day = addDays(orderedOn, leadDays);
  const month = day.getUTCMonth();
  const middle = middleOf(day.getUTCFullYear(), month);
  const other = day.getTime() < middle ? month - 1 : month + 1;
  const share = (day.getTime() - middle) / (middleOf(day.getUTCFullYear(), other) - middle);
  return months[month] + share * (months[(other + 12) % 12] - months[month]);
}

/** Months before January and after December are those of the neighbouring years. */
const middleOf = (year: number, month: number) => Date.UTC(year, month, 15);
const yearsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / DAY_MS / DAYS_PER_YEAR;
