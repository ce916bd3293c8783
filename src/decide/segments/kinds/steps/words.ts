// Steps in English: "did in order product_view, then add_to_cart within 1 day, and then not purchase within 2 days", "reached
// step 2 of cart_view, then checkout_start, then purchase".

import { hearEvents, hearSpan, hearWindow, sayEvents, sayWindow, sayWithin } from '../../words/phrases.ts';
import type { Words } from '../../words/words.ts';
import type { Funnel, Sequence } from './shape.ts';

type Step = Sequence['steps'][number];

export function saySequence({ steps, then_not: not, within, window }: Sequence): string {
  const refusal = not ? `, and then not ${sayEvents(not)}${sayWithin(not.within)}` : '';
  return `did in order ${saySteps(steps)}${sayTotal(within)}${refusal}${inAll(window)}`;
}

export function hearSequence(words: Words): Sequence | undefined {
  if (!words.take('did in order')) return undefined;
  const steps = hearSteps(words);
  const within = hearTotal(words);
  const not = words.attempt(() => {
    words.take(',');
    return words.take('and then not') || words.take('then not') ? hearStep(words) : undefined;
  });
  const window = hearAll(words);
  return {
    kind: 'sequence',
    steps,
    ...(not && { then_not: not }),
    ...(within && { within }),
    ...(window && { window }),
  };
}

export function sayFunnel({ steps, reached, within, window }: Funnel): string {
  return `reached step ${reached} of ${saySteps(steps)}${sayTotal(within)}${inAll(window)}`;
}

export function hearFunnel(words: Words): Funnel | undefined {
  if (!words.take('reached step')) return undefined;
  const reached = words.needNumber();
  words.need('of');
  const steps = hearSteps(words);
  const within = hearTotal(words);
  const window = hearAll(words);
  return { kind: 'funnel', steps, reached, ...(within && { within }), ...(window && { window }) };
}

function saySteps(steps: readonly Step[]): string {
  return steps.map((step) => sayEvents(step) + sayWithin(step.within)).join(', then ');
}

function hearSteps(words: Words): Step[] {
  const steps = [hearStep(words)];
  for (;;) {
    const next = words.attempt(() => {
      words.take(',');
      if (!words.take('then')) return undefined;
      return hearStep(words);
    });
    if (next === undefined) return steps;
    steps.push(next);
  }
}

function hearStep(words: Words): Step {
  const events = hearEvents(words) ?? words.fail('an event');
  const within = words.attempt(() => (words.take('within') ? hearSpan(words) : undefined));
  return { ...events, ...(within && { within }) };
}

function sayTotal(within: Sequence['within']): string {
  return within === undefined ? '' : `, all${sayWithin(within)}`;
}

function hearTotal(words: Words): Sequence['within'] {
  return words.attempt(() => {
    words.take(',');
    return words.take('all within') ? hearSpan(words) : undefined;
  });
}

function inAll(window: Sequence['window']): string {
  return window === undefined ? '' : `,${sayWindow(window)}`;
}

function hearAll(words: Words): Sequence['window'] {
  return words.attempt(() => {
    words.take(',');
    return hearWindow(words);
  });
}
