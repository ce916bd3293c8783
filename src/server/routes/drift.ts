// Are people still those that the model learned from? The spread of its scores and signals, before and now.

import { Type } from 'typebox';
import { listDrift, readDrift, usableModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Moment, Nullable } from '../shapes.ts';

const Count = Type.Integer({ minimum: 0 });
const Level = Type.Enum(['STABLE', 'MODERATE', 'MAJOR']);
const Both = Type.Object({ before: Count, now: Count });
const Counts = Type.Object({ STABLE: Count, MODERATE: Count, MAJOR: Count });

const measure = {
  psi: Type.Number({ description: 'Population stability index over tenths of the training.' }),
  test: Type.Enum(['kolmogorov-smirnov', 'chi-square']),
  statistic: Type.Number(),
  pValue: Type.Number(),
  level: Level,
};

const spread = {
  ...measure,
  bins: Type.Array(
    Type.Object({
      upTo: Nullable(Type.Number({ description: 'Upper end; null = the last bin.' })),
      before: Count,
      now: Count,
    }),
  ),
  unknown: Both,
};

const Report = Type.Object({
  modelId: Type.String(),
  before: Moment,
  now: Moment,
  people: Both,
  score: Nullable(Type.Object(spread)),
  category: Nullable(
    Type.Object({
      ...measure,
      values: Type.Array(Type.Object({ value: Type.String(), before: Count, now: Count })),
    }),
  ),
  signals: Type.Array(
    Type.Object({
      signal: Type.String(),
      sentence: Type.String(),
      unit: Type.String(),
      qValue: Type.Number({ description: 'Smallest share of false discoveries at which it is still a change.' }),
      importance: Type.Number(),
      ...spread,
    }),
    { description: 'Those of the model, the farthest moved first.' },
  ),
  counts: Counts,
  thresholds: Type.Object({ moderate: Type.Number(), major: Type.Number(), falseDiscoveries: Type.Number() }),
  statement: Type.String(),
});

const Answer = Type.Object({
  report: Nullable(Report),
  history: Type.Array(Type.Object({ now: Moment, scorePsi: Nullable(Type.Number()), counts: Counts })),
});

export const addDriftRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.get(
    '/api/v1/intent/drift',
    {
      schema: {
        tags: ['intent'],
        summary:
          'How far scores and signals are spread otherwise than in training, as measured last night; null before',
        security: [{ secretKey: [] }],
        querystring: Type.Object(
          { modelId: Type.Optional(Type.String({ description: 'Absent = the active model.' })) },
          { additionalProperties: false },
        ),
        response: { 200: Answer },
      },
    },
    async ({ workspace, query }) => {
      const model = await usableModel(context.store, workspace, query.modelId);
      const report = (await readDrift(context.store, model)) ?? null;
      return { report, history: await listDrift(context.store, model) };
    },
  );
};
