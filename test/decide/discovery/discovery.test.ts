// Discovery on shops whose hidden types are known [SEG-8] [CBP-5]. What the truth separates is what a classifier that is
// told the types can tell from the same behaviours. Nothing was tuned on these seeds.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { loadMessages } from '../../../src/collect/index.ts';
import { discoverySignals } from '../../../src/decide/discovery/behaviours.ts';
import { habitual, measureRuler, standardise } from '../../../src/decide/discovery/ruler.ts';
import {
  assignGroups,
  behaviours,
  checkRule,
  countContent,
  type Discovery,
  discover,
  findGroups,
  hearRule,
} from '../../../src/decide/index.ts';
import { readMatrix, takeSnapshot } from '../../../src/features/index.ts';
import { createKey, createWorkspace } from '../../../src/govern/index.ts';
import { nodeOf, profilesOf, resolveAll } from '../../../src/identify/index.ts';
import { adjustedRandIndex, fitClasses, likeliest, selectRows } from '../../../src/learn/index.ts';
import { openServer } from '../../../src/server/index.ts';
import { clearTypes, openShop, type ShopSettings } from '../../../src/simulate/index.ts';
import { openTestStore } from '../../support/store.ts';

const END = new Date('2026-07-01T00:00:00Z');
const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const server = await openServer({ store, logLevel: 'silent', now: () => END });

/** People whose accounts are known, so that a person is one profile and the types can be compared with the groups. */
const known = { days: 120, clearShare: 1, accountShare: 1, loginRate: 0.9, cookieClearRate: 0, botShare: 0 };

async function openWith(workspace: string, settings: Partial<ShopSettings>) {
  await createWorkspace(store, { id: workspace, name: workspace, timeZone: 'UTC', now: END });
  const shop = openShop({ end: END, ...settings });
  await loadMessages(store, { workspace, source: 'shop', messages: shop.events(), now: END });
  await resolveAll(store, { workspace, now: END });
  return shop;
}

/** Behaviours of everybody with habits, and the hidden type of each. */
async function readTruth(workspace: string, settings: Partial<ShopSettings>) {
  const shop = await openWith(workspace, settings);
  const { signalSet } = await takeSnapshot(store, { workspace, asOf: END, signals: discoverySignals, now: END });
  const all = await readMatrix(store, { workspace, signalSet, signals: discoverySignals, asOf: [END] });
  const typeOfProfile = new Map<bigint, string>();
  for (const { anchors, type } of shop.truthAt(END, 1)) {
    const nodes = anchors.map(nodeOf);
    for (const profile of (await profilesOf(store.facts, workspace, nodes)).values()) {
      typeOfProfile.set(profile, type ?? 'none');
    }
  }
  const rows = habitual(all.x);
  const types = Array.from(rows, (r) => clearTypes.indexOf(typeOfProfile.get(all.profiles[r]) as never));
  return { x: selectRows(all.x, rows), types };
}

/** The agreement with the truth of a classifier that is told the types of other people (five folds). */
function supervised(x: Awaited<ReturnType<typeof readTruth>>['x'], types: readonly number[]): number {
  const points = standardise(x, measureRuler(x));
  const columns = behaviours.map((_, d) =>
    Float32Array.from({ length: x.rows }, (_, r) => points.values[r * points.dimensions + d]),
  );
  const table = { rows: x.rows, names: behaviours.map(({ name }) => name), columns };
  const told = new Int32Array(x.rows);
  for (let fold = 0; fold < 5; fold++) {
    const [mine, others] = [0, 1].map((side) =>
      Uint32Array.from(types.keys()).filter((r) => (r % 5 === fold) === (side === 0)),
    );
    const y = Float32Array.from(others, (r) => types[r]);
    const chances = fitClasses(selectRows(table, others), y, clearTypes).predict(selectRows(table, mine));
    for (let i = 0; i < mine.length; i++) told[mine[i]] = likeliest(chances, i);
  }
  return adjustedRandIndex(told, types);
}

test('the six clear types are found, on two shops of other seeds, as well as the truth separates them [SEG-8] [CBP-5]', async (t) => {
  for (const seed of [111, 112]) {
    const { x, types } = await readTruth(`clear${seed}`, { ...known, shoppers: 500, seed });
    const found = findGroups(x, { seed: 1 });
    const agreement = adjustedRandIndex(assignGroups(x, found), types);
    const told = supervised(x, types);
    t.diagnostic(
      `seed ${seed}: ${x.rows} people, adjusted Rand index ${agreement.toFixed(3)}, classifier ${told.toFixed(3)}`,
    );
    assert.equal(found.groups.length, 6, JSON.stringify(found.candidates));
    assert.ok(agreement >= 0.8, `${agreement}, where a classifier reaches ${told}`);
    assert.deepEqual(found.groups.map(({ type }) => type).sort(), [...clearTypes].sort());
    for (const { fidelity, rule, sentence, name } of found.groups) {
      assert.ok(fidelity.f1 > 0.6, `${name}: ${fidelity.f1}`);
      assert.deepEqual(checkRule(rule), rule);
      assert.deepEqual(hearRule(sentence), rule, 'the sentence says the rule');
    }
  }
});

