// The star schema's own check, signals worked out for the past, and how levels of intent go with what people are worth.

import { Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { readCorrelations, validateWarehouse } from '../../measure/index.ts';
import { backfillFeatures, usableModel } from '../../predict/index.ts';
import { readSetting, writeSetting } from '../../store/index.ts';
import { requireKey } from '../access.ts';
import type { App, Routes, ServerContext } from '../context.ts';
import { tagAnswer } from '../etags.ts';
import { Interval, Level, Moment, Nullable } from '../shapes.ts';

const Count = Type.Integer({ minimum: 0 });

const Report = Type.Object({
  counts: Type.Record(Type.String(), Count),
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      sentence: Type.String(),
      passed: Type.Boolean(),
      broken: Count,
      of: Count,
      sql: Type.String(),
    }),
  ),
  statement: Type.String(),
});

const Correlations = Type.Object({
  modelId: Type.String(),
  asOf: Nullable(Moment),
  daysAfter: Count,
  currency: Nullable(Type.String()),
  levels: Type.Array(
    Type.Object({
      level: Level,
      people: Count,
      revenueBefore: Nullable(Type.Number()),
      revenueAfter: Nullable(Type.Number()),
      revenueAfterInterval: Nullable(Interval),
      lifetimeValue: Nullable(Type.Number({ description: 'Revenue per person until the last of those days.' })),
      lifetimeValueInterval: Nullable(Interval),
      retention: Nullable(Type.Number()),
      retentionInterval: Nullable(Interval),
      categories: Type.Array(
        Type.Object({ category: Type.String(), share: Type.Number(), interval: Interval, lift: Type.Number() }),
      ),
    }),
  ),
  correlations: Type.Array(
    Type.Object({
      with: Type.Enum(['revenueBefore', 'revenueAfter', 'retention']),
      rho: Nullable(Type.Number({ description: 'Spearman, of the score with it, over everybody scored.' })),
      interval: Nullable(Interval),
    }),
  ),
  statement: Type.String(),
});

const Backfill = Type.Object({
  status: Type.Enum(['NONE', 'RUNNING', 'DONE', 'FAILED']),
  done: Count,
  total: Count,
  startedAt: Nullable(Moment),
  finishedAt: Nullable(Moment),
  fault: Nullable(Type.String()),
});
type BackfillState = {
  status: 'NONE' | 'RUNNING' | 'DONE' | 'FAILED';
  done: number;
  total: number;
  startedAt: string | null;
  finishedAt: string | null;
  fault: string | null;
};

const common = (tag: string, summary: string) => ({ tags: [tag], summary, security: [{ secretKey: [] }] });

export const addWarehouseRoutes: Routes = (app, context) => {
  const { store } = context;
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.addHook('onSend', tagAnswer);

  app.get(
    '/api/v1/warehouse/report',
    {
      schema: {
        ...common('warehouse', 'Whether what was loaded arrived whole in the star schema'),
        response: { 200: Report },
      },
    },
    async ({ workspace }) => validateWarehouse(store, workspace),
  );

  app.get(
    '/api/v1/intent/correlations',
    {
      schema: {
        ...common('intent', 'How levels of intent go with lifetime value, retention and liking of categories'),
        querystring: Type.Object({ modelId: Type.Optional(Type.String()) }, { additionalProperties: false }),
        response: { 200: Correlations },
      },
    },
    async ({ workspace, query }) => readCorrelations(store, await usableModel(store, workspace, query.modelId)),
  );

  addBackfill(app, context);
};

const SETTING = 'backfill';
const none: BackfillState = { status: 'NONE', done: 0, total: 0, startedAt: null, finishedAt: null, fault: null };

function addBackfill(app: App, { store, now }: ServerContext): void {
  const underWay = new Map<string, BackfillState>();
  const stateOf = async (workspace: string) => {
    const running = underWay.get(workspace);
    if (running) return running;
    const last = (await readSetting<BackfillState>(store, workspace, SETTING)) ?? none;
    if (last.status !== 'RUNNING') return last;
    return {
      ...last,
      status: 'FAILED' as const,
      fault: 'The process stopped on the way. Begin again: what is done stays.',
    };
  };

  app.get(
    '/api/v1/features/backfill',
    {
      schema: {
        ...common('features', 'How far the working out of past signals got'),
        response: { 200: Backfill },
      },
    },
    async ({ workspace }) => stateOf(workspace),
  );

  app.post(
    '/api/v1/features/backfill',
    {
      schema: {
        ...common('features', 'Work out the signals of today at moments of the past, where they are not there yet'),
        body: Type.Object(
          {
            days: Type.Integer({ minimum: 1, maximum: 1100, default: 365, description: 'From the last event back.' }),
            everyDays: Type.Integer({ minimum: 1, maximum: 90, default: 7 }),
          },
          { additionalProperties: false },
        ),
        response: { 202: Backfill },
      },
    },
    async ({ workspace, body, log }, reply) => {
      if (underWay.has(workspace)) {
        throw new InklingError('conflict', 'The past is being worked out already.', {
          hint: 'GET /api/v1/features/backfill tells how far it is.',
        });
      }
      const state: BackfillState = { ...none, status: 'RUNNING', startedAt: now().toISOString() };
      underWay.set(workspace, state);
      const keep = () => writeSetting(store, { workspace, name: SETTING, value: state, now: now() });
      await keep();
      backfillFeatures(store, {
        ...{ workspace, ...body, now: now() },
        onProgress: (done, total) => Object.assign(state, { done, total }),
      })
        .then(({ moments }) => Object.assign(state, { status: 'DONE', done: moments.length, total: moments.length }))
        .catch((error) => {
          log.error({ err: error }, 'Working out the past failed');
          Object.assign(state, { status: 'FAILED', fault: error instanceof Error ? error.message : String(error) });
        })
        .then(() => Object.assign(state, { finishedAt: now().toISOString() }))
        .then(keep)
        .finally(() => underWay.delete(workspace));
      return reply.code(202).send(state);
    },
  );
}
