// The door: Segment's HTTP tracking API. What is answered with 200 is on disk. Bodies are read as JSON whatever their
// content type says, because beacons send text/plain; they are checked by the intake, not by the schemas here, which
// only describe them.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { BATCH_LIMIT_BYTES, type Delivery, type MessageType, messageTypes } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { requireKey } from '../access.ts';
import type { App, Routes } from '../context.ts';
import { sendProblem } from '../problems.ts';

const fields = Type.Record(Type.String(), Type.Unknown());
const id = Type.Union([Type.String({ maxLength: 256 }), Type.Number()]);
const time = Type.String({ format: 'date-time' });

const message = {
  messageId: Type.Optional(Type.String({ description: 'Made here when it is absent.' })),
  userId: Type.Optional(id),
  anonymousId: Type.Optional(id),
  timestamp: Type.Optional(time),
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
});

const Accepted = Type.Object({ success: Type.Literal(true) });

export const addCollectRoutes: Routes = (app, context) => {
  readAnythingAsJson(app);
  const preHandler = requireKey(context, 'write');
  const common = { tags: ['collect'], security: [{ writeKey: [] }], response: { 200: Accepted } };

  const take = async (request: FastifyRequest, reply: FastifyReply, messages: unknown[], how: Partial<Delivery>) => {
    const delivery = { source: '', userAgent: request.headers['user-agent'], ...how };
    const { accepted, faults } = await context.intake.accept(request.workspace, messages, delivery);
    if (faults.length === 0) return { success: true as const };
    const named = faults
      .slice(0, FAULTS_NAMED)
      .map(({ error: { field, message, hint } }) => ({ field, detail: message, hint }));
    const several = how.path !== undefined && { accepted, rejected: faults.length, faults: named };
    const problem = sendProblem(request, reply, faults[0].error, several || {});
    // A reply that is returned is the answer; the schema knows the good one only.
    return problem as never;
  };

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

const FAULTS_NAMED = 10;
const DURABLE = 'Answered after the message is on disk.';
const PARTLY =
  'When some messages are faulty the others are taken all the same and the faulty ones are kept as rejected: the ' +
  'answer is then 400 and says how many. Send only the mended ones again.';

function readAnythingAsJson(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(body.toString('utf8')));
    } catch (error) {
      const at = { field: 'body', value: body.toString('utf8', 0, 100), cause: error };
      const hint = 'Send one JSON object; gzip and form encodings are not read.';
      done(new InklingError('invalid_input', `The body is not JSON: ${(error as Error).message}.`, { ...at, hint }));
    }
  });
  app.setValidatorCompiler(() => (value) => ({ value }));
}

function messagesOf(body: unknown): unknown[] {
  const { batch, context } = (body ?? {}) as { batch?: unknown; context?: unknown };
  if (!Array.isArray(batch)) {
    throw new InklingError('invalid_input', 'batch is not a list of messages.', {
      field: 'batch',
      value: batch,
      hint: 'Send {"batch": [{"type": "track", …}, …]}.',
    });
  }
  if (!isObject(context)) return batch;
  return batch.map((one) => {
    if (!isObject(one)) return one;
    const own = (one as { context?: unknown }).context;
    return { ...one, context: isObject(own) ? { ...context, ...own } : (own ?? context) };
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
