// The check at the door, in Segment's documented limits. Hand-written because it runs for every event and must name
// the field, the value and the remedy: a schema compiler's message for "neither userId nor anonymousId" helps nobody.
// Custom events with any properties pass; what is checked is what everything downstream relies on.

import { InklingError } from '../errors.ts';
import { hasIdentity, isId } from './identity.ts';
import { type MessageType, messageTypes, readTime, type SegmentMessage } from './message.ts';

/** Segment's limits: 32 kB a message, 500 kB a batch. */
export const MESSAGE_LIMIT_BYTES = 32 * 1024;
export const BATCH_LIMIT_BYTES = 500 * 1024;
export const NAME_LIMIT = 200;
export const ID_LIMIT = 256;
const DEPTH_LIMIT = 64;

/**
 * What is wrong with a message, or undefined. `path` is put before the field (`batch[3]`); `type` is the call's, for
 * routes that name it.
 */
export function faultOf(value: unknown, path = '', type?: MessageType): InklingError | undefined {
  if (!isObject(value)) return fault(path, '', value, 'is not an object', 'Send a JSON object for each message.');
  const message = value as SegmentMessage;
  return (
    typeFault(message, path, type) ??
    nameFault(message, path, type ?? message.type) ??
    idFault(message, path, type ?? message.type) ??
    timeFault(message, path) ??
    shapeFault(message, path) ??
    sizeFault(message, path) ??
    (hasIdentity(message) ? undefined : noIdentity(message, path))
  );
}

const known = new Set<string>(messageTypes);

function typeFault(message: SegmentMessage, path: string, type: MessageType | undefined): InklingError | undefined {
  if (type !== undefined || known.has(message.type)) return undefined;
  return fault(path, 'type', message.type, 'is not a type of message', `Use one of ${messageTypes.join(', ')}.`);
}

function nameFault(message: SegmentMessage, path: string, type: MessageType): InklingError | undefined {
  if (type === 'track') {
    const event: unknown = message.event;
    if (typeof event === 'string' && event.length <= NAME_LIMIT && event.trim() !== '') return undefined;
    return fault(path, 'event', event, 'is not the name of an event', `Send a text of 1 to ${NAME_LIMIT} characters.`);
  }
  const name: unknown = message.name;
  if (name === undefined || name === null || (typeof name === 'string' && name.length <= NAME_LIMIT)) return undefined;
  return fault(
    path,
    'name',
    name,
    'is not a name',
    `Send a text of at most ${NAME_LIMIT} characters, or leave it out.`,
  );
}

const idFields = ['messageId', 'userId', 'anonymousId', 'previousId', 'groupId'] as const;

function idFault(message: SegmentMessage, path: string, type: MessageType): InklingError | undefined {
  for (const field of idFields) {
    const id: unknown = message[field];
    if (id === undefined || id === null || (typeof id === 'string' && id.length <= ID_LIMIT)) continue;
    if (typeof id === 'number' && Number.isFinite(id)) continue;
    return fault(path, field, id, 'is not an id', `Send a text of at most ${ID_LIMIT} characters or a number.`);
  }
  if (type === 'group' && isAbsent(message.groupId)) {
    return fault(path, 'groupId', message.groupId, 'does not name a group', 'A group call needs the id of the group.');
  }
  if (type !== 'alias') return undefined;
  const absent = !isId(message.previousId) ? 'previousId' : !isId(message.userId) ? 'userId' : undefined;
  if (absent === undefined) return undefined;
  const problem = isAbsent(message[absent]) ? 'is empty' : 'stands for nobody';
  return fault(path, absent, message[absent], problem, 'An alias call needs the previousId and the userId it becomes.');
}

const timeFields = ['timestamp', 'originalTimestamp', 'sentAt'] as const;

function timeFault(message: SegmentMessage, path: string): InklingError | undefined {
  for (const field of timeFields) {
    const time: unknown = message[field];
    if (time === undefined || time === null || !Number.isNaN(readTime(time))) continue;
    return fault(
      path,
      field,
      time,
      'is not a moment between 1970 and 2200',
      'Send ISO 8601, such as 2026-01-31T12:00:00.000Z.',
    );
  }
  return undefined;
}

const objectFields = ['properties', 'traits', 'context', 'integrations'] as const;

function shapeFault(message: SegmentMessage, path: string): InklingError | undefined {
  for (const field of objectFields) {
    const value: unknown = message[field];
    if (value === undefined || value === null || isObject(value)) continue;
    return fault(path, field, value, 'is not an object', `Send ${field} as a JSON object, or leave it out.`);
  }
  return undefined;
}

/** Far below this estimate a message cannot exceed the limit, not even if each character becomes an escape of six. */
const SURELY_SMALL = MESSAGE_LIMIT_BYTES / 6;

function sizeFault(message: SegmentMessage, path: string): InklingError | undefined {
  const estimate = weigh(message, 0);
  if (estimate < SURELY_SMALL) return undefined;
  if (estimate === Number.POSITIVE_INFINITY) {
    return fault(path, '', undefined, `is nested more than ${DEPTH_LIMIT} levels deep`, 'Send flatter properties.');
  }
  const bytes = Buffer.byteLength(JSON.stringify(message));
  if (bytes <= MESSAGE_LIMIT_BYTES) return undefined;
  return new InklingError(
    'payload_too_large',
    `${nameOfField(path, '')} has ${bytes} bytes; ${MESSAGE_LIMIT_BYTES} is the limit.`,
    {
      field: path || undefined,
      value: bytes,
      hint: 'Send less in properties, traits and context.',
    },
  );
}

/** Characters and digits of a value, roughly; infinite when it is nested too deep. */
function weigh(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (depth > DEPTH_LIMIT) return Number.POSITIVE_INFINITY;
  let weight = 2;
  if (Array.isArray(value)) {
    for (const item of value) weight += weigh(item, depth + 1) + 1;
    return weight;
  }
  for (const key in value) weight += key.length + 4 + weigh((value as Record<string, unknown>)[key], depth + 1);
  return weight;
}

function noIdentity(message: SegmentMessage, path: string): InklingError {
  for (const field of ['userId', 'anonymousId'] as const) {
    if (isAbsent(message[field])) continue;
    const remedy = 'Leave it out while nobody is known, and send an anonymousId, or an e-mail address in traits.email.';
    return fault(path, field, message[field], 'stands for nobody, and there is no other id', remedy);
  }
  return fault(
    path,
    'userId',
    message.userId,
    'and anonymousId are both empty',
    'Send a userId or an anonymousId, or a readable e-mail address in traits.email.',
  );
}

function fault(path: string, field: string, value: unknown, problem: string, hint: string): InklingError {
  const name = nameOfField(path, field);
  const shown = value === undefined ? '' : ` (${shorten(value)})`;
  const full = path && field ? `${path}.${field}` : path || field;
  return new InklingError('invalid_input', `${name}${shown} ${problem}.`, { field: full || undefined, value, hint });
}

function nameOfField(path: string, field: string): string {
  return path && field ? `${path}.${field}` : path || field || 'The message';
}

/** A value as text that fits a sentence. */
export function shorten(value: unknown, most = 100): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = typeof value;
  }
  return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
}

function isAbsent(id: unknown): boolean {
  return id === undefined || id === null || id === '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
