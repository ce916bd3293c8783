// Weather, holidays and events around people: loaded from files and over HTTP, joined by place and time, unknown where
// nothing was told, and without cost where nothing is loaded.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { addSurroundings, featuresSql, readMatrix, signals, takeSnapshot } from '../../src/features/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { addDays } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';
import { asEventRows } from './people.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = new Date('2025-12-20T12:00:00Z');
await createWorkspace(store, { id: 'around', name: 'Around', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'around', kind: 'secret', label: 'test', now });
const server = await openServer({ store, logLevel: 'silent', now: () => now });
const folder = mkdtempSync(join(tmpdir(), 'inkling-around-'));
after(() => rmSync(folder, { recursive: true }));

const names = ['days_to_holiday', 'holiday_within_7d', 'temperature_7d', 'rain_7d', 'local_events_7d'];
const people = { berlin: ['DE', 'Berlin'], lyon: ['France', 'Lyon'], nowhere: ['', ''], peru: ['PE', 'Lima'] };

await store.facts.insert(
  'events',
  asEventRows(
    'around',
    Object.entries(people).map(([who, [country, city]]) => ({
      anchor: `a:${who}`,
      at: addDays(now, -3),
      event: 'page_view',
      country,
      city,
    })),
  ),
);

/** The five figures of each person as a snapshot of the moment knows them. */
async function known(asOf = now): Promise<Record<string, number[]>> {
  const { signalSet } = await takeSnapshot(store, { workspace: 'around', asOf, now });
  const { profiles, x } = await readMatrix(store, { workspace: 'around', signalSet, asOf: [asOf] });
  const nodes = await store.facts.rows<{ node: string; name: string }>(
    `SELECT cityHash64(concat('a:', arrayJoin({names:Array(String)}) AS name)) AS node, name`,
    { names: Object.keys(people) },
  );
  return Object.fromEntries(
    nodes.map(({ node, name }) => {
      const row = profiles.indexOf(BigInt(node));
      return [name, names.map((signal) => x.columns[x.names.indexOf(signal)][row])];
    }),
  );
}

const api = (method: string, path: string, body?: object) =>
  fetch(server.address + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });

test('nothing loaded: everything is unknown, and no column of places is read [CBP-1]', async () => {
  assert.deepEqual((await known())['berlin'], [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  const without = featuresSql(signals, { asOf: now, hasSurroundings: false });
  assert.doesNotMatch(without, /surroundings|country|city\b/);
  assert.match(featuresSql(signals, { asOf: now, hasSurroundings: true }), /surroundings/);
});

test('a calendar, a table of weather and rows over HTTP are joined by place and time, as of a moment [CBP-1]', async () => {
  const calendar = join(folder, 'germany.ics');
  const entry = (day: string, next: string, name: string) =>
    `BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:${day}\r\nDTEND;VALUE=DATE:${next}\r\nSUMMARY:${name}\r\nEND:VEVENT\r\n`;
  const days = entry('20251225', '20251226', 'Christ\r\n mas\\, first day') + entry('20260101', '20260102', 'New Year');
  writeFileSync(calendar, `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${days}END:VCALENDAR\r\n`);
  const ofCountry = { workspace: 'around', now, defaults: { country: 'Germany' } };
  assert.deepEqual(await addSurroundings(store, { ...ofCountry, from: calendar }), {
    rows: 2,
    loaded: 2,
    rejected: 0,
    reasons: {},
  });
  const weather = join(folder, 'weather.csv');
  writeFileSync(
    weather,
    [
      'Date,City,Country,Temperature,Rain',
      '2025-12-12,Berlin,DE,20,50',
      '2025-12-14,Berlin,DE,2,0.5',
      '2025-12-19,Berlin,DE,4,1',
      '2025-12-20,Berlin,DE,40,90',
      '2025-12-19,Lyon,FR,8,',
      'soon,Lyon,FR,8,',
      '2025-12-19,Lyon,,8,',
      '',
    ].join('\n'),
  );
  const loaded = await addSurroundings(store, {
    workspace: 'around',
    now,
    from: weather,
    defaults: { kind: 'weather' },
  });
  assert.deepEqual(loaded, {
    rows: 7,
    loaded: 5,
    rejected: 2,
    reasons: { 'no moment at which it starts': 1, 'no country': 1 },
  });
  const rows = [
    { kind: 'event', country: 'FR', starts: '2025-12-21', name: 'Fair' },
    { kind: 'event', country: 'FR', starts: '2025-12-18', ends: '2025-12-24', name: 'Market' },
    { kind: 'event', country: 'FR', starts: '2025-12-30', name: 'Show' },
  ];
  const sent = await api('POST', '/api/v1/surroundings', { rows });
  assert.deepEqual([sent.status, ((await sent.json()) as { loaded: number }).loaded], [200, 3]);
  assert.equal((await api('POST', '/api/v1/surroundings', { rows: [{ kind: 'event' }] })).status, 400);
  const first = await known();
  assert.deepEqual(first['berlin'], [5, 1, 3, 1.5, Number.NaN]);
  assert.deepEqual(first['lyon'], [Number.NaN, Number.NaN, 8, Number.NaN, 2]);
  assert.deepEqual(first['nowhere'], [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  assert.deepEqual(first['peru'], first['nowhere']);
  const later = await known(new Date('2025-12-25T08:00:00Z'));
  assert.deepEqual(later['berlin'].slice(0, 2), [0, 1]);
});

test('a row that is loaded again replaces the one before, and what was known without it is forgotten [CBP-1]', async () => {
  await addSurroundings(store, {
    workspace: 'around',
    now: addDays(now, 1),
    from: [{ kind: 'weather', country: 'DE', city: 'Berlin', date: '2025-12-19', temperature: 10, rain: 1 }],
  });
  const [{ count }] = await store.facts.rows<{ count: string }>(
    `SELECT count() AS count FROM features WHERE workspace = 'around'`,
  );
  assert.equal(count, '0');
  assert.equal((await known())['berlin'][2], 6);
  const listed = (await (await api('GET', '/api/v1/surroundings')).json()) as {
    surroundings: { kind: string; country: string; rows: number }[];
  };
  assert.deepEqual(
    listed.surroundings.map(({ kind, country, rows }) => [kind, country, rows]),
    [
      ['event', 'FR', 3],
      ['holiday', 'DE', 2],
      ['weather', 'DE', 4],
      ['weather', 'FR', 1],
    ],
  );
  assert.equal((await api('DELETE', '/api/v1/surroundings?kind=weather')).status, 204);
  assert.deepEqual((await known())['berlin'], [5, 1, Number.NaN, Number.NaN, Number.NaN]);
});
