// How far somebody came: they took the first steps in order, up to this one and not the next.

import { InklingError } from '../../../../errors.ts';
import { ruleOf, walkSql } from '../../chain.ts';
import { checkWindow, stretchOf } from '../../window.ts';
import { checkEvents } from '../filters.ts';
import type { Kind } from '../kind.ts';
import { compileSteps } from './sequence.ts';
import { type Funnel, FunnelSchema } from './shape.ts';
import { hearFunnel, sayFunnel } from './words.ts';

export const funnel: Kind<Funnel> = {
  kind: 'funnel',
  sentence: 'Came to one step of a funnel and not to the next.',
  schema: FunnelSchema,
  check(condition, at) {
    checkWindow(condition.window, `${at}.window`);
    if (condition.reached > condition.steps.length) {
      throw new InklingError('invalid_input', `The funnel has ${condition.steps.length} steps.`, {
        field: `${at}.reached`,
        value: condition.reached,
        hint: `Use 1 to ${condition.steps.length}.`,
      });
    }
    return { ...condition, steps: condition.steps.map((step, i) => checkEvents(step, `${at}.steps[${i}]`)) };
  },
  compile({ steps, reached, within, window }, how) {
    const rule = ruleOf(steps, within);
    const beyond = reached < steps.length;
    return compileSteps(steps, stretchOf(window, how.zone), how, {
      fold: (bits, moments) => walkSql(rule, bits, moments),
      truth: () => (_, chain) => `(${chain}.1[${reached}] >= 0${beyond ? ` AND ${chain}.1[${reached + 1}] < 0` : ''})`,
      rule,
      holds: ({ last }) => last[reached - 1] >= 0 && (!beyond || last[reached] < 0),
      waits: () => [],
      needed: reached,
    });
  },
  say: sayFunnel,
  hear: hearFunnel,
};
