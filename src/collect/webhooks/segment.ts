// Segment's webhook destination: one message or a list, with X-Signature, the HMAC-SHA1 of the body in hex under a shared
// secret, where one is set. Of a batch Segment signs the first message alone, so the others are only as safe as the write
// key and the transport. https://segment.com/docs/connections/destinations/catalog/webhooks/

import { Type } from 'typebox';
import type { SegmentMessage } from '../message.ts';
import { defineWebhook, isSigned, jsonOf, secretSetting, unsigned } from './webhook.ts';

const signature = { algorithm: 'sha1', encoding: 'hex' } as const;

export const segmentWebhook = defineWebhook({
  name: 'segment',
  sentence: "Everything that Segment forwards to its webhook destination; RudderStack's webhook speaks the same.",
  setUp:
    'Add the destination Webhooks with the address {address}; set a shared secret there and here, so that nobody else can send in its name.',
  settings: Type.Object(
    { secret: secretSetting('The shared secret; without one signatures are not looked at.') },
    { additionalProperties: false },
  ),
  faults: 'told',
  verify: (call, { secret }) => {
    if (!secret) return;
    const given = call.header('x-signature');
    if (given === '')
      throw unsigned(
        'x-signature',
        'This request carries no X-Signature.',
        'Set the shared secret in the settings of the webhook.',
      );
    const body = jsonOf(call);
    const first = Array.isArray(body) ? Buffer.from(JSON.stringify(body[0])) : undefined;
    if (isSigned(secret, call.bytes, given, signature) || (first && isSigned(secret, first, given, signature))) return;
    throw unsigned(
      'x-signature',
      'The signature does not belong to this body.',
      'Compare the shared secret on both sides.',
    );
  },
  read: (call) => {
    const body = jsonOf(call);
    return Array.isArray(body)
      ? { messages: body as SegmentMessage[], ignored: [], path: 'batch' }
      : { messages: [body as SegmentMessage], ignored: [] };
  },
});
