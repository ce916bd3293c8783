// The door: Segment's HTTP tracking API. What is answered with 200 is on disk. Bodies are read as JSON whatever their
// content type says, because beacons send text/plain; they are checked by the intake, not by the schemas here, which
// only describe them. Most calls are answered by the quick lane (quickLane.ts) before they come here.

import { Type } from 'typebox';
import { BATCH_LIMIT_BYTES, type MessageType, messageTypes } from '../../collect/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { sendProblem } from '../problems.ts';
import { readAnythingAsJson } from '../receiving/body.ts';
import { calls, refusalOf } from '../receiving/calls.ts';
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

const described = {
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
  const receive = receiverOf(context);
  const preHandler = requireKey(context, 'write');
  const common = { tags: ['collect'], security: [{ writeKey: [] }], response: { 200: Accepted } };
  for (const [path, { messagesOf, how }] of calls) {
    const { type } = how;
    const asked =
      type === undefined
        ? { ...common, summary: 'Many messages at once', description: `${DURABLE} ${PARTLY}`, body: Batch }
        : { ...common, ...described[type], description: DURABLE };
    const isShort = type !== undefined && !path.endsWith(type);
    const schema = isShort ? { hide: true } : asked;
    app.post(path, { preHandler, schema, bodyLimit: BATCH_LIMIT_BYTES }, async (request, reply) => {
      const refusal = refusalOf(await receive(request, messagesOf(request.body), how), how);
      // A reply that is returned is the answer; the schema knows the good one only.
      return refusal ? (sendProblem(request, reply, refusal.error, refusal.more) as never) : { success: true as const };
    });
  }
};

const DURABLE = 'Answered after the message is on disk.';
const PARTLY =
  'When some messages are faulty the others are taken all the same and the faulty ones are kept as rejected: the ' +
  'answer is then 400 and says how many. Send only the mended ones again.';
