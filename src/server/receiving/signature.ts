// The signature of Segment's webhook destination: HMAC-SHA1 of the body under a shared secret, in hex, as X-Signature.
// Of a batch Segment signs the first message alone, so the others are only as safe as the write key and the transport.
// https://segment.com/docs/connections/destinations/catalog/webhooks/

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { InklingError } from '../../errors.ts';

/** Throws `unauthorized` when the body was not signed with the secret; an empty secret asks for no signature. */
export function checkSignature(request: FastifyRequest, secret: string): void {
  if (secret === '') return;
  const { signedBytes, body } = request;
  const signature = request.headers['x-signature'];
  if (typeof signature !== 'string' || !signedBytes) {
    throw unsigned('This request carries no X-Signature.', 'Set the shared secret in the settings of the webhook.');
  }
  const first = Array.isArray(body) ? Buffer.from(JSON.stringify(body[0])) : undefined;
  if (isSignedBy(secret, signedBytes, signature) || (first && isSignedBy(secret, first, signature))) return;
  throw unsigned('The signature does not belong to this body.', 'Compare the shared secret on both sides.');
}

function isSignedBy(secret: string, bytes: Buffer, signature: string): boolean {
  const expected = createHmac('sha1', secret).update(bytes).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function unsigned(message: string, hint: string): InklingError {
  return new InklingError('unauthorized', message, { field: 'x-signature', hint });
}
