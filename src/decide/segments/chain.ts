// Steps in order of time, each strictly later than the one before. For every step it is enough to remember when it was
// last completed and when the chain that led there began: of two ways to the same step the later one also began later,
// so whatever the earlier could still reach within a gap or a total, the later can. What happens at the same
// millisecond is one moment. Written once as a fold in SQL and once as a loop.

import { placeOf, type Span, spanMs } from './window.ts';

export type ChainRule = {
  /** At most so long after the step before, in ms; Infinity = whenever. The first has none. */
  gapsMs: readonly number[];
  /** From the first step to the last at most. */
  totalMs: number;
};

/** Unions of what happened at one moment: bit i = step i; one more bit than steps = what must not follow. */
export type Moments = { times: readonly number[]; masks: readonly number[] };

export type Progress = {
  /** When each step was last completed; −1 = never. */
  last: number[];
  /** Every moment at which the whole chain was completed. */
  done: number[];
};

export function ruleOf(steps: readonly { within?: Span }[], within: Span | undefined): ChainRule {
  return {
    gapsMs: steps.map((step, i) => (i === 0 || step.within === undefined ? Infinity : spanMs(step.within))),
    totalMs: within === undefined ? Infinity : spanMs(within),
  };
}

export function walk({ gapsMs, totalMs }: ChainRule, { times, masks }: Moments): Progress {
  const steps = gapsMs.length;
  const last = new Array<number>(steps).fill(-1);
  const began = new Array<number>(steps).fill(-1);
  const done: number[] = [];
  for (let i = 0; i < times.length; i++) {
    const [at, mask] = [times[i], masks[i]];
    // From the last step to the first, so that one event is never two steps.
    for (let step = steps - 1; step >= 0; step--) {
      if ((mask & (1 << step)) === 0) continue;
      if (step === 0) {
        last[0] = at;
        began[0] = at;
      } else if (last[step - 1] >= 0 && at - last[step - 1] <= gapsMs[step] && at - began[step - 1] <= totalMs) {
        last[step] = at;
        began[step] = began[step - 1];
      } else continue;
      if (step === steps - 1) done.push(at);
    }
  }
  return { last, done };
}

/**
 * arrayFold over `moments`, an Array(Tuple(at Int64, mask UInt64)), giving (last, began, done) as `walk` has them; `bits`
 * tells the bit of each step.
 */
export function walkSql({ gapsMs, totalMs }: ChainRule, bits: readonly number[], moments: string): string {
  const before = (list: 1 | 2, step: number) => `state.${list}[${step}]`;
  const goes = gapsMs.map((gapMs, step) => {
    const happens = `bitTest(m.2, ${bits[step]})`;
    if (step === 0) return happens;
    const conditions = [
      happens,
      `${before(1, step)} >= 0`,
      gapMs < Infinity && `m.1 - ${before(1, step)} <= ${gapMs}`,
      totalMs < Infinity && `m.1 - ${before(2, step)} <= ${totalMs}`,
    ];
    return conditions.filter(Boolean).join(' AND ');
  });
  const last = goes.map((going, step) => `if(${going}, m.1, ${before(1, step + 1)})`);
  const began = goes.map(
    (going, step) => `if(${going}, ${step === 0 ? 'm.1' : before(2, step)}, ${before(2, step + 1)})`,
  );
  const done = `if(${goes[goes.length - 1]}, arrayPushBack(state.3, m.1), state.3)`;
  const none = `[${gapsMs.map(() => 'toInt64(-1)').join(', ')}]`;
  return `arrayFold((state, m) -> ([${last.join(', ')}], [${began.join(', ')}], ${done}), ${moments},
    (${none}, ${none}, emptyArrayInt64()))`;
}

/** The moments of several ascending lists between two moments (the later exclusive), each list being one bit. */
export function momentsOf(lists: readonly (readonly number[])[], start: number, end: number): Moments {
  const places = lists.map((list) => placeOf(list, start));
  const times: number[] = [];
  const masks: number[] = [];
  for (;;) {
    let at = end;
    for (let bit = 0; bit < lists.length; bit++) {
      const time = lists[bit][places[bit]];
      if (time < at) at = time;
    }
    if (at >= end) return { times, masks };
    let mask = 0;
    for (let bit = 0; bit < lists.length; bit++) {
      while (lists[bit][places[bit]] === at) {
        mask |= 1 << bit;
        places[bit] += 1;
      }
    }
    times.push(at);
    masks.push(mask);
  }
}
