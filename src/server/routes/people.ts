// People: the list, one person with the reasons for their score, and what they did.

import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { findActiveModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { listPeople } from '../reading/people.ts';
import { nodesOf, readPerson, requireProfile } from '../reading/person.ts';
import { exportPeople } from '../reading/personExport.ts';
import { sessionsBetween } from '../reading/sessions.ts';
import { readTimeline } from '../reading/timeline.ts';
import { Bots, Level, Nullable } from '../shapes.ts';
import { Person, PersonRow, Timeline } from './peopleShapes.ts';

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
          bots: Bots,
          sort: Type.Enum(['score', 'lastSeen'], { default: 'score' }),
          cursor: Type.Optional(
            Type.String({ description: 'nextCursor of the page before, for the same sort and filters.' }),
          ),
          limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
        }),
        response: {
          200: Type.Object({
            people: Type.Array(PersonRow),
            nextCursor: Nullable(Type.String()),
            total: Type.Integer(),
          }),
        },
      },
    },
    async ({ workspace, query }) => {
      const model = await findActiveModel(store, workspace);
      return listPeople(store, { workspace, model, ...query });
    },
  );

  const lines = 'application/x-ndjson';
  app.get(
    '/api/v1/people/export',
    {
      preHandler,
      schema: {
        tags,
        security,
        summary: 'Everybody whole, as lines of JSON: who they are, visits, events, scores, segments',
        produces: [lines],
      },
    },
    async ({ workspace }, reply) =>
      reply.header('content-type', lines).send(Readable.from(exportPeople(store, { workspace }))),
  );

  app.get(
    '/api/v1/people/:id/export',
    {
      preHandler,
      schema: { tags, security, summary: 'One person whole, as lines of JSON', params: OneId, produces: [lines] },
    },
    async ({ workspace, params }, reply) => {
      const profile = await requireProfile(store, workspace, params.id);
      return reply.header('content-type', lines).send(Readable.from(exportPeople(store, { workspace, profile })));
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
      const page = await readTimeline(store, { workspace, nodes, before, limit: query.limit });
      const [last, first] = [page.events.at(0), page.events.at(-1)];
      const sessions =
        first && last ? await sessionsBetween(store, { workspace, profile, from: first.at, to: last.at }) : [];
      return { ...page, sessions };
    },
  );
};
