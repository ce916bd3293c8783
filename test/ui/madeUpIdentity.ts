// Made-up answers about identities: pairs that wait for review, and people across platforms.

import type { CrossPlatform, IdentityOutcome, Review, ReviewPage, StoppedLinks } from '../../ui/src/api.ts';
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
