// Which variant of a content test does better: each against the control, by engagements per view. With several variants
// the p-values are Holm's (1979), so that one of many doesn't win by chance alone. Views of one person are not
// independent, and the intervals hold for one look; both are said.

import type { Content } from '../decide/index.ts';
import {
  detectableShare,
  differenceInterval,
  peoplePerArm,
  type Share,
  sharesPValue,
  wilsonInterval,
} from '../math/index.ts';

type Interval = [low: number, high: number];

export type VariantResult = {
  contentId: string;
  variantId: string | null;
  isControl: boolean;
  views: number;
  engagements: number;
  conversions: number;
  engagementRate: number | null;
  interval: Interval;
  /** Against the control; null for the control itself and where one of the two has too few views. */
  difference: { value: number; interval: Interval } | null;
  /** Adjusted for the number of variants. */
  pValue: number | null;
  verdict: 'CONTROL' | 'BETTER' | 'WORSE' | 'NO_DIFFERENCE' | 'TOO_LITTLE';
  /** Views of each that show a difference of a fifth with 80 % power at 5 %; null where nothing was engaged with. */
  viewsForAFifth: number | null;
  sentence: string;
};

export type ContentTest = { test: string; control: string | null; variants: VariantResult[]; statement: string };

const ALPHA = 0.05;
const FEWEST_VIEWS = 30;
const WORTHWHILE = 1.2;

/** Every test among the pieces of one segment: those that have variants. */
export function compareVariants(contents: readonly Content[]): ContentTest[] {
  const tests = Map.groupBy(
    contents.filter(({ variantId }) => variantId !== null),
    ({ test }) => test,
  );
  return [...tests].filter(([, pieces]) => pieces.length > 1).map(([test, pieces]) => compareTest(test, pieces));
}

function compareTest(test: string, pieces: readonly Content[]): ContentTest {
  const control = pieces.find(({ isControl }) => isControl);
  const raw = pieces.map((piece) => (control === undefined ? null : rawPValue(piece, control)));
  const adjusted = holm(raw);
  const variants = pieces.map((piece, i) => judge(piece, control, adjusted[i]));
  return { test, control: control?.variantId ?? null, variants, statement: stateTest(variants, control) };
}

function rawPValue(piece: Content, control: Content): number | null {
  if (piece === control || Math.min(piece.views, control.views) < FEWEST_VIEWS) return null;
  return sharesPValue(shareOf(piece), shareOf(control));
}

/** Holm's step-down adjustment; null stays null. */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const known = pValues.flatMap((p, i) => (p === null ? [] : [{ p, i }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let largest = 0;
  known.forEach(({ p, i }, rank) => {
    largest = Math.max(largest, Math.min(1, p * (known.length - rank)));
    adjusted[i] = largest;
  });
  return adjusted;
}

function judge(piece: Content, control: Content | undefined, pValue: number | null): VariantResult {
  const { contentId, variantId, isControl, views, engagements, conversions, engagementRate } = piece;
  const result = {
    contentId,
    variantId,
    isControl,
    views,
    engagements,
    conversions,
    engagementRate,
    interval: wilsonInterval(engagements, views),
    viewsForAFifth: control === undefined ? null : viewsNeeded(control),
  };
  const rate = `${percent(engagements / Math.max(1, views))} of ${views.toLocaleString('en-US')} views`;
  if (isControl) {
    return { ...result, difference: null, pValue: null, verdict: 'CONTROL', sentence: `${rate} were engaged with.` };
  }
  if (control === undefined || pValue === null) {
    const why = control === undefined ? 'there is no control to compare with' : `each needs ${FEWEST_VIEWS} views`;
    return { ...result, difference: null, pValue: null, verdict: 'TOO_LITTLE', sentence: `${rate}: ${why}.` };
  }
  const [a, b] = [shareOf(piece), shareOf(control)];
  const value = a.count / a.of - b.count / b.of;
  const interval = differenceInterval(a, b);
  const verdict = pValue >= ALPHA ? 'NO_DIFFERENCE' : value > 0 ? 'BETTER' : 'WORSE';
  const said = {
    BETTER: 'better than the control',
    WORSE: 'worse than the control',
    NO_DIFFERENCE: 'no difference shown',
  };
  const seen = detectableShare(b.count / b.of, b.of, a.of);
  const power = verdict === 'NO_DIFFERENCE' ? ` So many views would show a rate of ${percent(seen)} or more.` : '';
  return {
    ...result,
    difference: { value, interval },
    pValue,
    verdict,
    sentence:
      `${rate}, the control ${percent(b.count / b.of)}: ${said[verdict]} ` +
      `(difference ${points(value)}, 95 % interval ${points(interval[0])} to ${points(interval[1])}).${power}`,
  };
}

function viewsNeeded(control: Content): number | null {
  const rate = control.engagements / Math.max(1, control.views);
  return rate > 0 && rate * WORTHWHILE < 1 ? peoplePerArm(rate, rate * WORTHWHILE) : null;
}

function stateTest(variants: readonly VariantResult[], control: Content | undefined): string {
  if (control === undefined) return 'No variant is the control: mark one with is_control to learn which does better.';
  const best = variants
    .filter(({ verdict }) => verdict === 'BETTER')
    .sort((a, b) => (b.engagementRate ?? 0) - (a.engagementRate ?? 0))[0];
  if (best) return `"${best.variantId}" does better than the control: show it to everybody, or test it on.`;
  const needed = variants.find(({ viewsForAFifth }) => viewsForAFifth !== null)?.viewsForAFifth;
  const wait = needed
    ? ` About ${needed.toLocaleString('en-US')} views of each would show a difference of a fifth.`
    : '';
  return `No variant is shown to do better than the control yet.${wait} Look once, when the views are there.`;
}

const shareOf = ({ engagements, views }: Content): Share => ({ count: engagements, of: views });
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const points = (share: number) => `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} points`;
