// Addresses that hear of who enters and leaves segments [SEG-6].

import { Type } from 'typebox';
import {
  addSegmentHook,
  type HookAnswer,
  listSegmentHooks,
  removeSegmentHook,
  type SegmentHook,
  signingSecret,
  testSegmentHook,
} from '../../activate/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Moment, Nullable } from '../shapes.ts';
import { Count } from './segmentShapes.ts';

const base = '/api/v1/segments/hooks';
const Answer = Type.Object({
  at: Moment,
  changes: Count,
  is_test: Type.Boolean(),
  fault: Nullable(Type.String({ description: 'null = it was taken.' })),
});
const Hook = Type.Object({
  id: Type.String(),
  url: Type.String(),
  segment_ids: Nullable(Type.Array(Type.String(), { description: 'null = all.' })),
  sent: Count,
  withheld: Type.Integer({ minimum: 0, description: 'Changes of people who say no to personalisation.' }),
  failures: Type.Integer({ minimum: 0, description: 'Calls that failed since the last that did not.' }),
  fault: Nullable(Type.String()),
  retry_at: Nullable(Moment),
  created_at: Moment,
  answers: Type.Array(Answer, { description: 'To the latest calls, the newest first.' }),
});
const common = (summary: string, description?: string) => ({
  ...{ tags: ['segments'], summary, security: [{ secretKey: [] }] },
  ...(description && { description }),
});

function hookOf({ segmentIds, retryAt, createdAt, answers, ...hook }: SegmentHook) {
  return {
    ...hook,
    segment_ids: segmentIds,
    retry_at: retryAt,
    created_at: createdAt,
    answers: answers.map(answerOf),
  };
}

function answerOf({ isTest, ...answer }: HookAnswer) {
  return { ...answer, is_test: isTest };
}

export const addSegmentHookRoutes: Routes = (app, context) => {
  const { store, now } = context;
  app.addHook('preHandler', requireKey(context, 'secret'));

  app.get(
    base,
    {
      schema: {
        ...common('Addresses that hear of changes, and how far each has heard'),
        response: { 200: Type.Object({ hooks: Type.Array(Hook) }) },
      },
    },
    async ({ workspace }) => ({ hooks: (await listSegmentHooks(store, workspace)).map(hookOf) }),
  );

  app.post(
    base,
    {
      schema: {
        ...common(
          'Tell an address who enters and leaves segments, from now on',
          'Each call is a POST of up to 200 changes in their order, with X-Inkling-Signature: t=SECONDS,v1=HMAC-SHA256 of ' +
            '"SECONDS.BODY" under the secret, in hex. A call that is not answered with 2xx is made again, at growing ' +
            'intervals up to an hour, and nothing behind it is passed over. The id of a change stays the same.',
        ),
        body: Type.Object(
          {
            url: Type.String({ minLength: 1, maxLength: 2000, description: 'A public address.' }),
            segment_ids: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 200 })),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Intersect([Hook, Type.Object({ secret: Type.String() })]) },
      },
    },
    async ({ workspace, keyId, body }, reply) => {
      const wanted = { workspace, url: body.url, segmentIds: body.segment_ids, now: now(), by: keyId };
      const hook = await addSegmentHook(store, wanted);
      const secret = await signingSecret(store, workspace, now());
      return reply
        .code(201)
        .header('location', `${base}/${hook.id}`)
        .send({ ...hookOf(hook), secret });
    },
  );

  app.post(
    `${base}/:id/test`,
    {
      schema: {
        ...common('Send it a signed call without a change, and hear what it answers', 'Its place in the log stays.'),
        params: Type.Object({ id: Type.String() }),
        response: { 200: Answer },
      },
    },
    async ({ workspace, params: { id } }) => answerOf(await testSegmentHook(store, { workspace, id, now: now() })),
  );

  app.delete(
    `${base}/:id`,
    {
      schema: {
        ...common('Tell it no more'),
        params: Type.Object({ id: Type.String() }),
        response: { 204: Type.Null() },
      },
    },
    async ({ workspace, params }, reply) => {
      await removeSegmentHook(store, workspace, params.id);
      return reply.code(204).send(null);
    },
  );
};
