// The quick lane: calls of the tracking API as nearly everybody sends them (a plain body of a length that is told) are
// read, taken and answered here, before the framework. Its hooks, its routing and the writing of an answer that is always
// the same cost several times what a small message does. Everything else goes the ordinary way (routes/collect.ts), and a
// test holds the answers of the two equal.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Acceptance, BATCH_LIMIT_BYTES } from '../../collect/index.ts';
import type { KnownKey } from '../../govern/index.ts';
import { SECOND_MS } from '../../time.ts';
import { keyFor, rememberedKey } from '../access.ts';
import type { App, ServerContext } from '../context.ts';
import { asKnown, PROBLEM_TYPE, problemOf } from '../problems.ts';
import { parse } from './body.ts';
import { type Call, calls, refusalOf } from './calls.ts';
import { receiverOf } from './receive.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Puts the lane before the application, which gets what is not for it. */
export function addQuickLane(app: App, context: ServerContext): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  const ordinary = app.server.listeners('request') as Handler[];
  const take = takerOf(app, context);
  // Where each request is logged, the framework does that.
  const isOpen = () => !isClosing && !(app.log as { isLevelEnabled?(level: string): boolean }).isLevelEnabled?.('info');
  app.server.removeAllListeners('request');
  // What came in within one turn is taken in one go: going back and forth between the reading of requests and the writing of
  // events would have the processor fetch the code of each anew.
  let arrived: Arrived[] = [];
  const takeAll = () => {
    const all = arrived;
    arrived = [];
    for (const { call, exchange, body } of all) void take(call, exchange, body);
  };
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const call = isPlain(request) ? calls.get(request.url ?? '') : undefined;
    if (call && isOpen()) {
      const exchange = { request, response, started: performance.now() };
      read(request, (body) => {
        if (arrived.push({ call, exchange, body }) === 1) setImmediate(takeAll);
      });
    } else for (const handle of ordinary) handle.call(app.server, request, response);
  });
}

type Arrived = { call: Call; exchange: Exchange; body: Buffer };

function isPlain({ method, headers }: IncomingMessage): boolean {
  if (method !== 'POST' || headers['content-encoding'] !== undefined || headers.expect !== undefined) return false;
  const length = Number(headers['content-length']);
  return length > 0 && length <= BATCH_LIMIT_BYTES;
}

/** The whole body; never called for one that was broken off. */
function read(request: IncomingMessage, onBody: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => onBody(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
  request.on('error', ignore);
}

const ignore = () => {};

type Exchange = { request: IncomingMessage; response: ServerResponse; started: number };

const TAKEN = '{"success":true}';
const JSON_TYPE = 'application/json; charset=utf-8';

function takerOf(app: App, context: ServerContext) {
  const receive = receiverOf(context);
  const { keys, numbers } = context;
  const taken = new Map([...calls.keys()].map((path) => [path, numbers.answers.observer(path, '2xx')]));

  function refuse({ request, response }: Exchange, error: unknown, more?: Readonly<Record<string, unknown>>): number {
    const known = asKnown(error, BATCH_LIMIT_BYTES);
    const requestId = crypto.randomUUID();
    if (known.status >= 500) app.log.error({ err: error, reqId: requestId }, known.message);
    const { headers: said, problem } = problemOf(known, requestId, more);
    for (const [name, value] of Object.entries(said)) response.setHeader(name, value);
    answer(request, response, known.status, `${PROBLEM_TYPE}; charset=utf-8`, JSON.stringify(problem));
    return known.status;
  }

  /** The same of what was thrown; where not even that can be answered, the connection is ended. */
  function fail(exchange: Exchange, error: unknown): number {
    try {
      return refuse(exchange, error);
    } catch (unanswered) {
      app.log.error({ err: unanswered }, 'Failed answering');
      exchange.response.destroy();
      return 500;
    }
  }

  const begin = (call: Call, { headers, socket }: IncomingMessage, bytes: Buffer): Promise<Acceptance> => {
    const body = parse(bytes);
    const accept = ({ workspace, id }: KnownKey) =>
      receive({ workspace, keyId: id, headers, ip: socket.remoteAddress ?? '' }, call.messagesOf(body), call.how);
    const known = rememberedKey(keys, 'write', headers);
    return known ? accept(known) : keyFor(keys, 'write', headers, body).then(accept);
  };

  /** Answers once it is on disk; never rejects. The message is not held on to meanwhile: the collector would carry it along. */
  const finish = async (call: Call, exchange: Exchange, accepting: Promise<Acceptance>): Promise<void> => {
    const { request, response, started } = exchange;
    const { url = '' } = request;
    let status = 200;
    try {
      const refusal = refusalOf(await accepting, call.how);
      if (refusal === undefined) answer(request, response, 200, JSON_TYPE, TAKEN);
      else status = refuse(exchange, refusal.error, refusal.more);
    } catch (error) {
      status = fail(exchange, error);
    }
    const seconds = (performance.now() - started) / SECOND_MS;
    if (status === 200) taken.get(url)?.(seconds);
    else numbers.answers.observe(seconds, url, `${Math.floor(status / 100)}xx`);
  };

  return (call: Call, exchange: Exchange, bytes: Buffer): Promise<void> => {
    let accepting: Promise<Acceptance>;
    try {
      accepting = begin(call, exchange.request, bytes);
    } catch (error) {
      accepting = Promise.reject(error);
    }
    return finish(call, exchange, accepting);
  };
}

/** With what a browser on another site needs to see of it (corsFor in app.ts). */
function answer(request: IncomingMessage, response: ServerResponse, status: number, type: string, body: string): void {
  const { origin } = request.headers;
  if (origin !== undefined) {
    response.setHeader('vary', 'Origin');
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-credentials', 'true');
    response.setHeader('access-control-expose-headers', 'retry-after');
  }
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
