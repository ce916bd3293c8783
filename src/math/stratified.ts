// One odds ratio over many two-by-two tables, each of people who are alike (Mantel & Haenszel 1959), with the variance of
// Robins, Breslow & Greenland (1986), which holds for few large tables and for many small ones alike; and how many of many
// findings may be luck (Benjamini & Hochberg 1995).

import { normalCdf, normalQuantile } from './special.ts';

/** One table: those with and without the trait, among cases and controls. */
export type Stratum = { casesWith: number; casesWithout: number; controlsWith: number; controlsWithout: number };

export type CommonOdds = {
  /** Odds of the trait among cases over those among controls; null where one of both has no counterpart. */
  oddsRatio: number | null;
  interval: [low: number, high: number] | null;
  /** Two-sided, Cochran-Mantel-Haenszel with the continuity correction. */
  pValue: number;
};

export function commonOdds(strata: readonly Stratum[], confidence = 0.95): CommonOdds {
  let [r, s, pr, mixed, qs, excess, variance] = [0, 0, 0, 0, 0, 0, 0];
  for (const { casesWith: a, casesWithout: b, controlsWith: c, controlsWithout: d } of strata) {
    const n = a + b + c + d;
    if (n < 2) continue;
    const [ri, si, p, q] = [(a * d) / n, (b * c) / n, (a + d) / n, (b + c) / n];
    r += ri;
    s += si;
    pr += p * ri;
    mixed += p * si + q * ri;
    qs += q * si;
    excess += a - ((a + b) * (a + c)) / n;
    variance += ((a + b) * (c + d) * (a + c) * (b + d)) / (n * n * (n - 1));
  }
  const z = variance > 0 ? Math.max(0, Math.abs(excess) - 0.5) / Math.sqrt(variance) : 0;
  const pValue = Math.min(1, 2 * normalCdf(-z));
  if (r === 0 || s === 0) return { oddsRatio: null, interval: null, pValue };
  const half =
    normalQuantile(0.5 + confidence / 2) * Math.sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s));
  const oddsRatio = r / s;
  return { oddsRatio, interval: [oddsRatio * Math.exp(-half), oddsRatio * Math.exp(half)], pValue };
}

/** For each p-value the share of false discoveries to be expected among all that are at most as large. */
export function falseDiscoveryRates(pValues: readonly number[]): number[] {
  const order = pValues.map((p, i) => ({ p, i })).sort((a, b) => b.p - a.p);
  const rates = new Array<number>(pValues.length);
  let least = 1;
  for (const [k, { p, i }] of order.entries()) {
    least = Math.min(least, (p * pValues.length) / (pValues.length - k));
    rates[i] = least;
  }
  return rates;
}
