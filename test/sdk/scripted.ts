// A service that answers as a vector of the contract says, and remembers every request with the moment it came.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Never answers. */
  hang?: boolean;
  /** Breaks the connection. */
  reset?: boolean;
  /** Answers so much later. */
  afterMs?: number;
};

export type WireMessage = Record<string, unknown> & { messageId: string; timestamp: string; type: string };

export type Request = {
  atMs: number;
  method: string;
  path: string;
  key: string;
  bytes: number;
  body: { batch: WireMessage[]; sentAt: string; writeKey?: string };
  /** What was answered; 0 = nothing. */
  status: number;
  /** Not answered yet, and how many others were not when it came. */
  isOpen: boolean;
  beside: number;
};

export type Scripted = {
  address: string;
  requests: Request[];
  /** Messages that were answered with 200, in the order of their arrival. */
  delivered(): WireMessage[];
  close(): Promise<void>;
};

/** Answers `answers` in their order, then 200. For the first `downMs` nothing listens. */
export async function openScripted(answers: readonly Answer[], downMs = 0): Promise<Scripted> {
  const requests: Request[] = [];
  const left = [...answers];
  const server = createServer((incoming, response) => void answer(incoming, response, requests, left));
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const shut = () => new Promise((resolve) => server.close(resolve));
  let rising: NodeJS.Timeout | undefined;
  if (downMs > 0) {
    await shut();
    rising = setTimeout(() => void listen(port), downMs);
  }
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    delivered: () => requests.filter(({ status }) => status === 200).flatMap(({ body }) => body.batch),
    close: async () => {
      clearTimeout(rising);
      server.closeAllConnections();
      if (server.listening) await shut();
    },
  };
}

async function answer(incoming: IncomingMessage, response: ServerResponse, requests: Request[], left: Answer[]) {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', 'retry-after');
  const bytes = Buffer.concat(chunks);
  if (incoming.method !== 'POST') return void response.end('not the door');
  const { hang, reset, afterMs = 0, status = 200, headers = {}, body = '{"success":true}' } = left.shift() ?? {};
  const parsed = JSON.parse(bytes.toString('utf8'));
  const request = {
    atMs: performance.now(),
    method: incoming.method,
    path: incoming.url ?? '',
    key: keyOf(incoming) ?? parsed.writeKey ?? '',
    bytes: bytes.length,
    body: parsed,
    status: hang || reset ? 0 : status,
    isOpen: true,
    beside: requests.filter(({ isOpen }) => isOpen).length,
  };
  requests.push(request);
  if (hang) return;
  if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
  request.isOpen = false;
  if (reset) return void incoming.socket.destroy();
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, dated(value));
  response.writeHead(status).end(body);
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const credentials = headers.authorization?.split(' ')[1];
  return credentials && Buffer.from(credentials, 'base64').toString('utf8').split(':')[0];
}

/** `<2 seconds from now>` as a date of HTTP. */
function dated(value: string): string {
  const seconds = /^<(\d+) seconds from now>$/.exec(value)?.[1];
  return seconds === undefined ? value : new Date(Date.now() + Number(seconds) * 1000).toUTCString();
}
