// Where to draw the line: what calling people from a score on would bring today.

import { Type } from 'typebox';
import { readCuts, usableModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Interval, Moment, Nullable } from '../shapes.ts';

const Count = Type.Integer({ minimum: 0 });
const share = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 1, description }));

const Query = Type.Object(
  {
    modelId: Type.Optional(Type.String({ description: 'Absent = the active model.' })),
    minPrecision: share('Suggest a score from which at least this share of those called will convert.'),
    minRecall: share('Suggest a score from which at least this share of those who will convert is called.'),
    maxPeople: Type.Optional(Type.Integer({ minimum: 1, description: 'Suggest a score that calls no more people.' })),
  },
  { additionalProperties: false },
);

const Report = Type.Object({
  modelId: Type.String(),
  asOf: Nullable(Moment),
  timeframeDays: Type.Integer(),
  people: Count,
  expectedConversions: Type.Number(),
  cuts: Type.Array(
    Type.Object({
      threshold: Type.Integer(),
      people: Count,
      truePositives: Type.Number({ description: 'Expected: the sum of the calibrated probabilities of those called.' }),
      truePositivesInterval: Interval,
      falsePositives: Type.Number(),
      falsePositivesInterval: Interval,
      precision: Nullable(Type.Number()),
      precisionInterval: Nullable(Interval),
      recall: Nullable(Type.Number()),
      missed: Type.Number({ description: 'Who will convert and is not called.' }),
    }),
    { description: 'For every score from 0 to 100; none while nobody is scored.' },
  ),
  suggestion: Nullable(
    Type.Object(
      { threshold: Nullable(Type.Integer()), sentence: Type.String() },
      {
        description: 'The lowest score that keeps to what was asked; null when nothing was.',
      },
    ),
  ),
});

export const addThresholdRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.get(
    '/api/v1/intent/thresholds',
    {
      schema: {
        tags: ['intent'],
        summary: 'True and false positives that every threshold brings among the people of today, with intervals',
        security: [{ secretKey: [] }],
        querystring: Query,
        response: { 200: Report },
      },
    },
    async ({ workspace, query }) => {
      const { modelId, ...wish } = query;
      return readCuts(context.store, await usableModel(context.store, workspace, modelId), wish);
    },
  );
};
