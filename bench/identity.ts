// Who is who at size: people with several browsers, an address, some with a second account, and their events, made by
// SQL; each tells of a name, a home and a birthday, half of them somebody else's with slips of the pen. A full pass, then a
// start that has to read everybody into memory, new blocks followed and matched live, and the memory of it all.
// Run: node --expose-gc bench/identity.ts [people] [events per person]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptCurrency, ensureWorkspace } from '../src/govern/index.ts';
import {
  type FollowedRow,
  followBlock,
  mergePeople,
  openFollower,
  resolveAll,
  tryRules,
  undoDecision,
} from '../src/identify/index.ts';
import { type EncodedField, openEncoder } from '../src/learn/index.ts';
import { drawRegister, registerColumns } from '../src/simulate/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { toClickHouseTime } from '../src/time.ts';

const people = Number(process.argv[2] ?? 1_000_000);
const each = Number(process.argv[3] ?? 20);
const workspace = 'bench';
const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder });
const { facts } = store;
const start = Date.UTC(2026, 0, 1);
const now = new Date(start + 90 * 86_400_000);
await ensureWorkspace(store, workspace, now);
const fieldOf: Readonly<Record<string, EncodedField>> = {
  given_name: 'given_name',
  surname: 'surname',
  address_1: 'street',
  suburb: 'city',
  postcode: 'postcode',
  date_of_birth: 'birth_date',
  phone_number: 'phone',
};
const encoder = openEncoder('bench');

