// ETags: the answer to a GET carries the hash of its bytes, and whoever sends that hash back as If-None-Match hears 304
// without a body while nothing changed (RFC 9110, 8.8.3 and 13.1.2). Streams, whose bytes are not known before, carry none.

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A hook for onSend. */
export async function tagAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if ((request.method !== 'GET' && request.method !== 'HEAD') || reply.statusCode !== 200) return payload;
  if (typeof payload !== 'string') return payload;
  const tag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
  reply.header('etag', tag);
  // Kept by whoever asked only, and asked for again each time: it is about people.
  reply.header('cache-control', 'private, no-cache');
  if (!isAmong(tag, request.headers['if-none-match'])) return payload;
  reply.code(304).removeHeader('content-type').removeHeader('content-length');
  return null;
}

function isAmong(tag: string, header: string | undefined): boolean {
  const tags = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return tags.includes(tag) || tags.includes('*');
}
