// Whose request is it? A key names the workspace; a handler sees only that workspace. Write keys may only send events.

import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InklingError } from '../errors.ts';
import type { KeyKind, KnownKey } from '../govern/index.ts';
import type { ServerContext } from './context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Both set by requireKey. */
    workspace: string;
    keyId: string;
  }
}

/** A pre-handler that lets a request through with a valid key of the kind. */
export function requireKey({ keys }: ServerContext, kind: KeyKind) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const known = await keyFor(keys, kind, request.headers, request.body);
    request.workspace = known.workspace;
    request.keyId = known.id;
  };
}

/** What the key of a request opens. Throws `unauthorized` or `forbidden`. */
export function keyFor(
  keys: ServerContext['keys'],
  kind: KeyKind,
  headers: IncomingHttpHeaders,
  body: unknown,
): Promise<KnownKey> {
  return findKey(keys, kind, keyIn(headers) ?? (kind === 'write' ? keyInBody(body) : undefined));
}

/** The same without a wait: of a key in the headers that was looked up some seconds ago. */
export function rememberedKey(
  keys: ServerContext['keys'],
  kind: KeyKind,
  headers: IncomingHttpHeaders,
): KnownKey | undefined {
  const key = keyIn(headers);
  const known = key === undefined ? undefined : keys.remembered(key);
  return known?.kind === kind ? known : undefined;
}

async function findKey(keys: ServerContext['keys'], kind: KeyKind, key: string | undefined): Promise<KnownKey> {
  if (!key) {
    throw new InklingError('unauthorized', `This request carries no ${kind} key.`, {
      hint:
        kind === 'secret'
          ? 'Send Authorization: Bearer sk_…; npm run -s inkling -- keys create secret makes a key.'
          : 'Send the write key as basic-auth user or in X-Write-Key; npm run -s inkling -- keys list shows it.',
    });
  }
  const found = await keys.resolve(key);
  if (!found) {
    throw new InklingError('unauthorized', 'The key is unknown or revoked.', {
      hint: 'npm run -s inkling -- keys list shows which keys are valid.',
    });
  }
  if (found.kind !== kind) {
    throw new InklingError('forbidden', `A ${found.kind} key was sent where a ${kind} key is needed.`, {
      hint:
        kind === 'secret' ? 'Use a secret key, sk_….' : 'Use the write key, wk_…: never put a secret key in an SDK.',
    });
  }
  return found;
}

/** Beacons cannot set headers: they send the write key within the body, where it then has done its work. */
function keyInBody(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('writeKey' in body)) return undefined;
  const key = body.writeKey;
  delete body.writeKey;
  return typeof key === 'string' && key !== '' ? key : undefined;
}

/** Bearer token, basic-auth user, or X-Write-Key. */
function keyIn(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['x-write-key'];
  if (typeof header === 'string' && header) return header;
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  if (authorization === lastRead.authorization) return lastRead.key;
  const [scheme, credentials] = authorization.split(' ');
  let key: string | undefined;
  if (/^bearer$/i.test(scheme)) key = credentials;
  else if (/^basic$/i.test(scheme) && credentials) {
    key = Buffer.from(credentials, 'base64').toString('utf8').split(':')[0];
  }
  lastRead = { authorization, key };
  return key;
}

/** Most requests come with the key of the one before. */
let lastRead: { authorization: string; key: string | undefined } = { authorization: '', key: undefined };
