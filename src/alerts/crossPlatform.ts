// Too few known across platforms [WH-14]: where less than a quarter of people are seen on two platforms or more, some
// source likely sends nothing that tells them together. Said only where platforms are several and people enough.

import { Type } from 'typebox';
import { CROSS_PLATFORM_AT_LEAST, crossPlatformOf } from '../identify/index.ts';
import { alert } from './alert.ts';

export const crossPlatform = alert({
  name: 'cross_platform',
  sentence: 'Too small a share of people is known on two platforms or more.',
  settings: Type.Object({
    atLeast: Type.Number({
      minimum: 0,
      maximum: 1,
      default: CROSS_PLATFORM_AT_LEAST,
      description: 'The share of people that should be known on two platforms or more.',
    }),
    people: Type.Integer({ minimum: 1, default: 100, description: 'Say nothing of fewer people.' }),
  }),
  look: async (store, { workspace, settings, now }) => {
    const { people, rate } = await crossPlatformOf(store, workspace);
    if (rate === null || people < settings.people || rate >= settings.atLeast) return undefined;
    return {
      message: `${Math.round(rate * 100)} % of people are known on two platforms or more.`,
      hint: 'Look at People → Review: which platform shares few people with the others? It may send no user id and no e-mail.',
      since: now,
    };
  },
});
