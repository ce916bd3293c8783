// Uses of a segment: whom to act upon, whom to leave alone, and what acting brought.

import { Type } from 'typebox';
import {
  arms,
  endActivation,
  getActivation,
  listActivations,
  listMembers,
  startActivation,
} from '../../decide/index.ts';
import { readLift } from '../../measure/index.ts';
import { requireKey } from '../access.ts';
import type { App, Routes, ServerContext } from '../context.ts';
import { momentOfScoring } from '../pipeline.ts';
import { Interval, Moment, Nullable } from '../shapes.ts';

const Count = Type.Integer({ minimum: 0 });
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Arm = Type.Enum([...arms]);
const Id = Type.Object({ id: Type.String() });

const Group = Type.Object({
  country: Type.String(),
  gender: Type.String(),
  age: Type.String({ description: 'Lower end of a band of ten years; empty = not told.' }),
  people: Count,
  conversions: Count,
  rate: Type.Number(),
  interval: Interval,
  expected: Type.Number({ description: 'By the regression on the three traits.' }),
});

export const Demographics = Type.Object({
  asOf: Moment,
  days: Type.Number(),
  people: Count,
  conversions: Count,
  groups: Type.Array(Group, { description: 'The likeliest first.' }),
});

const Activation = Type.Object({
  id: Type.String(),
  name: Type.String(),
  segmentId: Type.String(),
  modelId: Type.String(),
  shares: Type.Object({ intent: Share, demographic: Share, control: Share }),
  channel: Type.String(),
  conversionEvent: Type.String(),
  productCategory: Nullable(Type.String()),
  windowDays: Type.Number(),
  demographics: Nullable(Demographics),
  startedAt: Moment,
  endedAt: Nullable(Moment),
  createdBy: Type.String(),
});

const Request = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    segmentId: Type.String({ description: 'A ready or a saved segment.' }),
    controlShare: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.95,
        description: 'Of the people, drawn at random, who are left alone; 0.1.',
      }),
    ),
    demographicShare: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.95,
        description:
          'Of the people, who are targeted by demographic traits alone, with an audience of the same size; 0.',
      }),
    ),
    channel: Type.Optional(Type.String({ maxLength: 100 })),
    windowDays: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 180, description: 'Absent = the timeframe of the model.' }),
    ),
  },
  { additionalProperties: false },
);

const ComparedGroup = Type.Object({
  name: Type.String(),
  people: Count,
  conversions: Count,
  rate: Nullable(Type.Number()),
  interval: Interval,
});
const Estimate = Nullable(Type.Object({ value: Type.Number(), interval: Interval }));

const Lift = Type.Object({
  activation: Activation,
  known: Count,
  awaited: Count,
  knownAt: Nullable(Moment),
  comparisons: Type.Array(
    Type.Object({
      name: Type.Enum(['intent_vs_demographic', 'intent_vs_control', 'demographic_vs_control']),
      group: ComparedGroup,
      against: ComparedGroup,
      difference: Estimate,
      lift: Estimate,
      pValue: Nullable(Type.Number()),
      verdict: Type.Enum(['LIFT', 'NO_LIFT', 'LOSS', 'TOO_LITTLE']),
      detectableLift: Nullable(Type.Number({ description: 'With 80 % power at 5 %.' })),
      peopleForAQuarter: Nullable(Count),
      sentence: Type.String(),
    }),
  ),
  sampleRatio: Type.Object({
    arms: Type.Array(Type.Object({ arm: Arm, people: Count, expected: Type.Number() })),
    pValue: Nullable(Type.Number()),
    isAsPlanned: Type.Boolean(),
    sentence: Type.String(),
  }),
  statement: Type.String(),
  method: Type.String(),
});

const Members = Type.Object({
  people: Type.Array(
    Type.Object({
      profileId: Type.String(),
      userId: Nullable(Type.String()),
      anonymousId: Nullable(Type.String()),
      arm: Arm,
      since: Moment,
    }),
  ),
  nextCursor: Nullable(Type.String()),
});

const common = (summary: string) => ({ tags: ['measure'], summary, security: [{ secretKey: [] }] });

export const addActivationRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  addList(app, context);
  addOne(app, context);
};

function addList(app: App, { store, now }: ServerContext): void {
  app.get(
    '/api/v1/measure/activations',
    {
      schema: {
        ...common('Uses of segments, newest first'),
        response: { 200: Type.Object({ activations: Type.Array(Activation) }) },
      },
    },
    async ({ workspace }) => ({ activations: await listActivations(store, workspace) }),
  );

  app.post(
    '/api/v1/measure/activations',
    {
      schema: {
        ...common('Use a segment: draw its people into those who are acted upon and those who are left alone'),
        body: Request,
        response: { 201: Activation },
      },
    },
    async ({ workspace, keyId, body }, reply) => {
      const at = await momentOfScoring(store, workspace, now());
      const activation = await startActivation(store, { ...body, workspace, at, now: now(), by: keyId });
      return reply.code(201).header('location', `/api/v1/measure/activations/${activation.id}`).send(activation);
    },
  );
}

function addOne(app: App, { store, now }: ServerContext): void {
  app.get(
    '/api/v1/measure/activations/:id',
    {
      schema: {
        ...common('What acting upon people brought: against those held back and against demographic targeting'),
        params: Id,
        response: { 200: Lift },
      },
    },
    async ({ workspace, params }) =>
      readLift(store, { workspace, activation: await getActivation(store, workspace, params.id), now: now() }),
  );

  app.get(
    '/api/v1/measure/activations/:id/people',
    {
      schema: {
        ...common('Whom to act upon; or, with an arm, everybody in it'),
        params: Id,
        querystring: Type.Object(
          {
            arm: Type.Optional(Arm),
            cursor: Type.Optional(Type.String()),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Members },
      },
    },
    async ({ workspace, params, query }) =>
      listMembers(store, workspace, params.id, { ...query, limit: query.limit ?? 100 }),
  );

  app.post(
    '/api/v1/measure/activations/:id/end',
    {
      schema: {
        ...common('Act upon nobody any more; what was done is still measured'),
        params: Id,
        response: { 200: Activation },
      },
    },
    async ({ workspace, params }) => endActivation(store, workspace, params.id, now()),
  );
}
