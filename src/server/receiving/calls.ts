// The calls of the tracking API: which messages a body brings, by the path that it was sent to, and what is said of those
// that are faulty.

import { type Acceptance, type Delivery, messageTypes } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';

export type Call = {
  /** Throws `invalid_input` when the body holds no list of messages where one belongs. */
  messagesOf(body: unknown): unknown[];
  how: Partial<Delivery>;
};

/** By path, the short forms that Segment's browser library uses among them. */
export const calls: ReadonlyMap<string, Call> = new Map([
  ...messageTypes.flatMap((type) => {
    const call: Call = { messagesOf: (body) => [body], how: { type } };
    return [`/v1/${type}`, `/v1/${type[0]}`].map((path) => [path, call] as const);
  }),
  ...['/v1/batch', '/v1/import'].map((path) => [path, { messagesOf: batchOf, how: { path: 'batch' } }] as const),
]);

/** What the answer names when some of the messages were faulty; undefined when none was. */
export function refusalOf(
  { accepted, faults }: Acceptance,
  { path }: Partial<Delivery>,
): { error: InklingError; more: Readonly<Record<string, unknown>> } | undefined {
  if (faults.length === 0) return undefined;
  const named = faults
    .slice(0, FAULTS_NAMED)
    .map(({ error: { field, message, hint } }) => ({ field, detail: message, hint }));
  const more = path === undefined ? {} : { accepted, rejected: faults.length, faults: named };
  return { error: faults[0].error, more };
}

const FAULTS_NAMED = 10;

function batchOf(body: unknown): unknown[] {
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
