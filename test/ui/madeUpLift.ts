// A use of a segment that is over: intent reached twice as many buyers as demographic traits did; acting moved few.

import type { Activation, ComparedGroup, Lift } from '../../ui/src/api.ts';
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
