// The list of people at size: the first, a middle and a filtered page over real HTTP. The people and their scores are
// made by SQL, for only their number and the number of scorings matter here.
// Run: node bench/people.ts [people] [scorings]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, ensureWorkspace } from '../src/govern/index.ts';
import { openServer } from '../src/server/index.ts';
import { openStore } from '../src/store/index.ts';

const people = Number(process.argv[2] ?? 200_000);
const scorings = Number(process.argv[3] ?? 14);
const workspace = 'bench';
const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder });
const now = new Date();
const { facts } = store;
await ensureWorkspace(store, workspace, now);
await makePeople();
const server = await openServer({ store, logLevel: 'silent' });
const { key } = await createKey(store, { workspace, kind: 'secret', label: 'bench', now });
try {
  console.log(`${people} people, ${scorings} scorings\n\n| page | p50 ms | worst ms |\n| --- | ---: | ---: |`);
  await time('by score, first', '');
  const deep = await turn('', 20);
  await time('by score, 21st', `cursor=${deep}`);
  await time('by score, High only', 'segment=HIGH');
  await time('by score, one category', 'category=c3');
  await time('by score, found by search', 'search=u1234');
  await time('last seen, first', 'sort=lastSeen');
  await time('last seen, 21st', `sort=lastSeen&cursor=${await turn('sort=lastSeen', 20)}`);
  await time('last seen, High only', 'sort=lastSeen&segment=HIGH');
} finally {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

/** One person in ten has no score. */
async function makePeople(): Promise<void> {
  await facts.command(
    `INSERT INTO profiles (workspace, profile, version, first_seen, last_seen, user_ids, events, purchases, revenue)
     SELECT '${workspace}', cityHash64(number), 1, now() - number % 9000000, now() - cityHash64(number, 1) % 8000000,
       [concat('u', toString(number))], 20, 2, 50 FROM numbers(${people})`,
  );
  await store.state.query(
    `INSERT INTO models (id, workspace, version, name, question, model_type, conversion_event, timeframe_days, status,
       settings, signals, created_at, updated_at)
     VALUES ('m', $1, 1, 'bench', 'purchase_intent', 'GENERIC', 'purchase', 30, 'ACTIVE', '{}', '[]', $2, $2)`,
    [workspace, now],
  );
  for (let day = scorings; day > 0; day--) {
    await facts.command(
      `INSERT INTO scores (workspace, model_id, model_version, as_of, profile, score, probability, segment, confidence,
         category, signals, contributions, signal_values, scored_at)
       SELECT '${workspace}', 'm', 1, toStartOfDay(now()) - INTERVAL ${day} DAY, cityHash64(number),
         cityHash64(number, ${day}) % 101 AS s, s / 100, multiIf(s >= 70, 'HIGH', s >= 40, 'MEDIUM', 'LOW'), 0.5,
         concat('c', toString(number % 10)), ['orders', 'visits_7d', 'cart_adds'], [0.5, 0.2, -0.1], [1, 2, 3], now()
       FROM numbers(${people}) WHERE number % 10 != 0`,
    );
  }
}

/** The cursor behind so many pages. */
async function turn(query: string, pages: number): Promise<string> {
  let cursor = '';
  for (let page = 0; page < pages; page++) {
    const { nextCursor } = (await ask(`${query}&cursor=${cursor}`.replace(/&cursor=$/, ''))) as { nextCursor: string };
    cursor = nextCursor;
  }
  return cursor;
}

async function time(name: string, query: string): Promise<void> {
  const taken: number[] = [];
  for (let i = 0; i < 15; i++) {
    const start = performance.now();
    await ask(query);
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  console.log(`| ${name} | ${taken[7].toFixed(0)} | ${taken[14].toFixed(0)} |`);
}

async function ask(query: string): Promise<unknown> {
  const response = await fetch(`${server.address}/api/v1/people?${query}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  if (!response.ok) throw new Error(`${query}: ${await response.text()}`);
  return response.json();
}
