// Zapier, Make, n8n and their like: any JSON object sent to an address with the write key in it. A Segment message is taken
// as it is; in a flat object the usual names say who it was and what they did, and the rest becomes properties.
// https://help.zapier.com/hc/en-us/articles/8496326446989 (Send webhooks in Zaps)

import { hash } from 'node:crypto';
import { Type } from 'typebox';
import { isoMoment } from '../connectors/cells.ts';
import { type Meaning, refuse } from '../connectors/connector.ts';
import { withoutBlanks } from '../connectors/objects.ts';
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import { messageTypes, type SegmentMessage } from '../message.ts';
import { defineWebhook, jsonOf, received, secretSetting, unsigned } from './webhook.ts';

export const zapierWebhook = defineWebhook({
  name: 'zapier',
  sentence: 'Any JSON from Zapier, Make, n8n or a script of your own.',
  setUp:
    'Add the action Webhooks by Zapier, POST, with payload type JSON and the address {address}. Fields: event, and user_id, ' +
    'anonymous_id, email or phone; id (so that a repeated call is stored once) and timestamp if there are any; all others become properties. Without event they become traits.',
  settings: Type.Object(
    { secret: secretSetting('Asked for in the header X-Inkling-Secret, where the write key is not enough.') },
    { additionalProperties: false },
  ),
  faults: 'told',
  verify: (call, { secret }) => {
    if (!secret) return;
    // Compared by their hashes: equal texts have equal ones, and where they differ tells nothing.
    if (hash('sha256', call.header('x-inkling-secret')) === hash('sha256', secret)) return;
    throw unsigned('x-inkling-secret', 'The header X-Inkling-Secret is missing or wrong.', 'Add it to the call.');
  },
  read: (call) => {
    const body = jsonOf(call);
    return received((Array.isArray(body) ? body : [body]).map((one) => readFlat(one)));
  },
});

function readFlat(value: unknown): Meaning {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('body', value, 'not an object');
  const body = fieldsOf(value);
  if ((messageTypes as readonly unknown[]).includes(body['type'])) return body as unknown as SegmentMessage;
  const taken = new Set<string>();
  const take = (...names: string[]) => {
    const name = names.find((one) => body[one] !== undefined && body[one] !== null && body[one] !== '');
    for (const one of names) taken.add(one);
    return name === undefined ? undefined : body[name];
  };
  const event = textOf(take('event', 'event_name', 'eventName'));
  const id = textOf(take('id', 'message_id', 'messageId'));
  const timestamp = take('timestamp', 'time', 'occurred_at', 'created_at');
  const who = {
    userId: textOf(take('user_id', 'userId')) || undefined,
    anonymousId: textOf(take('anonymous_id', 'anonymousId')) || undefined,
  };
  const contact = withoutBlanks({
    email: take('email', 'email_address'),
    phone: take('phone', 'phone_number'),
  });
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !taken.has(name)));
  const common = {
    ...who,
    messageId: id === '' ? undefined : `zapier_${id}`,
    timestamp: timestamp === undefined ? undefined : (isoMoment(timestamp) ?? textOf(timestamp)),
  };
  const context = { platform: 'server', traits: contact };
  if (event === '')
    return { type: 'identify', ...common, traits: { ...rest, ...contact }, context: { platform: 'server' } };
  return { type: 'track', event, ...common, properties: rest as Fields, context };
}
