// The door: Segment's HTTP tracking API. What is answered with 200 is on disk. Bodies are read as JSON whatever their
// content type says, because beacons send text/plain; they are checked by the intake, not by the schemas here, which
// only describe them.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { BATCH_LIMIT_BYTES, type Delivery, type MessageType, messageTypes } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { requireKey } from '../access.ts';
import type { Routes, ServerContext } from '../context.ts';
import { sendProblem } from '../problems.ts';
import { readAnythingAsJson } from '../receiving/body.ts';
import { receiverOf } from '../receiving/receive.ts';

const fields = Type.Record(Type.String(), Type.Unknown());
const id = Type.Union([Type.String({ maxLength: 256 }), Type.Number()]);
const time = Type.String({ format: 'date-time' });

const message = {
  messageId: Type.Optional(Type.String({ description: 'Made here when it is absent.' })),
  userId: Type.Optional(id),
  anonymousId: Type.Optional(id),
  timestamp: Type.Optional(time),
  sentAt: Type.Optional({ ...time, description: 'By the clock that made the timestamp, which is set right with it.' }),
  context: Type.Optional(fields),
};
const properties = Type.Optional(fields);
const traits = Type.Optional(fields);
const name = Type.Optional(Type.String({ maxLength: 200 }));

const calls = {
  track: {
    summary: 'What somebody did',
    body: Type.Object({ ...message, event: Type.String({ minLength: 1, maxLength: 200 }), properties }),
  },
  identify: { summary: 'Who somebody is', body: Type.Object({ ...message, traits }) },
  page: { summary: 'A page that was seen', body: Type.Object({ ...message, name, properties }) },
  screen: { summary: 'A screen of an app that was seen', body: Type.Object({ ...message, name, properties }) },
  group: { summary: 'A group somebody belongs to', body: Type.Object({ ...message, groupId: id, traits }) },
  alias: { summary: 'Another identifier of somebody', body: Type.Object({ ...message, userId: id, previousId: id }) },
} satisfies Record<MessageType, object>;

const Batch = Type.Object({
  batch: Type.Array(Type.Object({ type: Type.Enum([...messageTypes]), ...message }), {
    description: 'Messages of any type, 32 kB each and 500 kB together at most.',
  }),
  context: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Put under the context of each.' })),
  sentAt: Type.Optional(time),
});

const Accepted = Type.Object({ success: Type.Literal(true) });

export const addCollectRoutes: Routes = (app, context) => {
  readAnythingAsJson(app);
  const preHandler = requireKey(context, 'write');
  const common = { tags: ['collect'], security: [{ writeKey: [] }], response: { 200: Accepted } };
  const take = takerOf(context);

  for (const type of messageTypes) {
    const schema = { ...common, ...calls[type], description: DURABLE };
    const options = { preHandler, bodyLimit: BATCH_LIMIT_BYTES };
    const handler = (request: FastifyRequest, reply: FastifyReply) => take(request, reply, [request.body], { type });
    app.post(`/v1/${type}`, { ...options, schema }, handler);
    // The short forms that Segment's browser library uses.
    app.post(`/v1/${type[0]}`, { ...options, schema: { hide: true } }, handler);
  }

  for (const path of ['/v1/batch', '/v1/import']) {
    const schema = { ...common, summary: 'Many messages at once', description: `${DURABLE} ${PARTLY}`, body: Batch };
    app.post(path, { preHandler, schema, bodyLimit: BATCH_LIMIT_BYTES }, (request, reply) =>
      take(request, reply, messagesOf(request.body), { path: 'batch' }),
    );
  }
};

/** Takes the messages of a request and answers for them. */
function takerOf(context: ServerContext) {
  const receive = receiverOf(context);
  return async (request: FastifyRequest, reply: FastifyReply, messages: unknown[], how: Partial<Delivery>) => {
    const { accepted, faults } = await receive(request, messages, how);
    if (faults.length === 0) return { success: true as const };
    const named = faults
      .slice(0, FAULTS_NAMED)
      .map(({ error: { field, message, hint } }) => ({ field, detail: message, hint }));
    const several = how.path !== undefined && { accepted, rejected: faults.length, faults: named };
    const problem = sendProblem(request, reply, faults[0].error, several || {});
    // A reply that is returned is the answer; the schema knows the good one only.
    return problem as never;
  };
}

const FAULTS_NAMED = 10;
const DURABLE = 'Answered after the message is on disk.';
const PARTLY =
  'When some messages are faulty the others are taken all the same and the faulty ones are kept as rejected: the ' +
  'answer is then 400 and says how many. Send only the mended ones again.';

function messagesOf(body: unknown): unknown[] {
  const { batch, context, sentAt } = (body ?? {}) as { batch?: unknown; context?: unknown; sentAt?: unknown };
  if (!Array.isArray(batch)) {
    throw new InklingError('invalid_input', 'batch is not a list of messages.', {
      field: 'batch',
      value: batch,
      hint: 'Send {"batch": [{"type": "track", …}, …]}.',
    });
  }
  const common = isObject(context) ? context : undefined;
  if (common === undefined && sentAt === undefined) return batch;
  return batch.map((one) => (isObject(one) ? withShared(one, common, sentAt) : one));
}

/** What stands beside the batch is each message's, unless it has its own. */
function withShared(message: object, context: object | undefined, sentAt: unknown): object {
  const own = message as { context?: unknown; sentAt?: unknown };
  const merged = isObject(own.context) ? { ...context, ...own.context } : (own.context ?? context);
  return { ...message, context: merged, sentAt: own.sentAt ?? sentAt };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
