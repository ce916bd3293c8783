// Drift over HTTP: a shop whose people suddenly look at far more pages than in training, beside the same shop in which
// nothing changed; every figure counted anew here, without the engine.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { listAlerts, watchOver } from '../../src/alerts/index.ts';
import { signals } from '../../src/features/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { createRandom } from '../../src/math/index.ts';
import {
  chiSquareTest,
  falseDiscoveryRates,
  measureDrift,
  scoreEveryone,
  stabilityIndex,
  trainModel,
} from '../../src/predict/index.ts';
import { openServer } from '../../src/server/index.ts';
import { addDays, toClickHouseTime } from '../../src/time.ts';
import { END, makeEvent, makeShop } from '../predict/shop.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = END;
const keys: Record<string, string> = {};
const learned: Record<string, { id: string; learnedAt: Date }> = {};
const random = createRandom('drift');
for (const id of ['moved', 'calm']) {
  await createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
  keys[id] = (await createKey(store, { workspace: id, kind: 'secret', label: 'test', now })).key;
  const events = makeShop({ workspace: id, people: 700, days: 60, end: END, readyRate: 0.06 });
  await store.facts.insert('events', events);
  await resolveAll(store, { workspace: id, now });
  const model = await trainModel(store, { workspace: id, timeframeDays: 7, now });
  const deploy = model.lineage!.snapshots.filter(({ role }) => role === 'deploy').map(({ asOf }) => asOf);
  learned[id] = { id: model.id, learnedAt: new Date(deploy.sort().at(-1)!) };
  if (id === 'calm') continue;
  // From the last day on everybody looks at ten to thirty pages more.
  const more = [...new Set(events.map(({ user_id }) => user_id))].flatMap((user) =>
    Array.from({ length: 10 + random.int(20) }, (_, i) =>
      makeEvent(id, user, 'page_view', new Date(END.getTime() - 3_600_000 + i * 60_000)),
    ),
  );
  await store.facts.insert('events', more);
  await resolveAll(store, { workspace: id, now });
}
const scoredAt = addDays(END, 0);
for (const id of ['moved', 'calm']) {
  await scoreEveryone(store, { workspace: id, asOf: scoredAt, now });
}
const server = await openServer({ store, logLevel: 'silent', now: () => now });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
async function ask(workspace: string, query = ''): Promise<{ status: number; body: any }> {
  const response = await fetch(`${server.address}/api/v1/intent/drift${query}`, {
    headers: { authorization: `Bearer ${keys[workspace]}` },
  });
  return { status: response.status, body: await response.json() };
}

async function valuesAt(workspace: string, signal: string, asOf: Date): Promise<number[]> {
  const place = signals.findIndex(({ name }) => name === signal) + 1;
  const rows = await store.facts.rows<{ value: number | string }>(
    `SELECT values[${place}] AS value FROM features FINAL WHERE workspace = {workspace:String} AND as_of = {asOf:String}`,
    { workspace, asOf: toClickHouseTime(asOf) },
  );
  return rows.map(({ value }) => Number(value));
}

test('nothing is said before it is measured [WH-14]', async () => {
  assert.deepEqual((await ask('moved')).body, { report: null, history: [] });
});

