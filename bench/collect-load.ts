// The load generator of bench/collect.ts, in a process of its own: raw sockets, bodies made before the clock starts and
// sent again with other ids written into them, so that it costs as little as it can of the cores that it shares with the
// service. Its own processor time is reported beside what it measured.

import { fileURLToPath } from 'node:url';
import { messageOf } from './collect-message.ts';
import { openClient } from './connection.ts';

export type Load = {
  port: number;
  writeKey: string;
  batchSize: number;
  connections: number;
  seconds: number;
  /** Events a second; absent = as fast as the answers come. */
  rate?: number;
  /** Where ids begin, so that no two loads share any. */
  firstId: number;
};

export type LoadResult = {
  events: number;
  requests: number;
  seconds: number;
  p50: number;
  p99: number;
  refused: number;
  /** What the generator itself took of a core. */
  cpuShare: number;
};

const ID_DIGITS = 12;
/** Of each connection; together they come from some twenty thousand visitors. */
const BODIES = 25;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const load = JSON.parse(process.argv[2]) as Load;
  process.stdout.write(`${JSON.stringify(await generate(load))}\n`);
}

async function generate(load: Load): Promise<LoadResult> {
  const { batchSize, connections, seconds, rate } = load;
  const clients = await Promise.all(Array.from({ length: connections }, (_, i) => openSender(load, i)));
  const times: number[] = [];
  const counts = { requests: 0, refused: 0, nextId: load.firstId };
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  // With a rate each connection keeps a schedule of its own; what is late is measured from when it was due.
  const everyMs = rate === undefined ? 0 : (1000 * batchSize * connections) / rate;
  const run = async (client: Sender, i: number) => {
    for (let due = start + (everyMs * i) / connections; ; due += everyMs) {
      const now = performance.now();
      if (now >= end) return;
      if (everyMs > 0 && due > now) await new Promise((resolve) => setTimeout(resolve, due - now));
      const from = everyMs > 0 ? due : performance.now();
      const status = await client.send(counts.nextId);
      counts.nextId += batchSize;
      counts.requests += 1;
      if (status !== 200) counts.refused += 1;
      times.push(performance.now() - from);
    }
  };
  await Promise.all(clients.map(run));
  const elapsed = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  for (const client of clients) client.close();
  const sorted = Float64Array.from(times).sort();
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    events: (counts.requests - counts.refused) * batchSize,
    requests: counts.requests,
    seconds: elapsed,
    p50: quantile(0.5),
    p99: quantile(0.99),
    refused: counts.refused,
    cpuShare: (user + system) / 1e6 / elapsed,
  };
}

type Sender = { send(firstId: number): Promise<number>; close(): void };

/** Sends batches of its own over a connection. */
async function openSender({ port, writeKey, batchSize }: Load, seed: number): Promise<Sender> {
  const first = seed * BODIES * batchSize;
  const bodies = Array.from({ length: BODIES }, (_, n) => makeRequest(writeKey, batchSize, first + n * batchSize));
  const client = await openClient(port);
  let turn = 0;
  return {
    send: (firstId) => {
      const { bytes, places } = bodies[turn++ % bodies.length];
      for (const [i, place] of places.entries())
        bytes.write(String(firstId + i).padStart(ID_DIGITS, '0'), place, 'latin1');
      return new Promise((resolve) => client.ask(bytes, resolve));
    },
    close: client.close,
  };
}

/** A whole request, and where its ids stand in it. */
function makeRequest(writeKey: string, batchSize: number, from: number): { bytes: Buffer; places: number[] } {
  const messages = Array.from({ length: batchSize }, (_, i) => messageOf(from + i, '#'.repeat(ID_DIGITS)));
  const body = JSON.stringify(batchSize === 1 ? messages[0] : { batch: messages });
  const path = batchSize === 1 ? '/v1/track' : '/v1/batch';
  const head =
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-write-key: ${writeKey}\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  const places: number[] = [];
  const mark = '#'.repeat(ID_DIGITS);
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) places.push(at);
  return { bytes, places };
}
