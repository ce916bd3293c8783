// What the last pass over everybody found, kept so that it can be looked at: how many pairs other thresholds would link, and
// how many of them would be right and how many of the matches they would be, in the model's own opinion.

import { readSetting, type Store, writeSetting } from '../../store/index.ts';

export type LinkThreshold = {
  /** Pairs from this probability on. */
  threshold: number;
  pairs: number;
  expectedPrecision: number;
  expectedRecall: number;
};

export type MatchOutcome = {
  at: string;
  records: number;
  linked: number;
  waiting: number;
  /** Of the linked pairs; null where there are none. */
  expectedPrecision: number | null;
  expectedRecall: number | null;
  thresholds: LinkThreshold[];
};

const SETTING = 'linkage_outcome';
const SHOWN = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999];

export function readOutcome(store: Store, workspace: string): Promise<MatchOutcome | undefined> {
  return readSetting<MatchOutcome>(store, workspace, SETTING);
}

export async function writeOutcome(store: Store, workspace: string, value: MatchOutcome, now: Date): Promise<void> {
  await writeSetting(store, { workspace, name: SETTING, value, now });
}

/** Of pairs that were found from `least` on. `matches`: pairs of one person there are to find, by expectation. */
export function thresholdsOf(
  probabilities: Float64Array,
  { least, linkAt, matches }: { least: number; linkAt: number; matches: number },
): LinkThreshold[] {
  const sorted = probabilities.toSorted().reverse();
  const sums = new Float64Array(sorted.length + 1);
  for (let k = 0; k < sorted.length; k++) sums[k + 1] = sums[k] + sorted[k];
  const all = Math.max(matches, sums[sorted.length], 1e-9);
  const shown = [...new Set([...SHOWN.filter((threshold) => threshold >= least), least, linkAt])].sort((a, b) => a - b);
  return shown.map((threshold) => {
    let pairs = 0;
    while (pairs < sorted.length && sorted[pairs] >= threshold) pairs++;
    const expectedPrecision = pairs === 0 ? 1 : sums[pairs] / pairs;
    return { threshold, pairs, expectedPrecision, expectedRecall: sums[pairs] / all };
  });
}
