// Where people are lost on the way to a conversion, and what to test there.

import { Type } from 'typebox';
import { breakdowns, readFunnel, usualSteps } from '../../measure/index.ts';
import { findDataSpan } from '../../predict/index.ts';
import { addDays } from '../../time.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Interval, Moment, Nullable } from '../shapes.ts';

const Step = Type.Object(
  {
    event: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Canonical name of an event, such as add_to_cart.',
    }),
    category: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  { additionalProperties: false },
);

const Request = Type.Object(
  {
    steps: Type.Optional(
      Type.Array(Step, { description: 'In their order; absent = product view, cart, checkout, purchase.' }),
    ),
    from: Type.Optional(Moment),
    to: Type.Optional(Moment),
    windowDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 90, description: 'First to last step; 7.' })),
  },
  { additionalProperties: false },
);

const Count = Type.Integer({ minimum: 0 });

const Funnel = Type.Object({
  from: Moment,
  to: Moment,
  windowDays: Type.Number(),
  steps: Type.Array(
    Type.Object({
      event: Type.String(),
      category: Nullable(Type.String()),
      people: Count,
      rate: Nullable(Type.Number({ description: 'Of those at the step before.' })),
      interval: Nullable(Interval),
      lost: Count,
    }),
  ),
  rate: Nullable(Type.Number({ description: 'From the first step to the last.' })),
  bottleneck: Nullable(Type.String()),
  breakdowns: Type.Array(
    Type.Object({
      name: Type.Enum([...breakdowns]),
      values: Type.Array(
        Type.Object({ value: Type.String(), people: Type.Array(Count, { description: 'At each step.' }) }),
      ),
    }),
  ),
  proposals: Type.Array(
    Type.Object({
      step: Type.String(),
      breakdown: Type.String(),
      value: Type.String(),
      rate: Type.Number(),
      othersRate: Type.Number(),
      pValue: Type.Number(),
      couldBring: Count,
      peoplePerArm: Count,
      sentence: Type.String(),
    }),
  ),
  statement: Type.String(),
});

const DAYS = 30;

export const addFunnelRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.post(
    '/api/v1/measure/funnel',
    {
      schema: {
        tags: ['measure'],
        summary: 'People at each step of a sequence, where most are lost, and what to test there',
        security: [{ secretKey: [] }],
        body: Request,
        response: { 200: Funnel },
      },
    },
    async ({ workspace, body }) => {
      const end = body.to ? new Date(body.to) : await lastMoment(context, workspace);
      return readFunnel(context.store, {
        workspace,
        steps: body.steps ?? usualSteps,
        from: body.from ? new Date(body.from) : addDays(end, -DAYS),
        to: end,
        windowDays: body.windowDays ?? 7,
      });
    },
  );
};

/** The end of the data where they ended before now. */
async function lastMoment({ store, now }: Parameters<Routes>[1], workspace: string): Promise<Date> {
  const span = await findDataSpan(store, workspace);
  return span && span.to < now() ? new Date(span.to.getTime() + 1) : now();
}
