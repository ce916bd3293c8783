// A plain connection of a load generator: writes requests as they are and reads no more of an answer than its status.

import { connect } from 'node:net';

export type Client = { ask(request: string | Uint8Array, onAnswer: (status: number) => void): void; close(): void };

/** A connection that has one request under way at a time. */
export async function openClient(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let answered: (status: number) => void = () => {};
  let received: Buffer | undefined;
  socket.on('data', (chunk) => {
    // Bytes, not text: what a generator throws away it has to sweep up while somebody's time is running.
    received = received === undefined ? chunk : Buffer.concat([received, chunk]);
    const head = received.indexOf('\r\n\r\n');
    if (head < 0 || received.length < head + 4 + lengthIn(received.subarray(0, head))) return;
    const status = 100 * digit(received, 9) + 10 * digit(received, 10) + digit(received, 11);
    received = undefined;
    answered(status);
  });
  return {
    ask(sent, onAnswer) {
      answered = onAnswer;
      socket.write(sent);
    },
    close: () => socket.destroy(),
  };
}

const digit = (bytes: Buffer, at: number) => bytes[at] - 48;

/** The content-length of a head, 0 without one. */
function lengthIn(head: Buffer): number {
  let at = head.indexOf('ontent-length: ', 0, 'latin1');
  if (at < 0) at = head.indexOf('ontent-Length: ', 0, 'latin1');
  if (at < 0) return 0;
  let length = 0;
  for (at += 'ontent-length: '.length; head[at] >= 48 && head[at] <= 57; at++) length = 10 * length + digit(head, at);
  return length;
}