test('a signal that moved is found, with index and test as counted by hand [WH-14]', async () => {
  assert.equal(await measureDrift(store, { workspace: 'moved', now }), 1);
  const body = (await ask('moved')).body.report;
  const moved = body.signals.find(({ signal }: { signal: string }) => signal === 'page_views_7d');
  assert.ok(moved, body.signals.map(({ signal }: { signal: string }) => signal).join(' '));
  assert.equal(moved.level, 'MAJOR');
  assert.ok(moved.psi > 1 && moved.qValue < 1e-6);
  assert.ok(body.counts.MAJOR >= 1 && body.counts.STABLE > body.counts.MAJOR);
  assert.equal(body.signals.length, body.counts.MAJOR + body.counts.MODERATE + body.counts.STABLE);
  assert.match(body.statement, /spread quite otherwise than in training/);

  const [former, present] = [
    (await valuesAt('moved', 'page_views_7d', learned.moved.learnedAt)).filter((value) => !Number.isNaN(value)),
    (await valuesAt('moved', 'page_views_7d', scoredAt)).filter((value) => !Number.isNaN(value)),
  ];
  assert.deepEqual(
    [former.length, present.length],
    ['before', 'now'].map((of) => moved.bins.reduce((sum: number, bin: Record<string, number>) => sum + bin[of], 0)),
  );
  const edges = moved.bins.map(({ upTo }: { upTo: number | null }) => upTo ?? Number.POSITIVE_INFINITY);
  const counts = (values: number[]) =>
    edges.map(
      (edge: number, i: number) => values.filter((value) => value <= edge && value > (edges[i - 1] ?? -1)).length,
    );
  const [before, today] = [counts(former), counts(present)];
  const share = (count: number, of: number[]) =>
    Math.max(count, 0.5) / of.reduce((sum, n) => sum + Math.max(n, 0.5), 0);
  const psi = before.reduce((sum: number, count: number, i: number) => {
    const [p, q] = [share(count, before), share(today[i], today)];
    return sum + (q - p) * Math.log(q / p);
  }, 0);
  assert.ok(Math.abs(psi - moved.psi) < 1e-9, `${psi} and ${moved.psi}`);
  const below = (values: number[], at: number) => values.filter((value) => value <= at).length / values.length;
  const distance = Math.max(...[...former, ...present].map((at) => Math.abs(below(former, at) - below(present, at))));
  assert.ok(Math.abs(distance - moved.statistic) < 1e-9, `${distance} and ${moved.statistic}`);
});

test('a shop in which nothing changed is told to be as it was, but for what grows by itself [WH-14]', async () => {
  await measureDrift(store, { workspace: 'calm', now });
  const { report: body, history } = (await ask('calm')).body;
  const viewed = body.signals.find(({ signal }: { signal: string }) => signal === 'page_views_7d');
  assert.equal(viewed.level, 'STABLE');
  // The scores of the test are those of models of earlier days, so a step between the two may show.
  assert.notEqual(body.score.level, 'MAJOR');
  assert.ok(body.counts.MAJOR < 0.15 * body.signals.length, JSON.stringify(body.counts));
  assert.equal(history.length, 1);
  await measureDrift(store, { workspace: 'calm', now });
  assert.equal((await ask('calm')).body.history.length, 1, 'once per scoring');
});

test('it is told as an alert, and only where it matters [WH-14]', async () => {
  // The server looks for them every minute and may have been first, so what it told counts as well.
  const told: string[] = [];
  for (const workspace of ['moved', 'calm']) {
    await watchOver(store, { workspace, now, log: () => {}, onFault: (error) => assert.fail(String(error)) });
    for (const { message } of await listAlerts(store, workspace, now)) told.push(`${workspace}: ${message}`);
  }
  assert.ok(
    told.some((text) => /^moved: .*spread otherwise than in training/.test(text)),
    told.join('\n'),
  );
});

test('another workspace’s model is not found [MKT-13.1]', async () => {
  assert.equal((await ask('calm', `?modelId=${learned.moved.id}`)).status, 404);
});

test('of pure chance at most one signal in twenty is called a change', () => {
  // Two samples of one spread, 200 signals at a time, 50 times over.
  const draw = createRandom('null');
  let timesAny = 0;
  for (let time = 0; time < 50; time++) {
    const pValues = Array.from({ length: 200 }, () => {
      const bins = Array.from({ length: 5 }, () => ({ before: 0, now: 0 }));
      for (let i = 0; i < 150; i++) {
        bins[draw.int(5)].before++;
        bins[draw.int(5)].now++;
      }
      return chiSquareTest(bins).pValue;
    });
    if (falseDiscoveryRates(pValues).some((q) => q <= 0.05)) timesAny++;
  }
  assert.ok(timesAny <= 8, `${timesAny} of 50`);
  assert.deepEqual(
    falseDiscoveryRates([0.01, 0.04, 0.03, 0.005]).map((q) => Math.round(1000 * q)),
    [20, 40, 40, 20],
  );
  assert.equal(
    stabilityIndex([
      { before: 10, now: 20 },
      { before: 30, now: 60 },
    ]),
    0,
  );
});
