// What is told of people, as schemas: the line of a list, one person whole, and what they did.

import { Type } from 'typebox';
import { Day, Level, Moment, Nullable, OtherCurrencies, Reason, ScoreChange } from '../shapes.ts';
import { SessionShape } from './sessionShapes.ts';

const Identifiers = Type.Object({
  userIds: Type.Array(Type.String()),
  anonymousIds: Type.Array(Type.String()),
  emailHashes: Type.Array(Type.String()),
  phoneHashes: Type.Array(Type.String()),
});

const listed = {
  id: Type.String(),
  displayName: Type.String(),
  identifiers: Identifiers,
  score: Nullable(Type.Integer()),
  segment: Nullable(Level),
  confidence: Nullable(Type.Number()),
  category: Nullable(Type.String()),
  topReason: Nullable(Type.String()),
  firstSeenAt: Moment,
  lastSeenAt: Moment,
  events: Type.Integer(),
  purchases: Type.Integer(),
  revenue: Type.Number(),
  scoreHistory: Type.Array(Type.Integer()),
};

/** A line of a list of people. */
export const PersonRow = Type.Object(listed);

export const Person = Type.Object({
  ...listed,
  traits: Type.Record(Type.String(), Type.Unknown()),
  platforms: Type.Array(Type.String()),
  country: Type.String(),
  deviceType: Type.String(),
  bot: Type.Boolean({ description: 'Counts as a program: in no list, no training and no scoring.' }),
  otherCurrencies: OtherCurrencies,
  intent: Nullable(
    Type.Object({
      modelId: Type.String(),
      timeframeDays: Type.Integer(),
      asOf: Moment,
      score: Type.Integer(),
      probability: Type.Number(),
      segment: Level,
      confidence: Type.Number(),
      confidenceReason: Type.String(),
      change: Nullable(ScoreChange),
      predictedConversionDate: Nullable(Day),
      category: Nullable(Type.String()),
      sentence: Type.String(),
      reasons: Type.Array(Reason),
    }),
  ),
  scoreHistory: Type.Array(Type.Object({ asOf: Moment, score: Type.Integer(), segment: Level })),
  identity: Type.Object({
    nodes: Type.Array(
      Type.Object({
        identifier: Type.String(),
        type: Type.String(),
        whole: Type.String({ description: 'With its type in front, such as u:42.' }),
        firstSeenAt: Moment,
      }),
    ),
    evidence: Type.Array(
      Type.Object({
        at: Moment,
        from: Type.String(),
        to: Type.String(),
        a: Type.String({ description: 'The identifiers whole, such as u:42: what /identity/unmerge takes.' }),
        b: Type.String(),
        method: Type.String(),
        confidence: Type.Number(),
        messageId: Type.String(),
        detail: Type.String({ description: 'JSON: who said so and why, or how a match was weighed.' }),
        revoked: Type.Boolean(),
      }),
    ),
  }),
});

export const Timeline = Type.Object({
  events: Type.Array(
    Type.Object({
      messageId: Type.String(),
      at: Moment,
      event: Type.String(),
      name: Type.String(),
      summary: Type.String(),
      platform: Type.String(),
      revenue: Nullable(Type.Number()),
      currency: Type.String({ description: 'As sent; empty = that of the workspace.' }),
      products: Type.Array(
        Type.Object({
          id: Type.String(),
          category: Type.String(),
          price: Nullable(Type.Number()),
          quantity: Nullable(Type.Number()),
        }),
      ),
      properties: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  sessions: Type.Array(SessionShape, { description: 'The visits that these events lie in, the latest first.' }),
  nextBefore: Nullable(Moment),
});
