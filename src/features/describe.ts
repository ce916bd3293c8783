// What each signal looks like over the people of a snapshot: how often it is unknown, its quantiles, its histogram.
// Drawn from a seeded sample, so that a million people cost no more than fifty thousand.

import type { Store } from '../store/index.ts';
import { readMatrix } from './matrix.ts';
import type { Signal } from './signal.ts';
import { signals as everySignal } from './signals/index.ts';

export type SignalDescription = {
  signal: Signal;
  /** Share of people of whom it is unknown. */
  missingShare: number;
  /** min, 10 %, 25 %, 50 %, 75 %, 90 %, max of those known; empty when nobody is. */
  quantiles: number[];
  /** Bins of equal width between the 1 % and 99 % quantiles, the ends included in the outer bins. */
  histogram: { from: number; to: number; people: number }[];
};

export type FeatureDescription = { people: number; signals: SignalDescription[] };

const PEOPLE_AT_MOST = 50_000;
const BINS = 20;
const LEVELS = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

/** `people` is how many were looked at. */
export async function describeFeatures(
  store: Store,
  options: { workspace: string; signalSet: string; asOf: Date; signals?: readonly Signal[]; seed?: number },
): Promise<FeatureDescription> {
  const { workspace, signalSet, asOf, signals = everySignal, seed = 1 } = options;
  const sample = { maxRows: PEOPLE_AT_MOST, seed };
  const { x } = await readMatrix(store, { workspace, signalSet, signals, asOf: [asOf], sample });
  return {
    people: x.rows,
    signals: signals.map((signal, c) => {
      const known = x.columns[c].filter((value) => !Number.isNaN(value)).sort();
      return {
        signal,
        missingShare: x.rows === 0 ? 0 : 1 - known.length / x.rows,
        quantiles: known.length === 0 ? [] : LEVELS.map((level) => quantile(known, level)),
        histogram: histogram(known),
      };
    }),
  };
}

function quantile(sorted: Float32Array, level: number): number {
  return sorted[Math.round(level * (sorted.length - 1))];
}

function histogram(sorted: Float32Array): SignalDescription['histogram'] {
  if (sorted.length === 0) return [];
  const [low, high] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
  if (low === high) return [{ from: low, to: high, people: sorted.length }];
  const width = (high - low) / BINS;
  const people = new Array<number>(BINS).fill(0);
  for (const value of sorted) people[Math.max(0, Math.min(BINS - 1, Math.floor((value - low) / width)))]++;
  return people.map((count, i) => ({ from: low + i * width, to: low + (i + 1) * width, people: count }));
}
