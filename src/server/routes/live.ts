// The Live page in one call: how fresh the facts are, what came in last, what was refused and why.

import { Type } from 'typebox';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { readFreshness, readIgnoredIds, readLatestEvents, readRejected } from '../reading/live.ts';
import { Moment, Nullable } from '../shapes.ts';

const Live = Type.Object({
  freshness: Type.Object({
    lastEventAt: Nullable(Moment),
    eventsLastMinute: Type.Integer(),
    eventsLastDay: Type.Integer(),
  }),
  events: Type.Array(
    Type.Object({
      messageId: Type.String(),
      at: Moment,
      event: Type.String(),
      name: Type.String(),
      anchor: Type.String(),
      profile: Type.String(),
      source: Type.String(),
      platform: Type.String(),
      summary: Type.String(),
    }),
  ),
  rejected: Type.Array(
    Type.Object({
      id: Type.String(),
      at: Moment,
      code: Type.String(),
      reason: Type.String(),
      field: Nullable(Type.String()),
      value: Type.Unknown(),
      body: Type.Unknown(),
    }),
  ),
  rejectedLastDay: Type.Integer(),
  ignoredIds: Type.Array(
    Type.Object({
      field: Type.String(),
      value: Type.String({ description: 'Empty for addresses and numbers, which are never kept.' }),
      events: Type.Integer(),
    }),
    {
      description: 'Ids of the last 24 hours that stand for nobody, such as "null", and were left out of their events.',
    },
  ),
});

export const addLiveRoutes: Routes = (app, context) => {
  app.get(
    '/api/v1/live',
    {
      preHandler: requireKey(context, 'secret'),
      schema: {
        tags: ['collect'],
        summary: 'What came in last, and what was refused',
        security: [{ secretKey: [] }],
        querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }) }),
        response: { 200: Live },
      },
    },
    async ({ workspace, query: { limit } }) => {
      const { store, now } = context;
      const at = now();
      const freshness = await readFreshness(store, workspace, at);
      const [events, refused, ignoredIds] = await Promise.all([
        freshness.lastEventAt ? readLatestEvents(store, workspace, freshness.lastEventAt, limit) : [],
        readRejected(store, workspace, at, limit),
        readIgnoredIds(store, workspace, at),
      ]);
      return { freshness, events, ...refused, ignoredIds };
    },
  );
};
