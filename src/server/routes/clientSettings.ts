// What the browser libraries of others ask for before they send anything: Segment's analytics-next its project's
// settings, RudderStack's its source. Both are answered with "send everything here, and load nothing else".
// Documented at https://segment.com/docs/connections/sources/catalog/libraries/website/javascript/ (cdnURL) and
// https://www.rudderstack.com/docs/sources/event-streams/sdks/rudderstack-javascript-sdk/load-js-sdk/ (configUrl).

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { requireKey } from '../access.ts';
import type { Routes, ServerContext } from '../context.ts';

const Key = Type.Object({ key: Type.String({ description: 'A write key.' }) });

export const addClientSettingsRoutes: Routes = (app, context) => {
  app.get(
    '/v1/projects/:key/settings',
    { schema: { tags: ['collect'], summary: "Settings of Segment's browser library", params: Key } },
    async (request, reply) => {
      const { key } = request.params;
      await requireWriteKey(context, key);
      // Without a protocol of its own the library would send to https.
      const here = { apiHost: `${request.host}/v1`, protocol: protocolOf(request) };
      reply.header('cache-control', 'no-store');
      return { integrations: { 'Segment.io': { apiKey: key, ...here } }, plan: {}, metrics: { sampleRate: 0 } };
    },
  );

  const preHandler = requireKey(context, 'write');
  for (const path of ['/sourceConfig', '/sourceConfig/']) {
    const schema = {
      tags: ['collect'],
      summary: "Settings of RudderStack's browser library",
      hide: path.endsWith('/'),
    };
    app.options(path, { schema: { hide: true } }, (_request, reply) => allowAnySite(reply).code(204).send());
    const onRequest = async (_request: FastifyRequest, reply: FastifyReply) => void allowAnySite(reply);
    app.get(path, { onRequest, preHandler, schema }, (request, reply) => {
      reply.header('cache-control', 'no-store');
      return describeSource(request.workspace);
    });
  }
};

async function requireWriteKey({ keys }: ServerContext, key: string): Promise<void> {
  if ((await keys.resolve(key))?.kind === 'write') return;
  throw new InklingError('not_found', 'There is no such write key.', {
    hint: 'npm run -s inkling -- keys list shows which keys are valid.',
  });
}

function protocolOf({ headers, protocol }: FastifyRequest): string {
  return headers['x-forwarded-proto'] === 'https' ? 'https' : protocol;
}

function allowAnySite(reply: FastifyReply): FastifyReply {
  return reply.headers({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-allow-methods': 'GET',
    'access-control-max-age': '86400',
  });
}

/** No destinations in the browser, and no reports about the library to anyone. */
function describeSource(workspace: string) {
  const silent = { errors: { enabled: false }, metrics: { enabled: false } };
  const config = { statsCollection: silent };
  return {
    source: { id: workspace, name: workspace, workspaceId: workspace, enabled: true, config, destinations: [] },
  };
}
