// One definition, two readings: what ClickHouse computes over all events and what TypeScript computes over one
// person's events must agree, signal by signal, on random histories.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addSurroundings,
  allInterest,
  openHistory,
  readMatrix,
  readProducts,
  readSurroundings,
  signals,
  streamFeatures,
  takeSnapshot,
  topCategory,
} from '../../src/features/index.ts';
import { createWorkspace } from '../../src/govern/index.ts';
import { changeSessionSettings, sessionRuleOf } from '../../src/identify/index.ts';
import { openTestStore } from '../support/store.ts';
import { asEventRows, asHistory, randomHistories } from './people.ts';

const store = await openTestStore();
const asOf = new Date('2024-11-20T13:45:12.345Z');

async function nodesOf(anchors: readonly string[]): Promise<Map<bigint, string>> {
  const rows = await store.facts.rows<{ node: string; anchor: string }>(
    'SELECT arrayJoin({anchors:Array(String)}) AS anchor, cityHash64(anchor) AS node',
    { anchors },
  );
  return new Map(rows.map((row) => [BigInt(row.node), row.anchor]));
}

const surroundings = [
  { kind: 'holiday', country: 'DE', date: '2024-11-20', name: 'Day of Repentance' },
  { kind: 'holiday', country: 'Germany', date: '2024-12-25', name: 'Christmas Day' },
  { kind: 'holiday', country: 'FR', date: '2024-11-11', name: 'Armistice Day' },
  { kind: 'weather', country: 'DE', date: '2024-11-18', temperature: 4.5, rain: 2 },
  { kind: 'weather', country: 'DE', city: 'Berlin', date: '2024-11-18', temperature: 3, rain: 0 },
  { kind: 'weather', country: 'DE', city: 'Berlin', date: '2024-11-19', temperature: 4 },
  { kind: 'weather', country: 'DE', city: 'Berlin', date: '2024-11-20', temperature: 30, rain: 99 },
  { kind: 'event', country: 'DE', city: 'München', date: '2024-11-26', name: 'Fair' },
  { kind: 'event', country: 'FR', date: '2024-11-28', name: 'Later' },
];

const cutOften = { timeoutMinutes: 20, newOnCampaign: true, midnight: true };

for (const { seed, most, visits } of [
  { seed: 1, most: 3, visits: {} },
  { seed: 2, most: 25, visits: {} },
  { seed: 3, most: 120, visits: {} },
  { seed: 4, most: 60, visits: cutOften },
  { seed: 5, most: 60, visits: { sdkIds: false } },
]) {
  const how = Object.keys(visits).join(', ');
  test(`every signal has the same value in SQL and live, up to ${most} events a person ${how} [CBP-9]`, async () => {
    const workspace = `equal-${seed}`;
    await createWorkspace(store, { id: workspace, name: 'Shop', timeZone: 'America/New_York', now: asOf });
    await changeSessionSettings(store, workspace, visits, asOf);
    const sessionRule = await sessionRuleOf(store, workspace);
    const events = randomHistories({ people: 150, most, asOf, seed });
    await store.facts.insert('events', asEventRows(workspace, events));
    await addSurroundings(store, { workspace, from: surroundings, now: new Date(5) });
    const { people, signalSet } = await takeSnapshot(store, { workspace, asOf, now: new Date(5) });
    assert.equal(people, 150);
    const { profiles, x } = await readMatrix(store, { workspace, signalSet, asOf: [asOf] });
    const byAnchor = Map.groupBy(events, (event) => event.anchor);
    const anchors = await nodesOf([...byAnchor.keys()]);
    const categories: string[] = [];
    for await (const block of streamFeatures(store, { workspace, signalSet, asOf }))
      categories.push(...block.categories);
    const products = await readProducts(store, workspace, asOf);
    const around = await readSurroundings(store, workspace, asOf);
    const wrong: string[] = [];
    profiles.forEach((profile, row) => {
      const anchor = anchors.get(profile)!;
      const history = openHistory(asHistory(byAnchor.get(anchor)!), asOf, products, sessionRule, around);
      signals.forEach((signal, c) => {
        const [sql, live] = [x.columns[c][row], Math.fround(signal.measure.evaluate(history))];
        const near = Number.isNaN(sql)
          ? Number.isNaN(live)
          : Math.abs(sql - live) <= 1e-5 * Math.max(1e-3, Math.abs(sql));
        if (!near) wrong.push(`${signal.name} of ${anchor}: SQL ${sql}, live ${live}`);
      });
      const category = topCategory.evaluate(history, allInterest);
      if (category !== categories[row]) wrong.push(`category of ${anchor}: SQL ${categories[row]}, live ${category}`);
    });
    assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} values differ`);
  });
}
