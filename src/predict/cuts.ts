// Where to draw the line today: for every score from which people may be called, how many of today's people that calls, and
// how many of them will convert. The expectation is the sum of their calibrated probabilities. Its interval holds two
// things that are not known: how well such people's probabilities hold, by how many of them the test had seen convert, and
// the luck of the people themselves; the two are put together as in MOVER (Zou & Donner 2008).

import { logOdds, sigmoid } from '../learn/index.ts';
import { normalQuantile } from '../math/index.ts';
import type { Store } from '../store/index.ts';
import type { Interval, Performance } from './evaluate.ts';
import type { ModelRecord } from './registry.ts';
import { countByScore } from './scores.ts';

export type Cut = {
  /** Everybody with at least this score is called. */
  threshold: number;
  people: number;
  /** People called who will convert, as expected, with its 95 % interval; the others called will not. */
  truePositives: number;
  truePositivesInterval: Interval;
  falsePositives: number;
  falsePositivesInterval: Interval;
  /** Null where nobody is called. */
  precision: number | null;
  precisionInterval: Interval | null;
  /** Of all who will convert; null where nobody is expected to. */
  recall: number | null;
  /** People who will convert and are not called. */
  missed: number;
};

export type CutsReport = {
  modelId: string;
  /** When everybody was last scored; null = never. */
  asOf: string | null;
  timeframeDays: number;
  people: number;
  expectedConversions: number;
  /** For every score from 0 to 100; none while nobody is scored. */
  cuts: Cut[];
  suggestion: { threshold: number | null; sentence: string } | null;
};

/** What a cut should keep to; several may be asked at once. */
export type CutWish = { minPrecision?: number; minRecall?: number; maxPeople?: number };

const z = normalQuantile(0.975);

export async function readCuts(store: Store, model: ModelRecord, wish: CutWish = {}): Promise<CutsReport> {
  const { id: modelId, timeframeDays } = model;
  const scored = await countByScore(store, model);
  if (scored === undefined) {
    return { modelId, asOf: null, timeframeDays, people: 0, expectedConversions: 0, cuts: [], suggestion: null };
  }
  const today = Array.from({ length: 101 }, () => ({ people: 0, expected: 0 }));
  for (const { score, people, expected } of scored.counts) {
    today[score].people += people;
    today[score].expected += expected;
  }
  const cuts = cutsOf(today, model.performance);
  return {
    modelId,
    asOf: scored.asOf.toISOString(),
    timeframeDays,
    people: cuts[0].people,
    expectedConversions: cuts[0].truePositives,
    cuts,
    suggestion: suggest(cuts, wish),
  };
}

/** `today` has people and their summed probabilities for each score from 0 to 100. */
export function cutsOf(
  today: readonly { people: number; expected: number }[],
  tested: Pick<Performance, 'scores' | 'holdout'> | null,
): Cut[] {
  // One person at several moments is one witness, not several.
  const moments = Math.max(1, tested?.holdout.asOf.length ?? 1);
  const all = today.reduce((sum, { expected }) => sum + expected, 0);
  const cuts: Cut[] = [];
  let [people, expected, seen, conversions] = [0, 0, 0, 0];
  for (let threshold = 100; threshold >= 0; threshold--) {
    people += today[threshold].people;
    expected += today[threshold].expected;
    seen += (tested?.scores[threshold]?.people ?? 0) / moments;
    conversions += (tested?.scores[threshold]?.conversions ?? 0) / moments;
    const [low, high] = intervalOf(people, expected, seen, conversions);
    cuts.push({
      threshold,
      people,
      truePositives: expected,
      truePositivesInterval: [low, high],
      falsePositives: people - expected,
      falsePositivesInterval: [people - high, people - low],
      precision: people > 0 ? expected / people : null,
      precisionInterval: people > 0 ? [low / people, high / people] : null,
      recall: all > 0 ? expected / all : null,
      missed: all - expected,
    });
  }
  return cuts.reverse();
}

/** How many of so many people may convert, after a test that saw so many such people and conversions. */
function intervalOf(people: number, expected: number, seen: number, conversions: number): Interval {
  if (people === 0) return [0, 0];
  const rate = Math.min(1 - 1e-6, Math.max(1e-6, expected / people));
  const error = Math.sqrt(1 / (conversions + 0.5) + 1 / (Math.max(0, seen - conversions) + 0.5));
  const luck = z * Math.sqrt(people * rate * (1 - rate));
  const [low, high] = [-1, 1].map((sign) => people * sigmoid(logOdds(rate) + sign * z * error));
  return [
    Math.max(0, expected - Math.hypot(expected - low, luck)),
    Math.min(people, expected + Math.hypot(high - expected, luck)),
  ];
}

/** The lowest cut that keeps to all that was asked, which finds most; null when nothing was asked. */
function suggest(cuts: readonly Cut[], { minPrecision, minRecall, maxPeople }: CutWish): CutsReport['suggestion'] {
  if (minPrecision === undefined && minRecall === undefined && maxPeople === undefined) return null;
  const found = cuts.find(
    ({ people, precision, recall }) =>
      people > 0 &&
      (minPrecision === undefined || (precision ?? 0) >= minPrecision) &&
      (minRecall === undefined || (recall ?? 0) >= minRecall) &&
      (maxPeople === undefined || people <= maxPeople),
  );
  if (found === undefined)
    return { threshold: null, sentence: 'No score keeps to all of that among the people of today.' };
  const count = (n: number) => Math.round(n).toLocaleString('en-US');
  const [low, high] = found.truePositivesInterval;
  return {
    threshold: found.threshold,
    sentence:
      `From ${found.threshold} on ${count(found.people)} people are called: ${count(found.truePositives)} are expected to convert ` +
      `(${count(low)} to ${count(high)}), ${count(found.falsePositives)} not, and ${count(found.missed)} who will are not called.`,
  };
}
