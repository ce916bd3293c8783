// What platforms send by themselves: one address per source, with the write key in it, since few of them can set a header.
// The bytes are kept as they came, for that is what is signed. What can be taken is on disk when the answer goes out; what
// cannot is kept as rejected, and a platform that would only send it again is told that it is done.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { lookupsIn, type WebhookCall, type WebhookSource, webhooks } from '../../collect/index.ts';
import { requireKey } from '../access.ts';
import type { Routes, ServerContext } from '../context.ts';
import { sendProblem } from '../problems.ts';
import { readBytes } from '../receiving/body.ts';
import { receiverOf } from '../receiving/receive.ts';

/** Orders with many lines are the largest; each message is held to the usual limit all the same. */
const CALL_LIMIT_BYTES = 2 * 1024 * 1024;

const Taken = Type.Object({
  success: Type.Literal(true),
  accepted: Type.Integer(),
  rejected: Type.Integer({ description: 'Kept as rejected, with their reason, to be mended.' }),
  ignored: Type.Array(Type.String(), { description: 'Why parts were left out, such as an event of no interest.' }),
});

export const addWebhookRoutes: Routes = (app, context) => {
  readBytes(app);
  const preHandler = [keyFromAddress, requireKey(context, 'write')];
  for (const source of webhooks) {
    const schema = {
      tags: ['collect'],
      security: [{ writeKey: [] }],
      summary: source.sentence,
      description: source.setUp.replace('{address}', `…/v1/webhook/${source.name}?writeKey=wk_…`),
      querystring: Type.Object({ writeKey: Type.Optional(Type.String()) }),
      response: source.answer ? undefined : { 200: Taken },
    };
    app.post(`/v1/webhook/${source.name}`, { preHandler, schema, bodyLimit: CALL_LIMIT_BYTES }, (request, reply) =>
      take(context, source, request, reply),
    );
  }
};

async function take(
  context: ServerContext,
  source: WebhookSource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<never> {
  const { workspace } = request;
  const settings = await context.webhooks.of(workspace, source);
  const call = callOf(request);
  source.verify(call, settings, context.now());
  const { messages, ignored, path } = await source.read(call, settings, lookupsIn(context.store, workspace));
  // Times of a platform are right already, and its user agent and address say nothing of anybody.
  const sender = { userAgent: undefined, address: undefined, isHosted: undefined };
  const how = { source: source.name, clock: 'corrected', ...sender, path } as const;
  const { accepted, faults } = await receiverOf(context)(request, messages, how);
  if (faults.length > 0 && source.faults === 'told') {
    const named = faults
      .slice(0, 10)
      .map(({ error }) => ({ field: error.field, detail: error.message, hint: error.hint }));
    const several = path === undefined ? {} : { accepted, rejected: faults.length, faults: named };
    return sendProblem(request, reply, faults[0].error, several) as never;
  }
  if (source.answer) return reply.type(source.answer.type).send(source.answer.body) as never;
  return { success: true, accepted, rejected: faults.length, ignored: [...new Set(ignored)] } as never;
}

async function keyFromAddress(request: FastifyRequest): Promise<void> {
  const { writeKey } = request.query as { writeKey?: unknown };
  if (typeof writeKey === 'string' && writeKey !== '') request.headers['x-write-key'] ??= writeKey;
}

function callOf(request: FastifyRequest): WebhookCall {
  const { method, url, headers } = request;
  const header = (name: string) => String([headers[name] ?? ''].flat()[0]);
  const hosts = [header('x-forwarded-host'), header('host')].filter(Boolean);
  const schemes = [...new Set([header('x-forwarded-proto') || 'https', 'https', 'http'])];
  const addresses = hosts.flatMap((host) => schemes.map((scheme) => `${scheme}://${host}${url}`));
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return { method, addresses, header, bytes };
}
