// What the service tries on itself: which signals and which threshold would do better than those in use [WH-17].

import { Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { experimentNow, listSelfExperiments } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Interval, Moment, Nullable } from '../shapes.ts';

const Variant = Type.Object({
  name: Type.String(),
  figure: Type.Number({ description: 'AUC of the signals; of a threshold the share of those reached that converted.' }),
  interval: Nullable(Interval),
  people: Nullable(Type.Integer({ description: 'Reached by a threshold.' })),
  difference: Nullable(
    Type.Object(
      { value: Type.Number(), interval: Interval, pValue: Type.Number() },
      { description: 'Against the one in use: of the AUC, or of the net benefit a person. p-values after Holm.' },
    ),
  ),
});

const Experiment = Type.Object({
  id: Type.String(),
  modelId: Type.String(),
  kind: Type.Enum(['signals', 'threshold']),
  present: Type.String(),
  winner: Nullable(Type.String({ description: 'Better than the one in use at 95 % confidence.' })),
  reason: Type.String(),
  holdout: Type.Object({ people: Type.Integer(), conversions: Type.Integer() }),
  variants: Type.Array(Variant),
  decidedBy: Type.String(),
  decidedAt: Moment,
});

const Experiments = Type.Object({ experiments: Type.Array(Experiment) });

export const addSelfExperimentRoutes: Routes = (app, context) => {
  const { store, now } = context;
  const common = (summary: string) => ({ tags: ['intent'], summary, security: [{ secretKey: [] }] });
  const underWay = new Set<string>();
  app.addHook('preHandler', requireKey(context, 'secret'));

  app.get(
    '/api/v1/intent/experiments',
    {
      schema: {
        ...common('What the service tried on itself, newest first: signals and thresholds against those in use'),
        response: { 200: Experiments },
      },
    },
    async ({ workspace }) => ({ experiments: await listSelfExperiments(store, workspace) }),
  );

  app.post(
    '/api/v1/intent/experiments',
    {
      schema: {
        ...common('Try now; answers when it is decided, after some minutes where people are many'),
        response: { 200: Experiments },
      },
    },
    async ({ workspace, keyId }) => {
      if (underWay.has(workspace)) {
        throw new InklingError('conflict', 'An experiment is under way already.', {
          hint: 'Wait until it is decided: GET /api/v1/intent/experiments.',
        });
      }
      underWay.add(workspace);
      try {
        return { experiments: await experimentNow(store, { workspace, now: now(), by: keyId }) };
      } finally {
        underWay.delete(workspace);
      }
    },
  );
};
