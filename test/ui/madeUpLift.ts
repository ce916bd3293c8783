// A use of a segment that is over: intent reached twice as many buyers as demographic traits did; acting moved few.

import type { Activation, ComparedGroup, IntentCorrelations, LevelWorth, Lift } from '../../ui/src/api.ts';
import { wilson } from './madeUpQuality.ts';

export function activationOf({ asOf }: { asOf: string }): Activation {
  return {
    id: 'use-1',
    name: 'Spring letter',
    segmentId: 'ready:HIGH',
    shares: { intent: 0.4, demographic: 0.4, control: 0.2 },
    windowDays: 14,
    startedAt: new Date(Date.parse(asOf) - 20 * 86_400_000).toISOString(),
    endedAt: null,
  };
}

/** One that has just begun knows nothing yet. */
export function liftOf({ id, startedAt }: Activation): Lift {
  const isOver = id === 'use-1';
  const group = (name: string, people: number, conversions: number): ComparedGroup =>
    isOver
      ? { name, people, conversions, rate: conversions / people, interval: wilson(conversions, people) }
      : { name, people: 0, conversions: 0, rate: null, interval: [0, 1] };
  const intent = group('Targeted by intent', 812, 268);
  const demographic = group('Targeted by demographic traits', 806, 121);
  const held = group('Held back, of the intent audience', 405, 118);
  const tooLittle = '0 and 0 people are known: too few to compare.';
  return {
    known: isOver ? 2023 : 0,
    awaited: isOver ? 0 : 2031,
    knownAt: new Date(Date.parse(startedAt) + 14 * 86_400_000).toISOString(),
    comparisons: [
      {
        name: 'intent_vs_demographic',
        group: intent,
        against: demographic,
        verdict: isOver ? 'LIFT' : 'TOO_LITTLE',
        sentence: isOver
          ? '33 % of 812 converted, against 15 % of 806: 120 % more than those chosen by demographic traits (95 % interval 82 % to 166 %).'
          : tooLittle,
      },
      {
        name: 'intent_vs_control',
        group: intent,
        against: held,
        verdict: isOver ? 'NO_LIFT' : 'TOO_LITTLE',
        sentence: isOver
          ? '33 % of 812 converted, against 29 % of 405: no lift over those who were held back is shown (95 % interval -5.8 % to 36 %).'
          : tooLittle,
      },
    ],
    sampleRatio: { isAsPlanned: true, sentence: 'The arms came out as planned (p 0.412).' },
    statement: isOver
      ? '33 % of 812 converted, against 15 % of 806: 120 % more than those chosen by demographic traits (95 % interval 82 % to 166 %).'
      : `${tooLittle} 2,031 people are still awaited.`,
    method: 'Every person counts once, in the arm drawn for them.',
  };
}

export function correlationsOf(shop: { asOf: string }, scored: boolean): IntentCorrelations {
  const common = { modelId: 'model', currency: 'EUR', asOf: shop.asOf, daysAfter: 30 };
  if (!scored) {
    const statement = 'No scoring has a day after it yet, so nothing can be said of what came of it.';
    return { ...common, asOf: null, daysAfter: 0, levels: [], correlations: [], statement };
  }
  const level = (name: 'HIGH' | 'MEDIUM' | 'LOW', worth: number): LevelWorth => ({
    level: name,
    people: Math.round(4000 / worth),
    revenueBefore: 2 * worth,
    revenueAfter: worth,
    revenueAfterInterval: [0.8 * worth, 1.2 * worth],
    lifetimeValue: 3 * worth,
    lifetimeValueInterval: [2.6 * worth, 3.4 * worth],
    retention: Math.min(0.9, worth / 60),
    retentionInterval: [Math.min(0.9, worth / 60) - 0.05, Math.min(0.9, worth / 60) + 0.05],
    categories: [
      { category: 'boots', share: 0.2, interval: [0.17, 0.23], lift: worth / 20 },
      { category: 'tents', share: 0.1, interval: [0.08, 0.12], lift: 0.7 },
    ],
  });
  return {
    ...common,
    levels: [level('HIGH', 48), level('MEDIUM', 20), level('LOW', 4)],
    correlations: [
      { with: 'revenueBefore', rho: 0.31, interval: [0.28, 0.34] },
      { with: 'revenueAfter', rho: 0.42, interval: [0.39, 0.45] },
      { with: 'retention', rho: 0.37, interval: [0.34, 0.4] },
    ],
    statement: 'People of High intent spent 12 times as much in the 30 days after as those of Low.',
  };
}
