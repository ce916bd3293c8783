// A plain connection of a load generator: writes requests as they are and reads no more of an answer than its status.

import { connect } from 'node:net';

export type Client = { ask(request: string | Uint8Array, onAnswer: (status: number) => void): void; close(): void };

/** A connection that has one request under way at a time. */
export async function openClient(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let answered: (status: number) => void = () => {};
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < head + 4 + length) return;
    const status = Number(received.slice(9, 12));
    received = '';
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
