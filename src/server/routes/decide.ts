// Which ad is shown to whom, and what the ads may show.

import { Type } from 'typebox';
import { listCreatives, openAds, removeCreative, saveCreative } from '../../decide/index.ts';
import { InklingError } from '../../errors.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Level, Moment, Nullable } from '../shapes.ts';

const Kind = Type.Enum(['product', 'category', 'brand']);
const Content = Type.Record(Type.String(), Type.Unknown());
const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200, pattern: '^[\\w.:-]+$' }) });
const Person = Type.Optional(Type.String({ minLength: 1 }));

const Creative = Type.Object({
  id: Type.String(),
  kind: Kind,
  category: Nullable(Type.String()),
  productId: Nullable(Type.String()),
  content: Content,
  createdAt: Moment,
});

const CreativeBody = Type.Object(
  {
    kind: Kind,
    category: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Absent = any.' })),
    productId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Absent = any of the category.' }),
    ),
    content: Content,
  },
  { additionalProperties: false },
);

const AdRequest = Type.Object(
  { userId: Person, anonymousId: Person, profileId: Person, modelId: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

const AdDecision = Type.Object({
  kind: Kind,
  wantedKind: Type.Enum(['product', 'category', 'brand'], {
    description: 'What the intent asks for; kind is wider where no creative of it fits.',
  }),
  category: Nullable(Type.String()),
  productId: Nullable(Type.String()),
  creative: Nullable(Type.Object({ id: Type.String(), content: Content })),
  reason: Type.String(),
  intentLevel: Nullable(Level),
  score: Nullable(Type.Integer()),
  confidence: Nullable(Type.Number()),
  profileId: Nullable(Type.String()),
  modelId: Nullable(Type.String()),
  latencyMs: Type.Number(),
});

export const addDecideRoutes: Routes = (app, context) => {
  const { store, live, now } = context;
  const ads = openAds(store, live);
  const common = (summary: string) => ({ tags: ['decide'], summary, security: [{ secretKey: [] }] });
  app.addHook('preHandler', requireKey(context, 'secret'));

  app.post(
    '/api/v1/decide/ad',
    {
      schema: {
        ...common('The ad for one person at this second: product, category or brand, and why'),
        body: AdRequest,
        response: { 200: AdDecision },
      },
    },
    async ({ workspace, body }) => {
      const person = body.userId ?? body.anonymousId ?? body.profileId;
      if (person === undefined) {
        throw new InklingError('invalid_input', 'The body names nobody.', {
          field: 'userId',
          hint: 'Give a userId, an anonymousId or a profileId.',
        });
      }
      return ads.decide({ workspace, person, modelId: body.modelId, now: now() });
    },
  );

  app.get(
    '/api/v1/decide/creatives',
    {
      schema: {
        ...common('What ads may show'),
        response: { 200: Type.Object({ creatives: Type.Array(Creative) }) },
      },
    },
    async ({ workspace }) => ({ creatives: await listCreatives(store, workspace) }),
  );

  app.put(
    '/api/v1/decide/creatives/:id',
    {
      schema: {
        ...common('Add a creative, or replace it'),
        params: Id,
        body: CreativeBody,
        response: { 200: Creative },
      },
    },
    async ({ workspace, params, body }) =>
      saveCreative(store, {
        workspace,
        id: params.id,
        kind: body.kind,
        category: body.category ?? null,
        productId: body.productId ?? null,
        content: body.content,
        now: now(),
      }),
  );

  app.delete(
    '/api/v1/decide/creatives/:id',
    { schema: { ...common('Remove a creative'), params: Id, response: { 204: Type.Null() } } },
    async ({ workspace, params }, reply) => {
      await removeCreative(store, workspace, params.id);
      return reply.code(204).send(null);
    },
  );
};
