// Which ad is shown to whom, and what the ads may show.

import { LRUCache } from 'lru-cache';
import { type Static, Type } from 'typebox';
import { listCreatives, openAds, removeCreative, saveCreative } from '../../decide/index.ts';
import { InklingError } from '../../errors.ts';
import { findProfile } from '../../identify/index.ts';
import { SECOND_MS } from '../../time.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { deniedAmong, identifiersOf, identifiersOfProfile } from '../reading/consent.ts';
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

/** What an ad chosen by intent needs: to be shown ads, and that they follow from what one did. */
const ASKED = ['advertising', 'personalisation'];
const PEOPLE_REMEMBERED = 20_000;
/** An identifier that was linked meanwhile counts after so long; a choice under a known one counts at once. */
const IDENTIFIERS_KEPT_MS = 10 * SECOND_MS;

export const addDecideRoutes: Routes = (app, context) => {
  const { store, live, admissions, now } = context;
  const ads = openAds(store, live);
  const remembered = new LRUCache<string, readonly string[]>({ max: PEOPLE_REMEMBERED, ttl: IDENTIFIERS_KEPT_MS });
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
      const denied = await deniedOf(workspace, body);
      return ads.decide({ workspace, person, modelId: body.modelId, denied, now: now() });
    },
  );

  /** Where nobody has chosen anything and all is allowed by default, nobody is looked up. */
  async function deniedOf(workspace: string, who: Static<typeof AdRequest>): Promise<string[]> {
    const consent = await admissions.book.of(workspace);
    if (consent.isSilent()) return [];
    const { userId, anonymousId, profileId } = who;
    const key = JSON.stringify([workspace, userId, anonymousId, profileId]);
    let identifiers = remembered.get(key);
    if (identifiers === undefined) {
      if (userId || anonymousId) identifiers = await identifiersOf(store, consent, { workspace, userId, anonymousId });
      else {
        const profile = await findProfile(store, workspace, profileId as string);
        identifiers = profile === undefined ? [] : await identifiersOfProfile(store, workspace, profile);
      }
      remembered.set(key, identifiers);
    }
    return deniedAmong(consent, identifiers, ASKED);
  }

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
