// Tracking plans over the API: proposing, writing, trying and activating versions, and how well events keep to them.

import { type Static, Type } from 'typebox';
import {
  type Author,
  activatePlan,
  discardDraft,
  dryRun,
  fromSegment,
  listPlans,
  type Plan,
  proposePlan,
  readEventVolumes,
  readPlan,
  readPlanDays,
  readViolations,
  retirePlan,
  type StoredPlan,
  saveDraft,
  toSegment,
} from '../../collect/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { revisionIn } from '../revision.ts';
import { DryRun, Overview, PlanDocument, Proposal, StoredVersion, Version } from './planShapes.ts';

const Days = Type.Integer({ minimum: 1, maximum: 90, default: 14 });
const OneVersion = Type.Object({ version: Type.Integer({ minimum: 1 }) });

export const addPlanRoutes: Routes = (app, context) => {
  const { store, admissions, now } = context;
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['plans'], security: [{ secretKey: [] }] };
  const author = ({ workspace, keyId }: { workspace: string; keyId: string }): Author => ({
    workspace,
    by: keyId,
    now: now(),
  });
  const tagged = (reply: { header(name: string, value: string): unknown }, stored: StoredPlan) => {
    reply.header('etag', `"${stored.revision}"`);
    return stored as Static<typeof StoredVersion>;
  };

  app.get(
    '/api/v1/collect/plans',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'The versions of the tracking plan, and how well events keep to the active one',
        querystring: Type.Object({ days: Days }),
        response: { 200: Overview },
      },
    },
    async ({ workspace, query: { days } }) => {
      const query = { workspace, days, now: now() };
      const [versions, volumes, perDay, violations] = await Promise.all([
        listPlans(store, workspace),
        readEventVolumes(store, query),
        readPlanDays(store, query),
        readViolations(store, query),
      ]);
      return { versions, events: volumes, days: perDay, violations };
    },
  );

  app.get(
    '/api/v1/collect/plans/:version',
    { preHandler, schema: { ...common, summary: 'One version', params: OneVersion, response: { 200: StoredVersion } } },
    async ({ workspace, params }, reply) => tagged(reply, await readPlan(store, workspace, params.version)),
  );

  app.put(
    '/api/v1/collect/plans/draft',
    {
      preHandler,
      bodyLimit: 4 * 1024 * 1024,
      schema: {
        ...common,
        summary: 'Write the draft of the next version',
        description:
          'With If-Match: the revision of the draft that was read, 0 where there was none. When it is another one now, the ' +
          'answer is 409.',
        body: PlanDocument,
        response: { 200: StoredVersion },
      },
    },
    async (request, reply) => {
      const { note, ...plan } = request.body;
      const revision = revisionIn(request.headers['if-match']);
      return tagged(reply, await saveDraft(store, author(request), { plan: plan as Plan, revision, note }));
    },
  );

  app.delete(
    '/api/v1/collect/plans/draft',
    { preHandler, schema: { ...common, summary: 'Throw the draft away', response: { 204: Type.Null() } } },
    async ({ workspace }, reply) => {
      await discardDraft(store, workspace);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/collect/plans/:version/activate',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Put a version in force: the draft, or an older one again',
        params: OneVersion,
        response: { 200: Version },
      },
    },
    async (request, reply) => {
      const revision = revisionIn(request.headers['if-match']);
      const stored = await activatePlan(store, author(request), { version: request.params.version, revision });
      await admissions.plans.renew(request.workspace);
      return tagged(reply, stored);
    },
  );

  app.post(
    '/api/v1/collect/plans/retire',
    { preHandler, schema: { ...common, summary: 'Have no plan in force', response: { 204: Type.Null() } } },
    async ({ workspace }, reply) => {
      await retirePlan(store, workspace);
      await admissions.plans.renew(workspace);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/api/v1/collect/plans/proposal',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'A plan inferred from what has arrived, with what it rests on',
        querystring: Type.Object({ days: Days }),
        response: { 200: Proposal },
      },
    },
    async ({ workspace, query: { days } }) => proposePlan(store, { workspace, days, now: now() }) as never,
  );

  app.post(
    '/api/v1/collect/plans/try',
    {
      preHandler,
      bodyLimit: 4 * 1024 * 1024,
      schema: {
        ...common,
        summary: 'What a plan would have done to the events of the last days',
        querystring: Type.Object({
          days: Days,
          limit: Type.Integer({ minimum: 1, maximum: 5_000_000, default: 200_000, description: 'Events to look at.' }),
        }),
        body: PlanDocument,
        response: { 200: DryRun },
      },
    },
    async ({ workspace, query, body: { note: _note, ...plan } }) =>
      dryRun(store, { workspace, plan: plan as Plan, ...query, now: now() }),
  );

  const Foreign = Type.Unknown({ description: 'The tracking plan as the Public API of Segment gives it.' });
  app.post(
    '/api/v1/collect/plans/import/segment',
    {
      preHandler,
      bodyLimit: 4 * 1024 * 1024,
      schema: {
        ...common,
        summary: "Make Segment's tracking plan the draft",
        body: Foreign,
        response: { 200: StoredVersion },
      },
    },
    async (request, reply) => {
      const revision = revisionIn(request.headers['if-match']);
      const plan = fromSegment(request.body);
      return tagged(reply, await saveDraft(store, author(request), { plan, revision, note: 'From Segment' }));
    },
  );

  app.get(
    '/api/v1/collect/plans/:version/export/segment',
    {
      preHandler,
      schema: { ...common, summary: "A version as Segment's Public API writes it", params: OneVersion },
    },
    async ({ workspace, params }) => toSegment((await readPlan(store, workspace, params.version)).plan),
  );
};
