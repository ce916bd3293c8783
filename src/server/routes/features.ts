// Signals: what each says, how it is spread over people, how much the active model leans on it.

import { Type } from 'typebox';
import { describeFeatures, signals } from '../../features/index.ts';
import { toHexId } from '../../identify/index.ts';
import { drawScored, findActiveModel, latestScoring } from '../../predict/index.ts';
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

const OfPerson = Type.Object({
  profileId: Type.String(),
  asOf: Moment,
  basedOn: Type.Object({ events: Type.Integer(), lastEventAt: Nullable(Moment) }),
  category: Nullable(Type.String({ description: 'The category they lean to.' })),
  values: Type.Record(Type.String(), Nullable(Type.Number()), { description: 'By signal; null = not known.' }),
});

export const addFeaturesRoutes: Routes = (app, context) => {
  app.get(
    '/api/v1/people/:id/features',
    {
      preHandler: requireKey(context, 'secret'),
      schema: {
        tags: ['features'],
        summary: 'What is known of a person this second: every signal, with what arrived a moment ago',
        security: [{ secretKey: [] }],
        params: Type.Object({ id: Type.String({ description: 'Profile id, user id or anonymous id.' }) }),
        response: { 200: OfPerson },
      },
    },
    async ({ workspace, params }) => {
      const asOf = context.now();
      const { profile, values, category, basedOn } = await context.live.features(workspace, params.id, asOf);
      const known = [...values].map((value) => (Number.isFinite(value) ? value : null));
      return {
        ...{ profileId: toHexId(profile), asOf, basedOn, category: category || null },
        values: Object.fromEntries(signals.map(({ name }, i) => [name, known[i]])),
      };
    },
  );

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
      const draw = asOf && (await drawScored(store, model, { asOf, now: context.now() }));
      const spread = draw && (await describeFeatures(store, { workspace, signalSet: draw.signalSet, asOf }));
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
