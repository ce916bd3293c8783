// What is left to target by where there are too few conversions to predict intent.

import { Type } from 'typebox';
import { readFallback, usableModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Nullable } from '../shapes.ts';
import { Demographics } from './activations.ts';

const Fallback = Type.Object({
  modelId: Type.String(),
  rung: Nullable(Type.Enum(['rule', 'logistic', 'boosting'])),
  conversions: Type.Integer({ minimum: 0 }),
  conversionsNeeded: Type.Integer({ description: 'From which on people are told apart by what they do.' }),
  applies: Type.Boolean({ description: 'Whether demographic targeting is what is left.' }),
  disclaimer: Nullable(Type.String({ description: 'To be shown wherever the groups are.' })),
  demographics: Nullable(Demographics),
});

export const addFallbackRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.get(
    '/api/v1/intent/fallback',
    {
      schema: {
        tags: ['intent'],
        summary: 'With too few conversions to predict intent: the groups that buy on average, with a disclaimer',
        security: [{ secretKey: [] }],
        querystring: Type.Object(
          { modelId: Type.Optional(Type.String({ description: 'Absent = the active model.' })) },
          { additionalProperties: false },
        ),
        response: { 200: Fallback },
      },
    },
    async ({ workspace, query }) =>
      readFallback(context.store, await usableModel(context.store, workspace, query.modelId)),
  );
};
