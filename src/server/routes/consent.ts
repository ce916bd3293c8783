// Consent over the API: the settings, a person's choices, and the log of all of them.

import { Readable } from 'node:stream';
import { Type } from 'typebox';
import {
  CATEGORIES_AT_MOST,
  changePrivacy,
  consentOrigins,
  propertyActions,
  readConsentLog,
  readPrivacy,
  withoutConsentPolicies,
} from '../../govern/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { identifiersOf, identifiersOfProfile, readPersonConsent, readWithheld } from '../reading/consent.ts';
import { requireProfile } from '../reading/person.ts';
import { revisionIn } from '../revision.ts';
import { Moment, Nullable } from '../shapes.ts';

const name = Type.String({ minLength: 1, maxLength: 100 });
const names = Type.Array(name, { maxItems: CATEGORIES_AT_MOST });

const settings = {
  categories: Type.Array(
    Type.Object(
      {
        name,
        aliases: Type.Array(name, { maxItems: 20, description: 'Other names, such as ids of a consent platform.' }),
        byDefault: Type.Enum(['allowed', 'denied'], { description: 'Until a person has chosen.' }),
        withoutConsent: Type.Enum([...withoutConsentPolicies], {
          description:
            'Of an event whose category is denied: all is kept; an event by the hour with nothing of a person; a count by ' +
            'hour and event; or a number only.',
        }),
      },
      { additionalProperties: false },
    ),
    {
      minItems: 1,
      maxItems: CATEGORIES_AT_MOST,
      description: 'Events are of the first, unless `events` says another.',
    },
  ),
  events: Type.Array(Type.Object({ event: name, category: name }, { additionalProperties: false }), {
    maxItems: 500,
    description: 'By name, * at the end for any ending; the first that fits.',
  }),
  globalPrivacyControl: { ...names, description: 'Categories that Sec-GPC: 1 denies.' },
  doNotTrack: { ...names, description: 'Categories that DNT: 1 denies.' },
  properties: Type.Array(
    Type.Object(
      { path: Type.String({ minLength: 1, maxLength: 500 }), action: Type.Enum([...propertyActions]) },
      { additionalProperties: false },
    ),
    { description: 'Paths such as properties.customer.card; * is any key, ** any depth.' },
  ),
};

const Settings = Type.Object({ revision: Type.Integer(), ...settings });

const choices = Type.Record(Type.String(), Type.Boolean(), { description: 'By category.' });

const Logged = Type.Object({
  id: Type.String(),
  subjects: Type.Array(Type.String({ description: 'HMAC-SHA-256 of an identifier under a key of the workspace.' })),
  choices,
  decidedAt: Moment,
  recordedAt: Moment,
  origin: Type.Enum([...consentOrigins]),
  recordedBy: Type.String(),
  notice: Type.String(),
});

const PersonConsent = Type.Object({
  categories: Type.Array(
    Type.Object({
      category: Type.String(),
      allowed: Type.Boolean(),
      because: Type.Enum(['choice', 'message', 'default']),
    }),
  ),
  history: Type.Array(Logged),
});

const Withheld = Type.Object({
  days: Type.Integer(),
  withheld: Type.Array(
    Type.Object({
      category: Type.String(),
      reason: Type.Enum(['choice', 'default', 'gpc', 'dnt']),
      kept: Type.Enum(['anonymous', 'count', 'nothing']),
      events: Type.Integer(),
    }),
  ),
});

const Choice = Type.Object(
  {
    userId: Type.Optional(Type.String({ maxLength: 256 })),
    anonymousId: Type.Optional(Type.String({ maxLength: 256 })),
    email: Type.Optional(Type.String({ maxLength: 320 })),
    phone: Type.Optional(Type.String({ maxLength: 64 })),
    choices: Type.Record(Type.String(), Type.Boolean(), { minProperties: 1, description: 'By category.' }),
    notice: Type.Optional(Type.String({ maxLength: 200, description: 'Version of the notice the person saw.' })),
  },
  { additionalProperties: false },
);

