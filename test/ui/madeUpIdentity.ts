// Made-up answers about identities: pairs that wait for review, and people across platforms.

import { defaultRules } from '../../src/identify/index.ts';
import type {
  CrossPlatform,
  IdentityOutcome,
  IdentityRules,
  Matching,
  Review,
  ReviewPage,
  StoppedLinks,
} from '../../ui/src/api.ts';
import type { Shop } from './madeUp.ts';

export function reviewsOf(shop: Shop): Review[] {
  const [first, second, third, fourth] = shop.people;
  const pair = (
    id: string,
    a: typeof first,
    b: typeof first,
    rest: Pick<Review, 'kind' | 'probability' | 'explanation'>,
  ) => ({
    id,
    a: `a:${a.identifiers.anonymousIds[0]}`,
    b: `a:${b.identifiers.anonymousIds[0]}`,
    personA: a.id,
    personB: b.id,
    at: shop.asOf,
    status: 'waiting',
    ...rest,
  });
  return [
    pair('pair-1', first, second, {
      kind: 'match',
      probability: 0.87,
      explanation: {
        prior: -1.4,
        weight: 2.7,
        weights: [
          { comparison: 'name', words: 'The names differ by one letter', weight: 5.3 },
          { comparison: 'city', words: 'They live in different cities', weight: -1.2 },
        ],
      },
    }),
    pair('pair-2', third, fourth, { kind: 'limit', probability: 0.5, explanation: { method: 'email', limit: 'user' } }),
  ];
}

export function reviewPageOf(reviews: Review[]): ReviewPage {
  return { reviews, nextCursor: null, waiting: reviews.length };
}

export function matchingOf(shop: Shop): Matching {
  return {
    model: {
      learnedAt: shop.asOf,
      records: 4000,
      matches: 220,
      fields: [
        {
          field: 'surname',
          levels: [
            { level: 'missing', m: 0, u: 0, weight: 0 },
            { level: 'the same', m: 0.9, u: 0.001, weight: 9.8 },
            { level: 'differs', m: 0.02, u: 0.99, weight: -5.6 },
          ],
        },
      ],
      rules: [['surname: near', 'birth_date: month and day']],
    },
    outcome: {
      ...{ at: shop.asOf, records: 4000, linked: 200, waiting: 2, expectedPrecision: 0.99987, expectedRecall: 0.9 },
      thresholds: [
        { threshold: 0.5, pairs: 230, expectedPrecision: 0.95, expectedRecall: 0.97 },
        { threshold: 0.9, pairs: 215, expectedPrecision: 0.99, expectedRecall: 0.94 },
        { threshold: 0.99, pairs: 200, expectedPrecision: 0.99987, expectedRecall: 0.9 },
        { threshold: 0.999, pairs: 150, expectedPrecision: 0.99999, expectedRecall: 0.68 },
      ],
    },
    memory: { state: 'ready', records: 4000, waiting: 0, seconds: 1.2 },
  };
}

export function rulesOf(linkAt: number): IdentityRules {
  return { rules: { types: defaultRules.types, probabilistic: { linkAt, reviewAt: 0.5 } }, change: {} };
}

export const platforms: CrossPlatform = {
  people: 200,
  acrossPlatforms: 30,
  rate: 0.15,
  atLeast: 0.25,
  isBelow: true,
  platforms: [
    { platform: 'web', people: 180 },
    { platform: 'app', people: 50 },
  ],
  overlap: [{ a: 'app', b: 'web', people: 30 }],
  weeks: [{ week: '2026-01-05T00:00:00.000Z', people: 90, acrossPlatforms: 9 }],
};

export const unlinked: IdentityOutcome = {
  decision: null,
  people: [
    { id: '0000000000000001', identifiers: ['u:somebody'] },
    { id: '0000000000000002', identifiers: ['a:browser'] },
  ],
};

export const stopped: StoppedLinks = {
  stopped: [
    {
      a: 'u:somebody',
      b: 'e:3fa9c1',
      method: 'email',
      at: '2026-01-05T00:00:00.000Z',
      reason: 'shared',
      type: 'email',
    },
  ],
};