let mostMemory = 0;
const watching = setInterval(() => {
  mostMemory = Math.max(mostMemory, process.memoryUsage.rss());
}, 50);
try {
  await timed('making the events', () => makeEvents());
  await timed('making what they tell', () => makeTellings());
  await adoptCurrency(store, workspace);
  mostMemory = 0;
  const result = await timed('a full pass', () => resolveAll(store, { workspace, now, onProgress: stepped() }));
  console.log(JSON.stringify(result), `${Math.round(mostMemory / 1e6)} MB at most`);
  await timed('a full pass again', () => resolveAll(store, { workspace, now, onProgress: stepped() }));
  for (const size of [1, 100, 1000]) await followed(size);
  await matched(result.matching.records);
  await timed('a change of rules, tried', async () => {
    const trial = await tryRules(store, workspace, { types: { user: { perProfile: 1 } } });
    console.log(JSON.stringify({ ...trial, samples: trial.samples.length }));
  });
  const by = { workspace, actor: 'bench', reason: 'bench', now };
  const { decision } = await timed('a merge by hand', () => mergePeople(store, by, ['user-1', 'user-5']));
  await timed('undone', () => undoDecision(store, by, decision ?? ''));
} finally {
  clearInterval(watching);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Two browsers each; every fifth has a second account under the same address; every 50th browser is a shared one. */
async function makeEvents(): Promise<void> {
  const part = 1_000_000;
  for (let from = 0; from < people * each; from += part) {
    await facts.command(
      `INSERT INTO events (workspace, message_id, type, event, at, received_at, anonymous_id, user_id, email_hash, anchor, platform)
       SELECT '${workspace}', concat('m', toString(number)), 'track', 'page_view',
         fromUnixTimestamp64Milli(toInt64(${start} + number * ${Math.floor((80 * 86_400_000) / (people * each))})) AS moment, moment,
         if(cityHash64(who, 1) % 50 = 0 AND turn = 3, concat('kiosk-', toString(cityHash64(who, 2) % 200)),
           concat('browser-', toString(who), '-', toString(turn % 2))) AS browser,
         if(turn % 4 = 3, concat('user-', toString(who), if(who % 5 = 0 AND turn % 8 = 7, 'b', '')), '') AS account,
         if(turn % 4 = 3 AND turn < 12, lower(hex(SHA256(concat('mail-', toString(who))))), ''),
         if(account != '', concat('u:', account), concat('a:', browser)), if(turn % 2 = 0, 'web', 'app')
       FROM (SELECT number, number % ${people} AS who, intDiv(number, ${people}) AS turn
         FROM numbers(${from}, ${Math.min(part, people * each - from)}))`,
    );
  }
}

/** What each record of a register tells, under the account of its number. */
function* tellings(records: number, seed: number): Generator<string> {
  const register = { records, duplicateShare: 0.1, mostDuplicates: 3, mostSlips: 3 };
  for (const values of drawRegister({ ...register, seed })) {
    const told: Record<string, string> = {};
    registerColumns.forEach((column, c) => {
      const field = fieldOf[column];
      const form = field === undefined ? '' : encoder.encode(field, values[c]);
      if (form !== '') told[field] = form;
    });
    yield JSON.stringify(told);
  }
}

async function makeTellings(): Promise<void> {
  const at = toClickHouseTime(start);
  let who = 0;
  let rows: object[] = [];
  for (const particulars of tellings(people, 1)) {
    const [user, anchor] = [`user-${who}`, `u:user-${who}`];
    rows.push({
      ...{ workspace, message_id: `t${who}`, type: 'identify', event: 'identify', at, received_at: at },
      ...{ user_id: user, anchor, particulars },
    });
    who += 1;
    if (rows.length < 20_000 && who < people) continue;
    await facts.insert('events', rows);
    rows = [];
  }
}

/** Says how long each step of a pass took. */
function stepped(): (done: number) => void {
  let last = performance.now();
  return (done) => {
    console.log(`  step ${done}: ${((performance.now() - last) / 1000).toFixed(1)} s`);
    last = performance.now();
  };
}

/** A process that begins with nothing in memory: until everybody is in, and people who tell something from then on. */
async function matched(records: number): Promise<void> {
  const next: Store = { ...store, facts: Object.create(facts) };
  const faults: unknown[] = [];
  const follower = openFollower(next, { now: () => now, refreshAfterMs: 3_600_000, onFault: (e) => faults.push(e) });
  const told = tellings(5000, 2);
  let sent = 0;
  const block = (size: number) =>
    Array.from({ length: size }, () => {
      const user = `late-${sent++}`;
      return {
        ...{ workspace, message_id: user, type: 'identify', event: 'identify', user_id: user, anchor: `u:${user}` },
        ...{ at: toClickHouseTime(now), received_at: toClickHouseTime(now), particulars: told.next().value as string },
        ...{ anonymous_id: '', previous_id: '', email_hash: '', phone_hash: '' },
      };
    });
  const ship = async (size: number) => {
    const rows = block(size);
    await facts.insert('events', rows);
    const begun = performance.now();
    await follower.shipped(rows);
    return performance.now() - begun;
  };
  globalThis.gc?.();
  const before = process.memoryUsage();
  const first = await timed('everybody read into memory', async () => {
    const waited = await ship(100);
    await follower.settled();
    return waited;
  });
  globalThis.gc?.();
  const after = process.memoryUsage();
  const grown = (what: 'heapUsed' | 'arrayBuffers') => (after[what] - before[what]) / records;
  console.log(
    `the block that began it waited ${first.toFixed(1)} ms; ${Math.round(grown('heapUsed') + grown('arrayBuffers'))} bytes a record`,
    `(${Math.round(grown('heapUsed'))} of them on the heap), process ${Math.round(after.rss / 1e6)} MB`,
  );
  for (const size of [1, 10, 100]) {
    const times: number[] = [];
    for (let i = 0; i < 30; i++) times.push(await ship(size));
    times.sort((a, b) => a - b);
    const [middle, worst] = [times[15], times[29]];
    console.log(
      `blocks of ${size} who tell of themselves: p50 ${middle.toFixed(1)} ms, worst ${worst.toFixed(1)} ms, ${Math.round((size / middle) * 1000)}/s`,
    );
  }
  await follower.close();
  if (faults.length > 0) throw faults[0];
}

/** Blocks of new events, half of them with something new to tell, as the shipper hands them over. */
async function followed(size: number): Promise<void> {
  const taken: number[] = [];
  for (let block = 0; block < 30; block++) {
    const rows: FollowedRow[] = Array.from({ length: size }, (_, i) => {
      const who = (block * size + i * 37 + size) % people;
      const isNew = i % 2 === 0;
      return {
        type: 'track',
        message_id: `l${size}-${block}-${i}`,
        at: toClickHouseTime(now.getTime() + size * 100_000 + block * 1000),
        user_id: `user-${who}`,
        anonymous_id: isNew ? `new-${size}-${block}-${i}` : `browser-${who}-1`,
        previous_id: '',
        email_hash: '',
        phone_hash: '',
        anchor: `u:user-${who}`,
      };
    });
    await facts.insert(
      'events',
      rows.map((row) => ({ ...row, workspace, received_at: row.at })),
    );
    const begun = performance.now();
    await followBlock(store, workspace, rows, { now });
    taken.push(performance.now() - begun);
  }
  taken.sort((a, b) => a - b);
  const [middle, worst] = [taken[15], taken[29]];
  console.log(
    `blocks of ${size}: p50 ${middle.toFixed(1)} ms, worst ${worst.toFixed(1)} ms, ${Math.round((size / middle) * 1000)} events/s`,
  );
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return result;
}
