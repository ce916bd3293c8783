// Scores and segments sent elsewhere: to a CRM, an e-mail platform, an audience; and how far that got.

import { Type } from 'typebox';
import {
  changeIntegrations,
  getSync,
  integrationsOf,
  listSyncs,
  type Receiver,
  receivers,
  renewSigningSecret,
  type SyncRequest,
  startSync,
} from '../../activate/index.ts';
import { findSegment, usableModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { App, Routes, ServerContext } from '../context.ts';
import { tagAnswer } from '../etags.ts';
import { pageOf } from '../reading/listPage.ts';
import { Moment, Nullable } from '../shapes.ts';
import { ListQuery, scoreFilters } from './intentShapes.ts';

const Id = Type.Object({ id: Type.String() });
const Count = Type.Integer({ minimum: 0 });

const Sync = Type.Object({
  id: Type.String(),
  receiver: Type.Enum([...receivers]),
  segmentId: Nullable(Type.String()),
  modelId: Type.String(),
  url: Type.String(),
  status: Type.Enum(['RUNNING', 'DONE', 'FAILED']),
  asOf: Nullable(Moment),
  people: Count,
  sent: Count,
  withheld: Type.Integer({
    minimum: 0,
    description: 'People who say no to advertising, or are left alone in a use of the segment.',
  }),
  failed: Count,
  fault: Nullable(Type.String()),
  startedAt: Moment,
  finishedAt: Nullable(Moment),
});

const Address = Nullable(
  Type.Object(
    { url: Type.String({ minLength: 1, maxLength: 2000, description: 'A public address.' }) },
    { additionalProperties: false },
  ),
);
const addresses = { crm: Address, email: Address, audience: Address };
const Integrations = Type.Object(addresses);
const Secret = Type.String({ description: 'Calls are signed with it; no other answer shows it again.' });

const signed =
  'Each call is a POST with X-Inkling-Signature: t=SECONDS,v1=HMAC-SHA256 of "SECONDS.BODY" under the secret, in hex, and ' +
  'with X-Inkling-Sync and X-Inkling-Batch, which stay the same when a call is made again.';

const common = (summary: string, description?: string) => ({
  ...{ tags: ['intent'], summary, security: [{ secretKey: [] }] },
  ...(description && { description }),
});

export const addIntentSyncRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.addHook('onSend', tagAnswer);
  addStarts(app, context);
  addRecords(app, context);
  addSettings(app, context);
};

function addStarts(app: App, { store, admissions, now }: ServerContext): void {
  const begin = async (request: Omit<SyncRequest, 'consent' | 'now'>, log: App['log']) => {
    const consent = await admissions.book.of(request.workspace);
    const { sync, finished } = await startSync(store, { ...request, consent, now });
    finished.catch((error) => log.error({ err: error }, `Sync ${sync.id} failed`));
    return sync;
  };
  const address = (id: string) => `/api/v1/intent/syncs/${id}`;
  const segmentSync = async (workspace: string, receiver: Receiver, id: string, log: App['log']) => {
    const { name, model, filter } = await findSegment(store, workspace, id);
    return begin({ workspace, receiver, model, filter, segment: { id, name } }, log);
  };

  app.post(
    '/api/v1/intent/segments/:id/sync',
    {
      schema: {
        ...common('Send the people of a segment to the audience address now', signed),
        params: Id,
        response: { 202: Sync },
      },
    },
    async ({ workspace, params, log }, reply) => {
      const sync = await segmentSync(workspace, 'audience', params.id, log as App['log']);
      return reply.code(202).header('location', address(sync.id)).send(sync);
    },
  );

  app.post(
    '/api/v1/intent/integrations/crm',
    {
      schema: {
        ...common('Send scores, with their trend over a week and their reasons, to the CRM address', signed),
        body: Type.Object(scoreFilters, { additionalProperties: false }),
        response: { 202: Sync },
      },
    },
    async ({ workspace, body, log }, reply) => {
      const { modelId, ...filter } = body;
      const model = await usableModel(store, workspace, modelId);
      const sync = await begin({ workspace, receiver: 'crm', model, filter }, log as App['log']);
      return reply.code(202).header('location', address(sync.id)).send(sync);
    },
  );

  app.post(
    '/api/v1/intent/integrations/email',
    {
      schema: {
        ...common('Send the people of a segment to the address of the e-mail platform', signed),
        body: Type.Object({ segmentId: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
        response: { 202: Sync },
      },
    },
    async ({ workspace, body, log }, reply) => {
      const sync = await segmentSync(workspace, 'email', body.segmentId, log as App['log']);
      return reply.code(202).header('location', address(sync.id)).send(sync);
    },
  );
}

function addRecords(app: App, { store }: ServerContext): void {
  app.get(
    '/api/v1/intent/syncs',
    {
      schema: {
        ...common('What was sent where, newest first'),
        querystring: ListQuery,
        response: {
          200: Type.Object({ syncs: Type.Array(Sync), nextCursor: Nullable(Type.String()), total: Count }),
        },
      },
    },
    async ({ workspace, query }) => {
      const { page, ...rest } = pageOf(await listSyncs(store, workspace), query);
      return { syncs: page, ...rest };
    },
  );

  app.get(
    '/api/v1/intent/syncs/:id',
    { schema: { ...common('How far one got'), params: Id, response: { 200: Sync } } },
    async ({ workspace, params }) => getSync(store, workspace, params.id),
  );
}

function addSettings(app: App, { store, now }: ServerContext): void {
  app.get(
    '/api/v1/intent/integrations',
    { schema: { ...common('Where scores and segments are sent'), response: { 200: Integrations } } },
    async ({ workspace }) => integrationsOf(store, workspace),
  );

  app.patch(
    '/api/v1/intent/integrations',
    {
      schema: {
        ...common(
          'Set or take away an address; with the first one a secret is made',
          `${signed} The answer holds the secret where an address was set.`,
        ),
        body: Type.Partial(Type.Object(addresses), { additionalProperties: false, minProperties: 1 }),
        response: { 200: Type.Object({ ...addresses, secret: Nullable(Secret) }) },
      },
    },
    async ({ workspace, body }) => changeIntegrations(store, { workspace, change: body, now: now() }),
  );

  app.post(
    '/api/v1/intent/integrations/secret',
    {
      schema: {
        ...common(
          'Make another secret',
          'Calls with scores and with changes of segments are signed with it from now on: for a secret that was lost or got about.',
        ),
        response: { 200: Type.Object({ secret: Secret }) },
      },
    },
    async ({ workspace }) => ({ secret: await renewSigningSecret(store, workspace, now()) }),
  );
}
