// What is told and asked of identities, as schemas.

import { type Static, Type } from 'typebox';
import { carriedMethods } from '../../identify/index.ts';
import { Moment, Nullable } from '../shapes.ts';

const Reason = Type.String({ minLength: 1, maxLength: 1000, description: 'Why; kept with the decision.' });
const Preview = Type.Optional(Type.Boolean({ description: 'Say only what would be.' }));
const strict = { additionalProperties: false };

export const Merge = Type.Object(
  { people: Type.Array(Type.String(), { minItems: 2, maxItems: 50 }), reason: Reason, preview: Preview },
  strict,
);

const Link = Type.Object({
  a: Type.String({ description: 'A whole identifier, such as u:42.' }),
  b: Type.String(),
  method: Type.Enum([...carriedMethods, 'probabilistic', 'person']),
});

export const Unmerge = Type.Object(
  {
    person: Type.Optional(Type.String({ description: 'With identifiers: whom to take them out of.' })),
    identifiers: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 500 })),
    evidence: Type.Optional(Link),
    reason: Reason,
    preview: Preview,
  },
  strict,
);

export const Refuse = Type.Object(
  { people: Type.Tuple([Type.String(), Type.String()]), reason: Reason, preview: Preview },
  strict,
);

export const Undo = Type.Object({ decision: Type.String(), reason: Reason, preview: Preview }, strict);

export const Outcome = Type.Object({
  decision: Nullable(Type.String({ description: 'What undoes it takes this id.' })),
  people: Type.Array(Type.Object({ id: Type.String(), identifiers: Type.Array(Type.String()) })),
});

export const Decisions = Type.Object({
  decisions: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.String(),
      actor: Type.String(),
      reason: Type.String(),
      detail: Type.Record(Type.String(), Type.Unknown()),
      at: Moment,
      undoneBy: Nullable(Type.String()),
    }),
  ),
  nextBefore: Nullable(Moment),
});

export const Reviews = Type.Object({
  reviews: Type.Array(
    Type.Object({
      id: Type.String(),
      a: Type.String(),
      b: Type.String(),
      personA: Type.String({ description: 'Profile id.' }),
      personB: Type.String(),
      kind: Type.Enum(['match', 'limit']),
      probability: Type.Number(),
      explanation: Type.Record(Type.String(), Type.Unknown()),
      at: Moment,
      status: Type.String(),
    }),
  ),
  nextCursor: Nullable(Type.String()),
  waiting: Type.Integer(),
});

export const Answer = Type.Object(
  {
    ids: Type.Array(Type.String(), { minItems: 1, maxItems: 500, uniqueItems: true }),
    answer: Type.Enum(['accept', 'refuse']),
    reason: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  strict,
);

const Limit = Type.Optional(Nullable(Type.Integer({ minimum: 1 })));

const TypeRules = Type.Object(
  {
    priority: Type.Optional(Type.Integer({ minimum: 1 })),
    perProfile: Limit,
    windowDays: Limit,
    carriedByUsers: Limit,
    carriedByOthers: Limit,
    whenShared: Type.Optional(Type.Enum(['first', 'nobody'])),
    blocked: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 320 }), { maxItems: 1000 })),
  },
  strict,
);

export const RulesChange = Type.Object(
  {
    types: Type.Optional(Type.Record(Type.String(), TypeRules)),
    probabilistic: Type.Optional(
      Type.Object({ linkAt: Type.Optional(Type.Number()), reviewAt: Type.Optional(Type.Number()) }, strict),
    ),
  },
  strict,
);
export type RulesChange = Static<typeof RulesChange>;

export const SetRules = Type.Object({ rules: RulesChange, reason: Reason }, strict);

export const Personal = Type.Object({
  ids: Type.Enum(['hash', 'keep'], {
    description: 'Ids that are an address or a number, kept as its hash or as sent.',
  }),
  activation: Type.Enum(['none', 'sealed'], {
    description: 'The SHA-256 that ad platforms match by, kept sealed or not.',
  }),
  alsoMatch: Type.Array(Type.Enum(['md5', 'sha1']), {
    description: 'Older hashes by which addresses are recognised too.',
  }),
  linkage: Type.Enum(['encoded', 'none'], {
    description:
      'What is kept of names, addresses and days of birth: forms under a key that linkage compares, or nothing.',
  }),
});

export const Rules = Type.Object({
  rules: Type.Record(Type.String(), Type.Unknown(), {
    description: 'In force: the defaults with the change laid over.',
  }),
  change: RulesChange,
  personal: Personal,
});

export const Trial = Type.Object({
  merging: Type.Object({ people: Type.Integer(), into: Type.Integer() }),
  parting: Type.Object({ people: Type.Integer(), into: Type.Integer() }),
  samples: Type.Array(Type.Object({ before: Type.Array(Type.String()), after: Type.Array(Type.String()) })),
  evidence: Type.Integer(),
});

export const Platforms = Type.Object({
  people: Type.Integer(),
  acrossPlatforms: Type.Integer(),
  rate: Nullable(Type.Number()),
  atLeast: Type.Number(),
  isBelow: Type.Boolean({ description: 'The rate is below what it should be.' }),
  platforms: Type.Array(Type.Object({ platform: Type.String(), people: Type.Integer() })),
  overlap: Type.Array(Type.Object({ a: Type.String(), b: Type.String(), people: Type.Integer() })),
  weeks: Type.Array(Type.Object({ week: Moment, people: Type.Integer(), acrossPlatforms: Type.Integer() })),
});

export const Stopped = Type.Object({
  stopped: Type.Array(
    Type.Object({
      a: Type.String(),
      b: Type.String(),
      method: Type.String(),
      at: Moment,
      reason: Type.Enum(['shared', 'limit', 'apart', 'blocked']),
      type: Type.String({ description: 'The type whose rule stopped it.' }),
    }),
  ),
});
