// The quarantine over the API: which messages were refused and why, and sending them again, mended.

import { Type } from 'typebox';
import { listRejected, type PatchOperation, replayRejected } from '../../collect/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Moment, Nullable } from '../shapes.ts';

const Rejected = Type.Object({
  id: Type.String(),
  at: Moment,
  source: Type.String(),
  code: Type.String(),
  reason: Type.String(),
  field: Nullable(Type.String()),
  value: Type.Unknown(),
  body: Type.Unknown({ description: 'The message without what is personal in it.' }),
});

const Page = Type.Object({
  rejected: Type.Array(Rejected),
  nextCursor: Nullable(Type.String()),
  total: Type.Integer(),
});

const Operation = Type.Object({
  op: Type.Enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
  path: Type.String({ description: 'JSON Pointer, such as /properties/price; "" is the whole message.' }),
  from: Type.Optional(Type.String()),
  value: Type.Optional(Type.Unknown()),
});

const Replay = Type.Object(
  {
    ids: Type.Array(Type.String(), { minItems: 1, maxItems: 1000, uniqueItems: true }),
    patch: Type.Optional(
      Type.Array(Operation, { maxItems: 100, description: 'JSON Patch (RFC 6902), applied to each message.' }),
    ),
  },
  { additionalProperties: false },
);

const Replayed = Type.Object({
  replayed: Type.Integer(),
  failed: Type.Array(
    Type.Object({
      id: Type.String(),
      code: Type.String(),
      field: Nullable(Type.String()),
      detail: Type.String(),
      hint: Type.String(),
    }),
    { description: 'Those that stay, and what is still wrong with each.' },
  ),
});

export const addRejectedRoutes: Routes = (app, context) => {
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['collect'], security: [{ secretKey: [] }] };

  app.get(
    '/api/v1/rejected',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Messages that were refused, newest first',
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
          cursor: Type.Optional(Type.String()),
        }),
        response: { 200: Page },
      },
    },
    async ({ workspace, query }) => listRejected(context.store, { workspace, ...query }),
  );

  app.post(
    '/api/v1/rejected/replay',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Send refused messages again, mended',
        description: 'Answered after those that pass are on disk. Each is stored once, however often it is replayed.',
        body: Replay,
        response: { 200: Replayed },
      },
    },
    async ({ workspace, body: { ids, patch } }) => {
      const request = { workspace, ids, patch: patch as PatchOperation[] | undefined };
      const { replayed, failed } = await replayRejected(context.store, context.intake, request);
      return {
        replayed,
        failed: failed.map(({ id, error: { code, field, message, hint } }) => ({
          id,
          code,
          field: field ?? null,
          detail: message,
          hint: hint ?? '',
        })),
      };
    },
  );
};