export const addConsentRoutes: Routes = (app, context) => {
  const { store, admissions, now } = context;
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['govern'], security: [{ secretKey: [] }] };

  app.get(
    '/api/v1/govern/privacy',
    {
      preHandler,
      schema: { ...common, summary: 'Consent and personal data: what holds', response: { 200: Settings } },
    },
    async ({ workspace }, reply) => {
      const privacy = await readPrivacy(store.state, workspace);
      reply.header('etag', `"${privacy.revision}"`);
      return privacy;
    },
  );

  app.patch(
    '/api/v1/govern/privacy',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Change what holds for consent and personal data',
        description: 'With If-Match: the revision that was read. When it is another one now, the answer is 409.',
        body: Type.Partial(Type.Object(settings), { additionalProperties: false }),
        response: { 200: Settings },
      },
    },
    async ({ workspace, body, headers }, reply) => {
      const change = { workspace, change: body, revision: revisionIn(headers['if-match']), now: now() };
      const privacy = await changePrivacy(store, change);
      await admissions.book.renew(workspace);
      reply.header('etag', `"${privacy.revision}"`);
      return privacy;
    },
  );

  app.post(
    '/api/v1/govern/consent',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Record what a person chose, or their opt-out',
        description: 'Holds from the answer on, under every identifier that is known to be the same person.',
        body: Choice,
        response: { 200: PersonConsent },
      },
    },
    async ({ workspace, keyId, body }) =>
      record(
        { workspace, keyId },
        await identifiersOf(store, await admissions.book.of(workspace), { workspace, ...body }),
        body,
      ),
  );

  app.get(
    '/api/v1/people/:id/consent',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'What a person allows, and how it came to that',
        params: Type.Object({ id: Type.String() }),
        response: { 200: PersonConsent },
      },
    },
    async ({ workspace, params }) => {
      const profile = await requireProfile(store, workspace, params.id);
      const identifiers = await identifiersOfProfile(store, workspace, profile);
      return readPersonConsent(store, workspace, await admissions.book.of(workspace), identifiers);
    },
  );

  app.post(
    '/api/v1/people/:id/consent',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Record what a known person chose',
        params: Type.Object({ id: Type.String() }),
        body: Type.Pick(Choice, ['choices', 'notice'], { additionalProperties: false }),
        response: { 200: PersonConsent },
      },
    },
    async ({ workspace, keyId, params, body }) => {
      const profile = await requireProfile(store, workspace, params.id);
      return record({ workspace, keyId }, await identifiersOfProfile(store, workspace, profile), body);
    },
  );

  app.get(
    '/api/v1/govern/withheld',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'What was acknowledged and not stored, for want of consent',
        querystring: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 90, default: 14 }) }),
        response: { 200: Withheld },
      },
    },
    async ({ workspace, query: { days } }) => ({
      days,
      withheld: await readWithheld(store, { workspace, days, now: now() }),
    }),
  );

  app.get(
    '/api/v1/govern/consent/log',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Every choice that was recorded, newest first',
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
          cursor: Type.Optional(Type.String()),
        }),
        response: { 200: Type.Object({ log: Type.Array(Logged), nextCursor: Nullable(Type.String()) }) },
      },
    },
    async ({ workspace, query: { limit, cursor } }) => {
      const log = await readConsentLog(store, { workspace, after: cursor, limit: limit + 1, order: 'newest' });
      const page = log.slice(0, limit);
      return { log: page, nextCursor: log.length > limit ? page.at(-1)!.id : null };
    },
  );

  app.get(
    '/api/v1/govern/consent/export',
    {
      preHandler,
      schema: { ...common, summary: 'The whole log of consent, oldest first, as NDJSON' },
    },
    ({ workspace }, reply) => {
      reply.header('content-type', 'application/x-ndjson');
      reply.header('content-disposition', 'attachment; filename="consent-log.ndjson"');
      return reply.send(Readable.from(exported(workspace)));
    },
  );

  async function record(
    { workspace, keyId }: { workspace: string; keyId: string },
    identifiers: string[],
    { choices, notice = '' }: { choices: Record<string, boolean>; notice?: string },
  ) {
    const consent = await admissions.book.of(workspace);
    const known = consent.categoriesOf(choices);
    const choice = { identifiers, choices: known, decidedAt: now(), express: true, origin: 'api' as const };
    await consent.record({ ...choice, recordedBy: keyId, notice });
    return readPersonConsent(store, workspace, consent, identifiers);
  }

  async function* exported(workspace: string): AsyncIterable<string> {
    let after: string | undefined;
    for (;;) {
      const page = await readConsentLog(store, { workspace, after, limit: EXPORT_PAGE, order: 'oldest' });
      yield page.map((row) => `${JSON.stringify(row)}\n`).join('');
      if (page.length < EXPORT_PAGE) return;
      after = page.at(-1)!.id;
    }
  }
};

const EXPORT_PAGE = 5000;
