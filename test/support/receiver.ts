// An address that is called: it keeps what it was told and answers as it is bidden, 204 by default.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// biome-ignore lint/suspicious/noExplicitAny: JSON whose shape each test checks
export type Call = { body: any; text: string; signature: unknown };

export async function openReceiver() {
  const calls: Call[] = [];
  const answers: number[] = [];
  const listener = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    calls.push({ body: JSON.parse(text), text, signature: request.headers['x-inkling-signature'] });
    response.writeHead(answers.shift() ?? 204).end();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/changes`;
  return { url, calls, answers, close: () => listener.close() };
}