test('one type alone has no groups [SEG-8]', async (t) => {
  for (const [i, type] of (['comparator', 'researcher', 'high_value_buyer'] as const).entries()) {
    const { x } = await readTruth(`one${i}`, { ...known, shoppers: 260, seed: 200 + i, clearTypes: [type] });
    const { refusal, groups, candidates } = findGroups(x, { seed: 1 });
    t.diagnostic(`${type}: ${x.rows} people, ${refusal}`);
    assert.deepEqual(groups, [], JSON.stringify(candidates));
    assert.match(refusal ?? '', /no groups/);
  }
});

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
async function ask(key: string, method: string, path: string, sent?: object): Promise<{ status: number; body: any }> {
  const response = await fetch(`${server.address}/api/v1/segments${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(sent && { 'content-type': 'application/json' }) },
    body: sent && JSON.stringify(sent),
  });
  return { status: response.status, body: await response.json() };
}

test('over HTTP a run is started, watched and read, within its workspace [SEG-8]', async () => {
  const keyOf = async (workspace: string) =>
    (await createKey(store, { workspace, kind: 'secret', label: 'test', now: END })).key;
  const key = await keyOf('clear111');
  const started = await ask(key, 'POST', '/discover');
  assert.equal(started.status, 202);
  assert.equal((await ask(key, 'POST', '/discover')).status, 409, 'one at a time');
  let run: Discovery | undefined;
  for (let waited = 0; waited < 600 && run?.status !== 'DONE'; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    run = (await ask(key, 'GET', `/discoveries/${started.body.id}`)).body as Discovery;
    assert.notEqual(run.status, 'FAILED', run.failure ?? '');
  }
  assert.equal(run?.progress, 1);
  const { groups, people } = run!.result!;
  assert.equal(groups.length, 6);
  assert.equal(
    groups.reduce((sum, { size }) => sum + size, 0),
    people.habitual,
    'everybody with habits is in one group',
  );
  const listed = await ask(key, 'GET', '/discoveries');
  assert.deepEqual(listed.body.discoveries, [run]);

  await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now: END });
  const other = await keyOf('other');
  assert.equal((await ask(other, 'GET', `/discoveries/${started.body.id}`)).status, 404);
  assert.deepEqual((await ask(other, 'GET', '/discoveries')).body.discoveries, []);
});

test('a found rule is saved as a segment, which tells its outlook and what to show it [SEG-8] [SEG-9]', async () => {
  const { key } = await createKey(store, { workspace: 'clear112', kind: 'secret', label: 'test', now: END });
  const found = await discover(store, { workspace: 'clear112', now: END });
  const [group] = found.result!.groups;
  const saved = await ask(key, 'POST', '', { segment_name: group.name, criteria: group.rule });
  assert.equal(saved.status, 201, JSON.stringify(saved.body));
  assert.deepEqual(saved.body.rule, group.rule);

  const { body } = await ask(key, 'GET', `/${saved.body.id}/forecast?days=7`);
  assert.deepEqual(body.size.points, []);
  assert.match(body.size.statement, /14 are needed/);
  for (const [content, views, engagements] of [
    ['lucky', 2, 2],
    ['proven', 2000, 400],
    ['dull', 1500, 60],
  ] as const) {
    const added = await ask(key, 'POST', '/personalized', { content_id: content, segment_id: saved.body.id });
    await countContent(store, { workspace: 'clear112', id: added.body.id, views, engagements, now: END });
  }
  const { recommended } = (await ask(key, 'GET', `/${saved.body.id}/recommended-content`)).body;
  assert.equal(recommended.length, 3);
  const rates = Object.fromEntries(
    recommended.map((one: { content_id: string; rate: number }) => [one.content_id, one.rate]),
  );
  assert.ok(rates['lucky'] < 0.75 && Math.abs(rates['proven'] - 0.2) < 0.01, JSON.stringify(rates));
  assert.equal((await ask(key, 'GET', '/no-such-id/recommended-content')).status, 404);
});
