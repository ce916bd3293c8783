// People: the list, one person with the reasons for their score, and what they did.

import { Type } from 'typebox';
import { findActiveModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { listPeople } from '../reading/people.ts';
import { nodesOf, readPerson, requireProfile } from '../reading/person.ts';
import { readTimeline } from '../reading/timeline.ts';
import { Day, Level, Moment, Nullable } from '../shapes.ts';

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

const Reason = Type.Object({
  signal: Type.String(),
  sentence: Type.String(),
  value: Nullable(Type.Number()),
  contribution: Type.Number(),
  direction: Type.Enum(['raises', 'lowers']),
});

const Person = Type.Object({
  ...listed,
  traits: Type.Record(Type.String(), Type.Unknown()),
  platforms: Type.Array(Type.String()),
  country: Type.String(),
  deviceType: Type.String(),
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
      predictedConversionDate: Nullable(Day),
      category: Nullable(Type.String()),
      sentence: Type.String(),
      reasons: Type.Array(Reason),
    }),
  ),
  scoreHistory: Type.Array(Type.Object({ asOf: Moment, score: Type.Integer(), segment: Level })),
  identity: Type.Object({
    nodes: Type.Array(Type.Object({ identifier: Type.String(), type: Type.String(), firstSeenAt: Moment })),
    evidence: Type.Array(
      Type.Object({
        at: Moment,
        from: Type.String(),
        to: Type.String(),
        method: Type.String(),
        confidence: Type.Number(),
        messageId: Type.String(),
        revoked: Type.Boolean(),
      }),
    ),
  }),
});

const Timeline = Type.Object({
  events: Type.Array(
    Type.Object({
      messageId: Type.String(),
      at: Moment,
      event: Type.String(),
      name: Type.String(),
      summary: Type.String(),
      platform: Type.String(),
      revenue: Nullable(Type.Number()),
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
  nextBefore: Nullable(Moment),
});

const OneId = Type.Object({ id: Type.String({ description: 'Profile id, user id or anonymous id.' }) });

export const addPeopleRoutes: Routes = (app, context) => {
  const { store } = context;
  const preHandler = requireKey(context, 'secret');
  const security = [{ secretKey: [] }];
  const tags = ['people'];

  app.get(
    '/api/v1/people',
    {
      preHandler,
      schema: {
        tags,
        security,
        summary: 'People by score or by when they were last seen',
        querystring: Type.Object({
          search: Type.Optional(Type.String({ description: 'Beginning of an identifier.' })),
          segment: Type.Optional(Level),
          category: Type.Optional(Type.String()),
          sort: Type.Enum(['score', 'lastSeen'], { default: 'score' }),
          cursor: Type.Optional(Type.String()),
          limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
        }),
        response: {
          200: Type.Object({
            people: Type.Array(Type.Object(listed)),
            nextCursor: Nullable(Type.String()),
            total: Type.Integer(),
          }),
        },
      },
    },
    async ({ workspace, query }) => {
      const model = await findActiveModel(store, workspace);
      return listPeople(store, { workspace, modelId: model?.id, ...query });
    },
  );

  app.get(
    '/api/v1/people/:id',
    {
      preHandler,
      schema: {
        tags,
        security,
        summary: 'One person: who they are, how close to buying, and why',
        params: OneId,
        response: { 200: Person },
      },
    },
    async ({ workspace, params }) => {
      const profile = await requireProfile(store, workspace, params.id);
      return readPerson(store, { workspace, profile });
    },
  );

  app.get(
    '/api/v1/people/:id/timeline',
    {
      preHandler,
      schema: {
        tags,
        security,
        summary: 'What one person did, latest first',
        params: OneId,
        querystring: Type.Object({
          before: Type.Optional(Type.String({ format: 'date-time' })),
          limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
        }),
        response: { 200: Timeline },
      },
    },
    async ({ workspace, params, query }) => {
      const profile = await requireProfile(store, workspace, params.id);
      const nodes = await nodesOf(store, { workspace, profile });
      const before = query.before ? new Date(query.before) : undefined;
      return readTimeline(store, { workspace, nodes, before, limit: query.limit });
    },
  );
};
