// What goes on where people are: weather, holidays and events, sent in as rows, listed and taken away.

import { Type } from 'typebox';
import { describeSurroundings } from '../../collect/index.ts';
import { addSurroundings, removeSurroundings } from '../../features/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';

const ROWS_AT_ONCE = 10_000;

const Row = Type.Object(
  {
    kind: Type.String({ minLength: 1, description: 'weather, holiday, event, or a word of your own.' }),
    country: Type.String({ minLength: 1, description: 'ISO 3166 alpha-2, or an English name.' }),
    city: Type.Optional(Type.String()),
    starts: Type.String({ description: 'A day or a moment.' }),
    ends: Type.Optional(Type.String({ description: 'Absent = a day later.' })),
    name: Type.Optional(Type.String()),
    values: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'Such as temperature and rain.' })),
  },
  { additionalProperties: true },
);
const Loaded = Type.Object({
  rows: Type.Integer(),
  loaded: Type.Integer(),
  rejected: Type.Integer(),
  reasons: Type.Record(Type.String(), Type.Integer()),
});
const Summary = Type.Object({
  kind: Type.String(),
  country: Type.String(),
  rows: Type.Integer(),
  from: Type.String(),
  to: Type.String(),
});

export const addSurroundingsRoutes: Routes = (app, context) => {
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['collect'], security: [{ secretKey: [] }] };
  const { store, now } = context;

  app.post(
    '/api/v1/surroundings',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Load weather, holidays and events by place and time',
        description: 'A row under the same kind, place, beginning and name replaces the one before.',
        body: Type.Object({ rows: Type.Array(Row, { maxItems: ROWS_AT_ONCE }) }, { additionalProperties: false }),
        response: { 200: Loaded },
      },
    },
    async ({ workspace, body }) => addSurroundings(store, { workspace, from: body.rows, now: now() }),
  );

  app.get(
    '/api/v1/surroundings',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'What is loaded, by kind and country',
        response: { 200: Type.Object({ surroundings: Type.Array(Summary) }) },
      },
    },
    async ({ workspace }) => ({ surroundings: await describeSurroundings(store, workspace) }),
  );

  app.delete(
    '/api/v1/surroundings',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Take them away: those of a kind, or all',
        querystring: Type.Object({ kind: Type.Optional(Type.String()) }),
        response: { 204: Type.Null() },
      },
    },
    async ({ workspace, query }, reply) => {
      await removeSurroundings(store, workspace, query.kind);
      return reply.code(204).send(null);
    },
  );
};
