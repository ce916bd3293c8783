// The service without a server: a handler for platforms that call a function per request, in the shape of fetch (Request in,
// Response out) and of AWS Lambda (API Gateway HTTP API and function URLs, payload format 2.0). It serves the whole HTTP
// interface on remote stores; an event is acknowledged once ClickHouse has it (collect/direct-intake.ts). What takes longer
// than a call (resolving, training, scoring) is the work of a server on the same stores.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectIntake, sealDoorSecrets } from '../collect/index.ts';
import { openSegmentsNow } from '../decide/index.ts';
import { InklingError } from '../errors.ts';
import { sealPeppers } from '../govern/index.ts';
import { openSessionsNow } from '../identify/index.ts';
import { openIntentNow } from '../predict/index.ts';
import { openStore, type Store, storeOptionsFrom } from '../store/index.ts';
import { buildApp } from './app.ts';
import { DASHBOARD_FOLDER } from './dashboard.ts';
import { openNumbers } from './metrics.ts';
import { doorOf } from './server.ts';

export type Serverless = {
  fetch(request: Request): Promise<Response>;
  lambda(event: LambdaEvent): Promise<LambdaAnswer>;
  close(): Promise<void>;
};

/** Payload format 2.0, as far as it is read. */
export type LambdaEvent = {
  rawPath: string;
  rawQueryString?: string;
  headers?: Readonly<Record<string, string | undefined>>;
  requestContext: { http: { method: string } };
  body?: string;
  isBase64Encoded?: boolean;
};

export type LambdaAnswer = {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
};

/** What has to be named, since nothing on this disk outlives a call. */
const needed = ['CLICKHOUSE_URL', 'DATABASE_URL', 'INKLING_SECRET_KEY'] as const;

/** Opens the stores that the environment names; the folder holds nothing that has to last. */
export async function openServerlessStore(env: NodeJS.ProcessEnv): Promise<Store> {
  const missing = needed.filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new InklingError('invalid_input', `${missing.join(' and ')} must be set to run without a server.`, {
      field: missing[0],
      hint: 'Name a ClickHouse and a PostgreSQL server and a key of 32 bytes; docs/guide/deploy.md says how.',
    });
  }
  // One folder per instance: two of them on one machine do not share it.
  const folder = env['INKLING_DATA'] ?? join(tmpdir(), `inkling-${process.pid}`);
  return openStore(storeOptionsFrom(env, folder));
}

export async function openServerless(store: Store, now: () => Date = () => new Date()): Promise<Serverless> {
  await sealDoorSecrets(store, now());
  await sealPeppers(store);
  const door = doorOf(store, now);
  const context = {
    store,
    ...door,
    numbers: openNumbers(),
    sessions: openSessionsNow(store),
    intake: openDirectIntake(store, { now, admissions: door.admissions }),
    live: openIntentNow(store),
    // Nothing is followed here: whoever asks for segments has them as of the latest look at everybody.
    segments: openSegmentsNow(store, {
      now,
      consentOf: (id) => door.admissions.book.of(id),
      onFault: (error) => {
        throw error;
      },
    }),
    now,
  };
  const app = await buildApp(context, { logLevel: process.env['LOG_LEVEL'] ?? 'warn', dashboard: DASHBOARD_FOLDER });
  await app.ready();
  const answer = (call: { method: string; url: string; headers: Record<string, string>; payload?: Buffer }) =>
    app.inject({ ...call, method: call.method as 'GET' });
  return {
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = Buffer.from(await request.arrayBuffer());
      const found = await answer({
        method: request.method,
        url: pathname + search,
        headers: Object.fromEntries(request.headers),
        payload: body.length > 0 ? body : undefined,
      });
      const headers = new Headers(textHeaders(found.headers));
      // A status that has no body may not be given one, not even an empty one.
      const bodiless = found.statusCode === 204 || found.statusCode === 304;
      return new Response(bodiless ? null : new Uint8Array(found.rawPayload), { status: found.statusCode, headers });
    },
    lambda: async (event) => {
      const { rawPath, rawQueryString, headers = {}, body, isBase64Encoded, requestContext } = event;
      const found = await answer({
        method: requestContext.http.method,
        url: rawQueryString ? `${rawPath}?${rawQueryString}` : rawPath,
        headers: textHeaders(headers),
        payload: body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
      });
      return {
        statusCode: found.statusCode,
        headers: textHeaders(found.headers),
        body: found.rawPayload.toString('base64'),
        isBase64Encoded: true,
      };
    },
    close: async () => {
      await app.close();
    },
  };
}

function textHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const named = Object.entries(headers).filter(([name, value]) => value !== undefined && name !== 'content-length');
  return Object.fromEntries(named.map(([name, value]) => [name, [value].flat().join(', ')]));
}

let opened: Promise<Serverless> | undefined;

/** Opened with the first call of an instance and kept for the next; tried again after a failure. */
function instance(): Promise<Serverless> {
  opened ??= openServerlessStore(process.env).then((store) => openServerless(store));
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

/** The entry for AWS Lambda. */
export async function handler(event: LambdaEvent): Promise<LambdaAnswer> {
  return (await instance()).lambda(event);
}

/** The entry for platforms that speak fetch. */
export async function handleRequest(request: Request): Promise<Response> {
  return (await instance()).fetch(request);
}
