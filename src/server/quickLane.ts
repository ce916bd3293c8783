// The quick lane: calls that are made thousands of times a second, as nearly everybody makes them (a plain body of a length
// that is told), are read and answered here, before the framework. Its hooks, its routing and the writing of an answer cost
// several times what a small call does. Everything else goes the ordinary way (routes/), and tests hold the answers of
// the two equal.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECOND_MS } from '../time.ts';
import type { App, ServerContext } from './context.ts';
import { asKnown, PROBLEM_TYPE, problemOf } from './problems.ts';

/** One path that is answered in the lane. */
export type Lane = {
  path: string;
  limitBytes: number;
  /** Whether pages of other sites may read the answer, as corsFor in app.ts has it. */
  isForAnySite: boolean;
  /** What is to be done for a body when the turn ends; undefined where the ordinary way has to see to it. */
  take(exchange: Exchange, body: Buffer): (() => void) | undefined;
};

export type Exchange = { lane: Lane; request: IncomingMessage; response: ServerResponse; started: number };

/** How lanes answer; neither throws. */
export type Answering = {
  /** 200 with a JSON text. */
  tell(exchange: Exchange, text: string): void;
  /** The problem document of what was thrown; `more` is added to it. */
  refuse(exchange: Exchange, error: unknown, more?: Readonly<Record<string, unknown>>): void;
};

export type LaneMaker = (context: ServerContext, answering: Answering) => Lane[];

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Puts the lanes before the application, which gets what is not for them. */
export function addQuickLane(app: App, context: ServerContext, makers: readonly LaneMaker[]): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  const answering = openAnswering(app, context);
  const lanes = new Map(makers.flatMap((make) => make(context, answering)).map((lane) => [lane.path, lane]));
  const ordinary = app.server.listeners('request') as Handler[];
  const goOrdinaryWay: Handler = (request, response) => {
    for (const handle of ordinary) handle.call(app.server, request, response);
  };
  // Where each request is logged, the framework does that.
  const isOpen = () => !isClosing && !(app.log as { isLevelEnabled?(level: string): boolean }).isLevelEnabled?.('info');
  // What came in within one turn is taken in one go: going back and forth between the reading of requests and the writing of
  // events would have the processor fetch the code of each anew.
  let arrived: (() => void)[] = [];
  const takeAll = () => {
    const all = arrived;
    arrived = [];
    for (const work of all) work();
  };
  app.server.removeAllListeners('request');
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const lane = lanes.get(request.url ?? '');
    const bytes = lane && isOpen() ? plainBytes(request) : 0;
    if (lane === undefined || !(bytes > 0 && bytes <= lane.limitBytes)) return goOrdinaryWay(request, response);
    const exchange = { lane, request, response, started: performance.now() };
    const take = (body: Buffer) => {
      const work = lane.take(exchange, body);
      if (work === undefined) return false;
      if (arrived.push(work) === 1) setImmediate(takeAll);
      return true;
    };
    readBody(request, bytes, take, () => goOrdinaryWay(request, response));
  });
}

/** The length of a body that comes as it is; 0 = it does not, or its length is not told. */
function plainBytes({ method, headers }: IncomingMessage): number {
  if (method !== 'POST' || headers['content-encoding'] !== undefined || headers.expect !== undefined) return 0;
  return Number(headers['content-length'] ?? 0);
}

/**
 * Hands over the whole body, before the request has ended: where it is not taken it is put back, for somebody else to read.
 * Nothing is called for one that was broken off.
 */
function readBody(
  request: IncomingMessage,
  bytes: number,
  take: (body: Buffer) => boolean,
  onPutBack: () => void,
): void {
  const chunks: Buffer[] = [];
  let missing = bytes;
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    missing -= chunk.length;
    if (missing > 0) return;
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    if (take(body)) return;
    request.off('data', onData);
    request.pause();
    request.unshift(body);
    onPutBack();
  };
  request.on('data', onData);
  request.on('error', ignore);
}

const ignore = () => {};

const JSON_TYPE = 'application/json; charset=utf-8';

function openAnswering(app: App, { numbers }: ServerContext): Answering {
  const observers = new Map<Lane, (seconds: number) => void>();
  const secondsOf = ({ started }: Exchange) => (performance.now() - started) / SECOND_MS;

  function tell(exchange: Exchange, text: string): void {
    const { lane } = exchange;
    try {
      answer(exchange, 200, JSON_TYPE, text);
    } catch (error) {
      refuse(exchange, error);
      return;
    }
    const observe = observers.get(lane) ?? numbers.answers.observer(lane.path, '2xx');
    observers.set(lane, observe);
    observe(secondsOf(exchange));
  }

  function refuse(exchange: Exchange, error: unknown, more?: Readonly<Record<string, unknown>>): void {
    const { lane, response } = exchange;
    const known = asKnown(error, lane.limitBytes);
    try {
      const requestId = crypto.randomUUID();
      if (known.status >= 500) app.log.error({ err: error, reqId: requestId }, known.message);
      const { headers, problem } = problemOf(known, requestId, more);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      answer(exchange, known.status, `${PROBLEM_TYPE}; charset=utf-8`, JSON.stringify(problem));
    } catch (unanswered) {
      // Where not even that can be answered, the connection is ended.
      app.log.error({ err: unanswered }, 'Failed answering');
      response.destroy();
    }
    numbers.answers.observe(secondsOf(exchange), lane.path, `${Math.floor(known.status / 100)}xx`);
  }

  return { tell, refuse };
}

/** With what a browser on another site needs to see of it. */
function answer({ lane, request, response }: Exchange, status: number, type: string, body: string): void {
  const { origin } = request.headers;
  if (origin !== undefined) response.setHeader('vary', 'Origin');
  if (origin !== undefined && lane.isForAnySite) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-credentials', 'true');
    response.setHeader('access-control-expose-headers', 'retry-after');
  }
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
