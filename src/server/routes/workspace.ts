// The workspace behind the key.

import { Type } from 'typebox';
import { getWorkspace, setCurrency } from '../../govern/index.ts';
import { findActiveModel } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Currency, Moment, Nullable } from '../shapes.ts';

const Workspace = Type.Object({
  id: Type.String(),
  name: Type.String(),
  timeZone: Type.String(),
  currency: Currency,
  writeKey: Type.String(),
  createdAt: Moment,
  hasEvents: Type.Boolean(),
  model: Nullable(Type.Object({ id: Type.String() })),
});

export const addWorkspaceRoutes: Routes = (app, context) => {
  const { store } = context;
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['workspace'], security: [{ secretKey: [] }], response: { 200: Workspace } };

  app.get(
    '/api/v1/workspace',
    { preHandler, schema: { ...common, summary: 'The workspace of the key' } },
    async ({ workspace }) => describe(store, workspace),
  );

  app.patch(
    '/api/v1/workspace',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Set the currency; sums of people and visits follow with the next resolution',
        body: Type.Object(
          { currency: Type.String({ description: 'ISO 4217, as in EUR.' }) },
          { additionalProperties: false },
        ),
      },
    },
    async ({ workspace, body }) => {
      await setCurrency(store, { workspace, currency: body.currency });
      return describe(store, workspace);
    },
  );
};

async function describe(store: Store, workspace: string) {
  const found = await getWorkspace(store, workspace);
  const hasEvents = await store.facts.holds('events', 'workspace = {workspace:String}', { workspace });
  const model = await findActiveModel(store, workspace);
  return { ...found, hasEvents, model: model ? { id: model.id } : null };
}
