// Champion and challenger: when a new model is tried, what was decided and why, and putting an older one to use again.

import { Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { activateByHand, readStanding, setRetraining } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { App, Routes, ServerContext } from '../context.ts';
import { challengeNow, scoreNow } from '../pipeline.ts';
import { Interval, Moment, Nullable } from '../shapes.ts';

const Figures = Type.Object({ auc: Type.Number(), logLoss: Type.Number(), calibrationError: Type.Number() });
const Difference = Type.Object({ difference: Type.Number(), interval: Interval, pValue: Type.Number() });

const Decision = Type.Object({
  id: Type.String(),
  championId: Type.String(),
  challengerId: Type.String(),
  verdict: Type.Enum(['DEPLOYED', 'KEPT', 'ROLLED_BACK', 'BY_HAND']),
  reason: Type.String(),
  decidedBy: Type.String(),
  holdout: Nullable(Type.Object({ asOf: Moment, people: Type.Integer(), conversions: Type.Integer() })),
  figures: Nullable(Type.Object({ champion: Figures, challenger: Figures, auc: Difference, logLoss: Difference })),
  decidedAt: Moment,
});

const settings = {
  everyDays: Type.Integer({ minimum: 1, maximum: 365, description: 'Days between two challengers; 7 unless set.' }),
  paused: Type.Boolean(),
};

const Standing = Type.Object({
  ...settings,
  championId: Nullable(Type.String()),
  freshFrom: Nullable(Moment),
  isFresh: Type.Boolean({ description: 'Whether there are complete outcomes that the champion has not learned from.' }),
  decisions: Type.Array(Decision),
});

export const addChallengeRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  addStanding(app, context);
  addActions(app, context);
};

const common = (summary: string) => ({ tags: ['intent'], summary, security: [{ secretKey: [] }] });

function addStanding(app: App, { store, now }: ServerContext): void {
  app.get(
    '/api/v1/intent/challenges',
    { schema: { ...common('Which model took which other’s place, and why'), response: { 200: Standing } } },
    async ({ workspace }) => readStanding(store, workspace),
  );

  app.patch(
    '/api/v1/intent/challenges',
    {
      schema: {
        ...common('How often a challenger is trained, or not at all'),
        body: Type.Partial(Type.Object(settings), { additionalProperties: false }),
        response: { 200: Type.Object(settings) },
      },
    },
    async ({ workspace, body }) => setRetraining(store, { workspace, change: body, now: now() }),
  );
}

function addActions(app: App, { store, now }: ServerContext): void {
  const underWay = new Set<string>();

  app.post(
    '/api/v1/intent/challenges',
    {
      schema: {
        ...common('Train a challenger now; the decision appears among the others'),
        response: { 202: Type.Object({ startedAt: Moment }) },
      },
    },
    async ({ workspace, keyId, log }, reply) => {
      const { championId, freshFrom, isFresh } = await readStanding(store, workspace);
      if (championId === null) {
        throw new InklingError('not_found', 'This workspace has no active model yet.', {
          hint: 'Train one first: POST /api/v1/intent/models, or `inkling train`.',
        });
      }
      if (!isFresh) {
        throw new InklingError('conflict', 'The champion has learned from every outcome that is complete.', {
          hint: `Wait for events until ${freshFrom}: nobody is left whom it has not learned from.`,
        });
      }
      if (underWay.has(workspace)) {
        throw new InklingError('conflict', 'A challenger is being trained already.', {
          hint: 'Wait until it is decided: GET /api/v1/intent/challenges.',
        });
      }
      underWay.add(workspace);
      const startedAt = now();
      challengeNow(store, { workspace, now: startedAt, by: keyId })
        .catch((error) => log.error({ err: error }, 'The challenge failed'))
        .finally(() => underWay.delete(workspace));
      return reply.code(202).send({ startedAt });
    },
  );

  app.post(
    '/api/v1/intent/models/:id/activate',
    {
      schema: {
        ...common('Put a model to use again that was replaced'),
        params: Type.Object({ id: Type.String() }),
        response: { 200: Type.Object({ id: Type.String(), status: Type.String() }) },
      },
    },
    async ({ workspace, params, keyId, log }) => {
      const model = await activateByHand(store, { workspace, modelId: params.id, now: now(), by: keyId });
      scoreNow(store, { workspace, now: now() }).catch((error) => log.error({ err: error }, 'Scoring failed'));
      return { id: model.id, status: model.status };
    },
  );
}
