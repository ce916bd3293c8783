// Signals: what each says, how it is spread over people, how much the active model leans on it.

import { Type } from 'typebox';
import { describeFeatures, signalSetOf, signals } from '../../features/index.ts';
import { findActiveModel, latestScoring } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Moment, Nullable } from '../shapes.ts';

const Features = Type.Object({
  asOf: Nullable(Moment),
  people: Type.Integer(),
  signals: Type.Array(
    Type.Object({
      name: Type.String(),
      sentence: Type.String(),
      group: Type.String(),
      category: Type.String(),
      source: Type.String(),
      windowDays: Nullable(Type.Integer()),
      unit: Type.String(),
      importance: Nullable(Type.Number()),
      missingShare: Nullable(Type.Number()),
      quantiles: Type.Array(Type.Number()),
      histogram: Type.Array(Type.Object({ from: Type.Number(), to: Type.Number(), people: Type.Integer() })),
    }),
  ),
});

export const addFeaturesRoutes: Routes = (app, context) => {
  app.get(
    '/api/v1/features',
    {
      preHandler: requireKey(context, 'secret'),
      schema: {
        tags: ['features'],
        summary: 'Every signal, with its spread over the people last scored and its weight in the active model',
        security: [{ secretKey: [] }],
        response: { 200: Features },
      },
    },
    async ({ workspace }) => {
      const { store } = context;
      const model = await findActiveModel(store, workspace);
      const asOf = model && (await latestScoring(store, model));
      // Snapshots of signals that were defined otherwise say nothing about these; the next scoring takes new ones.
      const signalSet = signalSetOf(signals);
      const spread =
        asOf && model?.lineage?.signalSet === signalSet
          ? await describeFeatures(store, { workspace, signalSet, asOf })
          : undefined;
      const importance = new Map(model?.drivers.map((driver) => [driver.signal, driver.importance]));
      return {
        asOf: asOf ?? null,
        people: spread?.people ?? 0,
        signals: signals.map(({ name, sentence, group, category, source, windowDays, unit }, i) => {
          const { missingShare = null, quantiles = [], histogram = [] } = spread?.signals[i] ?? {};
          const weight = model ? (importance.get(name) ?? 0) : null;
          return {
            ...{ name, sentence, group, category, source, windowDays, unit },
            ...{ importance: weight, missingShare, quantiles, histogram },
          };
        }),
      };
    },
  );
};
