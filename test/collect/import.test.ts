// An import brings a file in exactly once, however often it is begun, broken off and repeated; what it refuses is
// counted without end and kept within bounds; a damaged file says what is wrong with it.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { forgetImport, type ImportOptions, importFile, REJECTED_KEPT } from '../../src/collect/index.ts';
import type { InklingError } from '../../src/errors.ts';
import { ensureWorkspace } from '../../src/govern/index.ts';
import type { Store } from '../../src/store/index.ts';
import { openTestStore } from '../support/store.ts';

const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');
const store = await openTestStore();
const folder = mkdtempSync(join(tmpdir(), 'inkling-import-'));
after(() => rmSync(folder, { recursive: true }));

const rows = 120_000;
const header = 'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session';
/** Every hundredth row has no user. */
const clicks = Array.from({ length: rows }, (_, i) => {
  const time = new Date(Date.UTC(2025, 0, 1) + i * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return `${time} UTC,view,${i % 500},1,hats,,9.5,${i % 100 === 99 ? '' : 1 + (i % 3000)},s${i}`;
});
const rejectedRows = rows / 100;
const bigFile = join(folder, '2025-Jan.csv.gz');
writeFileSync(bigFile, gzipSync([header, ...clicks].join('\n'), { level: 1 }));

async function newWorkspace(name: string): Promise<string> {
  await ensureWorkspace(store, name, now);
  return name;
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function countsOf(workspace: string): Promise<{ events: number; ids: number; rejected: number }> {
  const [events] = await store.facts.rows<{ n: string; ids: string }>(
    'SELECT count() AS n, uniqExact(message_id) AS ids FROM events WHERE workspace = {workspace:String}',
    { workspace },
  );
  const [rejected] = await store.facts.rows<{ n: string }>(
    'SELECT count() AS n FROM rejected_events WHERE workspace = {workspace:String}',
    { workspace },
  );
  return { events: Number(events.n), ids: Number(events.ids), rejected: Number(rejected.n) };
}

const whole = { events: rows - rejectedRows, ids: rows - rejectedRows, rejected: rejectedRows };

test('an import that fails half-way goes on where it stopped, exactly once [WH-2]', async () => {
  const workspace = await newWorkspace('broken-off');
  const stop = new Error('power cut');
  const broken = importFile(store, {
    workspace,
    path: bigFile,
    now,
    onProgress: ({ rows }) => {
      if (rows > 105_000) throw stop;
    },
  });
  await assert.rejects(broken, stop);
  const half = await countsOf(workspace);
  assert.ok(half.events > 0 && half.events < whole.events, `${half.events} events after the failure`);

  const result = await importFile(store, { workspace, path: bigFile, now: later });
  assert.equal(result.resumed, true);
  assert.deepEqual([result.rows, result.events, result.rejected], [rows, whole.events, rejectedRows]);
  assert.equal(result.added, whole.events - half.events);
  assert.deepEqual(result.reasons, { 'no user: nobody to credit the line to': rejectedRows });
  assert.deepEqual(await countsOf(workspace), whole);
});

test('a block that arrived without its progress being kept is not there twice [WH-2]', async () => {
  const workspace = await newWorkspace('unrecorded');
  let updates = 0;
  // As if the process ended between the insertion of the second block and the note of it.
  const dying: Store = {
    ...store,
    state: {
      ...store.state,
      transaction: store.state.transaction,
      query: (sql, params) => {
        if (sql.startsWith('UPDATE imports') && ++updates >= 2) throw new Error('killed');
        return store.state.query(sql, params);
      },
    },
  };
  await assert.rejects(importFile(dying, { workspace, path: bigFile, now }), /killed/);
  const [{ rows_read }] = await store.state.query<{ rows_read: number }>(
    'SELECT rows_read FROM imports WHERE workspace = $1',
    [workspace],
  );
  const arrived = await countsOf(workspace);
  assert.ok(arrived.events + arrived.rejected > rows_read, 'more has arrived than was noted');

  const result = await importFile(store, { workspace, path: bigFile, now: later });
  assert.equal(result.resumed, true);
  assert.deepEqual(await countsOf(workspace), whole);
});

test('a second import of the same file adds nothing, and other workspaces have their own [WH-2]', async () => {
  const [first, other] = [await newWorkspace('twice'), await newWorkspace('twice-other')];
  const seen: [number, number][] = [];
  const onProgress: ImportOptions['onProgress'] = ({ bytesRead, bytesTotal }) => seen.push([bytesRead, bytesTotal]);
  const one = await importFile(store, { workspace: first, path: bigFile, now, onProgress });
  const two = await importFile(store, { workspace: first, path: bigFile, now: later });
  assert.deepEqual([one.added, two.added, two.resumed], [whole.events, 0, false]);
  assert.deepEqual([two.importId, two.rows, two.events, two.rejected], [one.importId, rows, one.events, one.rejected]);
  assert.deepEqual(await countsOf(first), whole);
  await importFile(store, { workspace: other, path: bigFile, now });
  assert.deepEqual(await countsOf(other), whole);

  const size = readFileSync(bigFile).length;
  assert.ok(seen.length > 10, 'progress is told along the way');
  assert.ok(seen.every(([read, total], i) => total === size && read <= size && (i === 0 || read >= seen[i - 1][0])));
  assert.ok(seen.some(([read]) => read > size * 0.2 && read < size * 0.8));
  assert.equal(seen.at(-1)![0], size);
});

test('the same file under another mapping is refused until the first import is forgotten [WH-2]', async () => {
  const workspace = await newWorkspace('mended');
  const path = write(
    'sales.csv',
    'buyer,seller,date,event\n1,2,2025-01-01,Order Completed\n3,4,2025-01-02,Order Completed\n',
  );
  const wrong = await importFile(store, { workspace, path, now, mapping: { userId: 'seller' } });
  const right = { workspace, path, now: later, mapping: { userId: 'buyer' } };
  await assert.rejects(importFile(store, right), (error: InklingError) => {
    assert.equal(error.code, 'conflict');
    return error.hint!.includes(wrong.importId);
  });
  await forgetImport(store, workspace, wrong.importId);
  assert.equal((await countsOf(workspace)).events, 0);
  await importFile(store, right);
  const people = await store.facts.rows<{ user_id: string }>(
    'SELECT user_id FROM events WHERE workspace = {workspace:String} ORDER BY user_id',
    { workspace },
  );
  assert.deepEqual(people, [{ user_id: '1' }, { user_id: '3' }]);
  // Also as it was: the tokens of the forgotten import do not stand in the way.
  const { importId } = await importFile(store, right);
  await forgetImport(store, workspace, importId);
  await importFile(store, { ...right, now: new Date(later.getTime() + 1) });
  assert.equal((await countsOf(workspace)).events, 2);
  await assert.rejects(forgetImport(store, workspace, 'imp_unknown'), { code: 'not_found' });
});

test('entries of segments in a file stand apart, once, and go with their import [WH-2] [SEG-6]', async () => {
  const workspace = await newWorkspace('entries');
  const lines = ['Segment Entered', 'View', 'segment_exited'].map(
    (event, i) => `u${i},${event},2025-01-0${i + 1}T00:00:00Z`,
  );
  const path = write('entries.csv', ['user_id,event,time', ...lines, ''].join('\n'));
  const entries = async () => {
    const found = await store.facts.rows<{ event: string }>(
      'SELECT event FROM membership_events WHERE workspace = {workspace:String} ORDER BY at',
      { workspace },
    );
    return found.map(({ event }) => event);
  };
  const { importId, events } = await importFile(store, { workspace, path, now });
  assert.equal(events, 3);
  await importFile(store, { workspace, path, now: later });
  assert.deepEqual([await entries(), (await countsOf(workspace)).events], [['segment_entered', 'segment_exited'], 1]);
  await forgetImport(store, workspace, importId);
  assert.deepEqual([await entries(), (await countsOf(workspace)).events], [[], 0]);
});

test('imports that began at the same moment are forgotten one by one [WH-2]', async () => {
  const workspace = await newWorkspace('same-moment');
  const files = ['a', 'b'].map((user) =>
    write(`${user}.csv`, `user_id,event,time\n${user},View,2025-01-01\n${user},,2025-01-01\n`),
  );
  const [one] = [
    await importFile(store, { workspace, path: files[0], now }),
    await importFile(store, { workspace, path: files[1], now }),
  ];
  assert.deepEqual(await countsOf(workspace), { events: 2, ids: 2, rejected: 2 });
  await forgetImport(store, workspace, one.importId);
  assert.deepEqual(await countsOf(workspace), { events: 1, ids: 1, rejected: 1 });
});

test('all rejected rows are counted, the first ten thousand are kept, none with personal data [WH-2]', async () => {
  const workspace = await newWorkspace('rejects');
  const many = REJECTED_KEPT + 2000;
  const bad = Array.from({ length: many }, (_, i) => `u${i},View,never,ann@example.com,+4930123456`);
  const path = write('bad.csv', ['user_id,event,timestamp,email,phone', ...bad, 'u1,View,2025-01-01,,'].join('\n'));
  const result = await importFile(store, { workspace, path, now });
  assert.deepEqual(
    [result.rows, result.events, result.rejected, result.rejectedKept],
    [many + 1, 1, many, REJECTED_KEPT],
  );
  assert.deepEqual(result.reasons, { 'not a moment': many });
  assert.equal((await countsOf(workspace)).rejected, REJECTED_KEPT);
  const [kept] = await store.facts.rows<{ body: string; field: string; value: string; id: string }>(
    `SELECT body, field, value, id FROM rejected_events WHERE workspace = {workspace:String} AND body LIKE '%"u7"%'`,
    { workspace },
  );
  assert.deepEqual([kept.field, kept.value, kept.id.endsWith('-8')], ['timestamp', '"never"', true]);
  assert.doesNotMatch(kept.body, /ann@|4930/);
});

test('ids of nobody are left out and counted, rows without another id are refused, also when resumed [WH-2]', async () => {
  const workspace = await newWorkspace('placeholders');
  const lines = ['user_id,anonymous_id,event,time', 'unknown,b1,View,2025-01-01', 'u2,-1,View,2025-01-01'];
  const path = write('placeholders.csv', [...lines, 'undefined,,View,2025-01-01', 'u3,b3,View,2025-01-01'].join('\n'));
  for (const added of [3, 0]) {
    const result = await importFile(store, { workspace, path, now });
    assert.deepEqual([result.added, result.events, result.rejected, result.ignoredIds], [added, 3, 1, 2]);
    assert.deepEqual(Object.keys(result.reasons), ['userId stands for nobody, and there is no other id']);
  }
  const rees46 = ['event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session'];
  for (const user of ['0', '7']) rees46.push(`2019-10-01 00:00:00 UTC,view,1,2,a.b,acme,3.5,${user},s-1`);
  const result = await importFile(store, { workspace, path: write('rees46.csv', rees46.join('\n')), now });
  assert.deepEqual([result.format, result.events, result.rejected], ['rees46', 1, 1]);
});

test('an unknown format is answered with the known ones [WH-2]', async () => {
  const path = write('any.csv', 'a,b\n1,2\n');
  await assert.rejects(importFile(store, { workspace: 'w', path, format: 'excel', now }), (error: InklingError) => {
    for (const name of ['csv', 'ndjson', 'parquet', 'online-retail', 'complete-journey', 'rees46', 'segment']) {
      assert.ok(error.hint!.includes(name), `${name} is not named`);
    }
    return error.code === 'invalid_input' && error.field === 'format';
  });
  await assert.rejects(
    importFile(store, { workspace: 'w', path, format: 'parquet', now }),
    /is a table in CSV, and parquet/,
  );
  await assert.rejects(importFile(store, { workspace: 'w', path, format: 'rees46', now }), /no column event_time/);
});

test('a file that cannot be read says why and what to do [WH-2]', async () => {
  const workspace = await newWorkspace('damaged');
  const load = (path: string, settings = {}) => importFile(store, { workspace, path, now, settings });
  await assert.rejects(load(join(folder, 'absent.csv')), /absent.csv cannot be read/);
  await assert.rejects(load(write('empty.csv', '')), /empty.csv is empty/);
  await assert.rejects(load(write('array.json', '[{"a":1}]')), { hint: /one object per line/ });
  await assert.rejects(load(write('zip.csv', Buffer.from('PK\u0003\u0004 rest'))), /is a ZIP archive/);
  await assert.rejects(load(write('utf16.csv', Buffer.from('\ufeffa,b', 'utf16le'))), /is UTF-16/);
  const open = `user_id,event,time\n1,View,2025-01-01\n2,"View,2025-01-01\n${'3,View,2025-01-01\n'.repeat(10)}`;
  await assert.rejects(load(write('quote.csv', open)), /a quote that is never closed/);
  await assert.rejects(load(write('list.csv', 'user_id,event,time\n1,View,2025-01-01\n'), { colour: 'red' }), {
    message: /there is no setting "colour"/,
    hint: /delimiter/,
  });
  const workspaceless = importFile(store, { workspace: 'nobody', path: bigFile, now });
  await assert.rejects(workspaceless, { code: 'not_found' });
});

test('of a file that is cut off, what could be read is kept and the whole one goes its own way [WH-2]', async () => {
  const workspace = await newWorkspace('cut-off');
  const bytes = readFileSync(bigFile);
  const path = write('cut.csv.gz', bytes.subarray(0, Math.floor(bytes.length * 0.8)));
  await assert.rejects(importFile(store, { workspace, path, now }), /is damaged or cut off/);
  const [record] = await store.state.query<{ status: string; rows_read: number }>(
    'SELECT status, rows_read FROM imports WHERE workspace = $1',
    [workspace],
  );
  assert.equal(record.status, 'FAILED');
  assert.equal((await countsOf(workspace)).events, Math.round(record.rows_read * 0.99));
});

// The real files, where they are: ../shared/data beside the repository, or INKLING_TEST_DATA.
const data = process.env['INKLING_TEST_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const absent = (path: string) =>
  existsSync(path) ? false : 'the data set is not here; INKLING_TEST_DATA names its folder';
const sumsOf = (workspace: string) =>
  store.facts.rows(
    `SELECT event, toUInt32(count()) AS orders, toUInt32(uniqExact(user_id)) AS people, round(sum(revenue), 2) AS revenue,
       toUInt32(sum(length(product_ids))) AS lines, toString(min(at)) AS first, toString(max(at)) AS last
     FROM events WHERE workspace = {workspace:String} GROUP BY event ORDER BY event`,
    { workspace },
  );

const retailPath = join(data, 'online_retail', 'online_retail.csv.gz');
test('online_retail: the whole file gives the counts computed from it by other means [WH-2]', {
  skip: absent(retailPath),
}, async () => {
  const workspace = await newWorkspace('online-retail');
  const result = await importFile(store, { workspace, path: retailPath, now });
  assert.deepEqual(
    [result.format, result.rows, result.events, result.rejected],
    ['online-retail', 541_909, 22_163, 135_108],
  );
  assert.deepEqual(result.reasons, {
    'no customer: nobody to credit the line to': 135_080,
    'a cost of the shop, not an act of a customer': 28,
  });
  // Counted with Python's csv module: invoices, customers, sums and lines of goods of the rows that have a customer.
  assert.deepEqual(await sumsOf(workspace), [
    {
      event: 'purchase',
      orders: 18_525,
      people: 4338,
      revenue: 8_911_242.9,
      lines: 396_374,
      first: '2010-12-01 08:26:00.000',
      last: '2011-12-09 12:50:00.000',
    },
    {
      event: 'refund',
      orders: 3638,
      people: 1589,
      revenue: 603_408.66,
      lines: 8539,
      first: '2010-12-01 09:41:00.000',
      last: '2011-12-09 11:58:00.000',
    },
  ]);
});

const journeyPath = join(data, 'complete_journey', 'transactions_sample.csv.gz');
test('complete_journey: the sample gives the counts computed from it by other means [WH-2]', {
  skip: absent(journeyPath),
}, async () => {
  const workspace = await newWorkspace('complete-journey');
  const result = await importFile(store, { workspace, path: journeyPath, now });
  assert.deepEqual(
    [result.format, result.rows, result.events, result.rejected],
    ['complete-journey', 75_000, 47_034, 416],
  );
  assert.deepEqual(await sumsOf(workspace), [
    {
      event: 'purchase',
      orders: 47_034,
      people: 2373,
      revenue: 233_935.24,
      lines: 74_584,
      first: '2017-01-01 07:30:27.000',
      last: '2017-12-31 22:32:25.000',
    },
  ]);
});
