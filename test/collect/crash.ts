// The crash harness: a serving process takes batches over HTTP and is killed with SIGKILL while it ships; another one
// is started on what is left and sent the end of it again. The client keeps its own list of what was acknowledged, and
// the facts are held against it. Used by crash.test.ts and, with other sizes, by whoever wants to be surer.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openStore, type StoreOptions } from '../../src/store/index.ts';

export type CrashOptions = {
  store: StoreOptions;
  /** The kill comes when so many are acknowledged, and then after this pause, while more are being sent. */
  events: number;
  killAfterMs: number;
  batchSize?: number;
  connections?: number;
};

export type CrashReport = {
  acknowledged: number;
  /** Acknowledged and not there. */
  lost: number;
  /** There more than once, acknowledged or not. */
  doubled: number;
  /** Sent again to the second process: everything whose answer was not heard, and the last that was acknowledged. */
  sentAgain: number;
  /** What the journal held for the facts when the process died, and whether a block was on its way. */
  waitingBytes: number;
  blockUnderWay: boolean;
  acknowledgedPerSecond: number;
};

export async function crashAndRecover(options: CrashOptions): Promise<CrashReport> {
  const { events, killAfterMs, batchSize = 500, connections = 4 } = options;
  const acknowledged = new Set<string>();
  const first = await startServer(options.store);
  const start = performance.now();
  let dead = false;
  let batches = 0;
  const idsOf = (number: number) => Array.from({ length: batchSize }, (_, i) => `crash-${number}-${i}`);
  const client = async () => {
    while (!dead) {
      const ids = idsOf(batches++);
      const ok = await send(first, ids).catch(() => false);
      if (ok) for (const id of ids) acknowledged.add(id);
    }
  };
  const clients = Array.from({ length: connections }, client);
  while (acknowledged.size < events) await pause(5);
  const seconds = (performance.now() - start) / 1000;
  await pause(killAfterMs);
  first.process.kill('SIGKILL');
  await once(first.process, 'exit');
  dead = true;
  await Promise.all(clients);
  const left = examineJournal(join(options.store.dataDir, 'journal'));

  const second = await startServer(options.store);
  const again = Array.from({ length: batches }, (_, number) => idsOf(number)).filter(
    ([id], number) => !acknowledged.has(id) || number > batches - LAST_BATCHES,
  );
  for (const ids of again) if (await send(second, ids)) for (const id of ids) acknowledged.add(id);
  while ((await backlog(second)) > 0) await pause(50);
  second.process.kill('SIGTERM');
  const [code] = await once(second.process, 'exit');
  assert.equal(code, 0);
  return {
    ...(await compare(options.store, acknowledged)),
    ...left,
    sentAgain: again.length * batchSize,
    acknowledgedPerSecond: Math.round(events / seconds),
  };
}

/** A client that was cut off may have lost the last answers too. */
const LAST_BATCHES = 60;

type Running = { process: ChildProcess; address: string; writeKey: string };

async function startServer(store: StoreOptions): Promise<Running> {
  const script = fileURLToPath(new URL('crash-server.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv.filter((flag) => !flag.startsWith('--test')), script], {
    env: { ...process.env, INKLING_TEST_STORE: JSON.stringify(store), NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [])])) as [string?];
  assert.ok(line, 'the serving process ended before it listened');
  return { process: child, ...(JSON.parse(line) as { address: string; writeKey: string }) };
}

async function send({ address, writeKey }: Running, ids: readonly string[]): Promise<boolean> {
  const batch = ids.map((messageId, i) => ({
    type: 'track',
    messageId,
    anonymousId: `visitor-${i % 97}`,
    event: 'Product Viewed',
    properties: { product_id: `p${i % 50}`, category: 'Shoes', price: 49.9 },
    context: { page: { url: `https://shop.example/p/${i % 50}` }, locale: 'de-DE' },
  }));
  const response = await fetch(`${address}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-write-key': writeKey },
    body: JSON.stringify({ batch }),
  });
  const answer = (await response.json()) as { success?: boolean };
  return response.status === 200 && answer.success === true;
}

async function backlog({ address }: Running): Promise<number> {
  const health = (await (await fetch(`${address}/health`)).json()) as { intake: { backlog: { events: number } } };
  return health.intake.backlog.events;
}

function examineJournal(folder: string): { waitingBytes: number; blockUnderWay: boolean } {
  const text = readFileSync(join(folder, 'cursor'), 'utf8');
  const cursor = JSON.parse(text.slice(text.indexOf('{'))) as {
    shipped: number;
    block: object | null;
  };
  const ends = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => Number.parseInt(name, 10) + statSync(join(folder, name)).size);
  return { waitingBytes: Math.max(cursor.shipped, ...ends) - cursor.shipped, blockUnderWay: cursor.block !== null };
}

async function compare(options: StoreOptions, acknowledged: ReadonlySet<string>) {
  const store = await openStore(options);
  try {
    const rows = await store.facts.rows<{ id: string; times: string }>(
      "SELECT message_id AS id, count() AS times FROM events WHERE workspace = 'default' GROUP BY id",
    );
    const there = new Set(rows.map(({ id }) => id));
    return {
      acknowledged: acknowledged.size,
      lost: [...acknowledged].filter((id) => !there.has(id)).length,
      doubled: rows.filter(({ times }) => Number(times) > 1).length,
    };
  } finally {
    await store.close();
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
