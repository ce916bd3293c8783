// Did the predictions come true? The log of a model in life, at any threshold.

import { Type } from 'typebox';
import { readAccuracy, usableModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { tagAnswer } from '../etags.ts';
import { Day, Interval, Moment, Nullable } from '../shapes.ts';

const Count = Type.Integer({ minimum: 0 });
const figures = {
  predictionsCount: Count,
  conversionsCount: Count,
  truePositives: Count,
  falsePositives: Count,
  trueNegatives: Count,
  falseNegatives: Count,
  accuracy: Nullable(Type.Number()),
  precision: Nullable(Type.Number()),
  precisionInterval: Nullable(Interval),
  recall: Nullable(Type.Number()),
  f1Score: Nullable(Type.Number()),
  conversionLiftVsControl: Nullable(
    Type.Number({ description: 'Percent more than as many people chosen at random from all that were scored.' }),
  ),
  liftInterval: Nullable(Interval),
  auc: Nullable(Type.Number()),
  calibrationError: Nullable(Type.Number()),
  expectedConversions: Type.Number(),
};

const aside = {
  setAside: Type.Integer({ minimum: 0, description: 'People who were acted upon, and are in no figure.' }),
  heldBack: Type.Integer({
    minimum: 0,
    description: 'People held back at random, who weigh more and stand for those.',
  }),
  unrepresented: Type.Integer({ minimum: 0, description: 'Set aside with nobody held back to stand for them.' }),
};

const Query = Type.Object(
  {
    modelId: Type.Optional(Type.String({ description: 'Absent = the active model.' })),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    threshold: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description: 'The score from which a conversion counts as predicted; 70.',
      }),
    ),
  },
  { additionalProperties: false },
);

const Report = Type.Object({
  modelId: Type.String(),
  timeframeDays: Type.Integer(),
  threshold: Type.Integer(),
  days: Type.Array(Type.Object({ date: Type.String(), asOf: Moment, knownAt: Moment, ...figures, ...aside })),
  overall: Nullable(Type.Object({ ...figures, ...aside })),
  scores: Type.Array(
    Type.Object({ score: Type.Integer(), people: Type.Number(), conversions: Type.Number(), expected: Type.Number() }),
  ),
  nextKnownAt: Nullable(Moment),
  statement: Type.String(),
});

export const addAccuracyRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.addHook('onSend', tagAnswer);
  app.get(
    '/api/v1/intent/accuracy',
    {
      schema: {
        tags: ['intent'],
        summary: 'What was predicted against what happened, day by day, once the timeframe has passed',
        security: [{ secretKey: [] }],
        querystring: Query,
        response: { 200: Report },
      },
    },
    async ({ workspace, query }) => {
      const { modelId, ...rest } = query;
      return readAccuracy(context.store, await usableModel(context.store, workspace, modelId), rest);
    },
  );
};
