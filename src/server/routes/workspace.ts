// The workspace behind the key.

import { Type } from 'typebox';
import { getWorkspace } from '../../govern/index.ts';
import { findActiveModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Moment, Nullable } from '../shapes.ts';

export const addWorkspaceRoutes: Routes = (app, context) => {
  const { store } = context;

  app.get(
    '/api/v1/workspace',
    {
      preHandler: requireKey(context, 'secret'),
      schema: {
        tags: ['workspace'],
        summary: 'The workspace of the key',
        security: [{ secretKey: [] }],
        response: {
          200: Type.Object({
            id: Type.String(),
            name: Type.String(),
            timeZone: Type.String(),
            writeKey: Type.String(),
            createdAt: Moment,
            hasEvents: Type.Boolean(),
            model: Nullable(Type.Object({ id: Type.String() })),
          }),
        },
      },
    },
    async ({ workspace }) => {
      const found = await getWorkspace(store, workspace);
      const [{ any }] = await store.facts.rows<{ any: number }>(
        'SELECT count() > 0 AS any FROM (SELECT 1 FROM events WHERE workspace = {workspace:String} LIMIT 1)',
        { workspace },
      );
      const model = await findActiveModel(store, workspace);
      return { ...found, hasEvents: Boolean(any), model: model ? { id: model.id } : null };
    },
  );
};
