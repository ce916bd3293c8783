// A slice of each format, made up: what it becomes, what is refused and why.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ImportOptions, importFile } from '../../src/collect/index.ts';
import { ensureWorkspace } from '../../src/govern/index.ts';
import { openTestStore } from '../support/store.ts';

const now = new Date('2026-01-01T00:00:00Z');
const store = await openTestStore();
const folder = mkdtempSync(join(tmpdir(), 'inkling-import-'));
after(() => rmSync(folder, { recursive: true }));

let workspaces = 0;

/** Imports a file of these lines into a workspace of its own. */
async function load(name: string, content: string | Uint8Array, options: Partial<ImportOptions> = {}) {
  workspaces += 1;
  const workspace = `slice-${workspaces}`;
  await ensureWorkspace(store, workspace, now);
  const path = join(folder, String(workspaces), name);
  mkdirSync(join(folder, String(workspaces)), { recursive: true });
  writeFileSync(path, content);
  const result = await importFile(store, { workspace, path, now, ...options });
  return { result, path, workspace, events: await eventsOf(workspace), rejected: await rejectedOf(workspace) };
}

type Event = {
  message_id: string;
  event: string;
  name: string;
  at: string;
  user_id: string;
  anonymous_id: string;
  email_hash: string;
  order_id: string;
  revenue: number;
  platform: string;
  country: string;
  session_id: string;
  product_ids: string[];
  categories: string[];
  brands: string[];
  prices: number[];
  quantities: number[];
  properties: string;
  traits: string;
  source: string;
};

const eventsOf = (workspace: string) =>
  store.facts.rows<Event>('SELECT * FROM events WHERE workspace = {workspace:String} ORDER BY at, message_id', {
    workspace,
  });

const rejectedOf = (workspace: string) =>
  store.facts.rows<{ field: string; value: string; reason: string; body: string }>(
    'SELECT field, value, reason, body FROM rejected_events WHERE workspace = {workspace:String} ORDER BY id',
    { workspace },
  );

const lines = (...rows: string[]) => `${rows.join('\n')}\n`;

const onlineRetail = lines(
  'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
  '536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom',
  '536365,71053,"WHITE METAL LANTERN, ""large""",2,2010-12-01 08:26:00,3.39,17850.0,United Kingdom',
  '536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.0,17850.0,United Kingdom',
  '536366,22423,CAKESTAND,1,2010-12-01 08:28:00,12.75,,United Kingdom',
  'C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom',
  'C536380,22423,CAKESTAND,-3,2010-12-01 09:49:00,12.75,14527.0,France',
  '536365,22752,SET 7 BABUSHKA NESTING BOXES,1,2010-12-01 08:27:00,0.0,17850.0,United Kingdom',
  '536400,BANK CHARGES,Bank Charges,1,2010-12-01 10:00:00,15.0,14527.0,United Kingdom',
  '536401,22423,CAKESTAND,-5,2010-12-01 10:01:00,0.0,14527.0,United Kingdom',
  '536402,22423,CAKESTAND,one,2010-12-01 10:01:00,1.0,14527.0,United Kingdom',
  '536403,22423,CAKESTAND,1,2010-02-30 10:01:00,1.0,14527.0,United Kingdom',
);

test('online-retail: lines of an invoice are one order, C is a refund, charges are no products [WH-2]', async () => {
  const { result, events, rejected } = await load('any-name.csv', onlineRetail);
  assert.equal(result.format, 'online-retail');
  assert.deepEqual([result.rows, result.events, result.rejected], [11, 3, 5]);
  const [order, discount, refund] = events;
  assert.equal(order.event, 'purchase');
  assert.equal(order.at, '2010-12-01 08:26:00.000');
  assert.equal(order.user_id, '17850');
  assert.equal(order.order_id, '536365');
  assert.equal(order.country, 'United Kingdom');
  assert.equal(order.platform, 'web');
  assert.deepEqual(order.product_ids, ['85123A', '71053', '22752']);
  assert.deepEqual(order.quantities, [6, 2, 1]);
  assert.deepEqual(
    order.prices.map((price) => Math.round(price * 100)),
    [255, 339, 0],
  );
  assert.equal(order.revenue, 40.08);
  assert.match(order.properties, /WHITE METAL LANTERN, \\"large\\"/);
  assert.deepEqual([discount.event, discount.revenue, discount.product_ids], ['refund', 27.5, []]);
  assert.deepEqual([refund.event, refund.revenue, refund.quantities, refund.country], ['refund', 38.25, [3], 'France']);
  assert.deepEqual(rejected.map(({ field, value, reason }) => [field, value, reason]).sort(), [
    ['CustomerID', '', 'no customer: nobody to credit the line to'],
    ['InvoiceDate', '"2010-02-30 10:01:00"', 'not a moment'],
    ['Quantity', '"one"', 'not a number'],
    ['Quantity', '-5', 'a negative quantity outside of a cancellation'],
    ['StockCode', '"BANK CHARGES"', 'a cost of the shop, not an act of a customer'],
  ]);
  const body = JSON.parse(rejected.find(({ field }) => field === 'CustomerID')!.body);
  assert.deepEqual([body.InvoiceNo, body.StockCode, body.CustomerID], ['536366', '22423', '']);
});

test('online-retail: the spelling and the dates of other editions are understood [WH-2]', async () => {
  const { result, events } = await load(
    'retail2.csv',
    lines(
      'Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country',
      '489434,85048,LIGHTS,12,12/1/2009 7:45,6.95,13085,United Kingdom',
    ),
  );
  assert.deepEqual([result.format, result.events], ['online-retail', 1]);
  assert.deepEqual([events[0].at, events[0].user_id], ['2009-12-01 07:45:00.000', '13085']);
});

const completeJourney = lines(
  '"household_id","store_id","basket_id","product_id","quantity","sales_value","retail_disc","coupon_disc","coupon_match_disc","week","transaction_timestamp"',
  '"2261","309","31625220889","940996",1,3.86,0.43,0,0,5,2017-01-28 14:06:53',
  '"2131","368","4.0128e+10","873902",2,3.18,0.9,0.5,0,10,2017-02-28 22:31:57',
  '"2261","309","31625220889","847901",4,1,0.69,0,0,5,2017-01-28 14:06:53',
  '"2261","309","31625220889","999999",1,2.5,0,0,0,5,2017-01-28 14:06:53',
  '"511","316","32445856036","847901",0,0,0,0,0,13,2017-03-26 13:22:21',
);

test('complete-journey: scattered lines of a basket are one order, products stand beside the file [WH-2]', async () => {
  const { result, events, rejected, path, workspace } = await load('transactions.csv', completeJourney);
  assert.deepEqual([result.format, result.rows, result.events, result.rejected], ['complete-journey', 5, 2, 1]);
  assert.deepEqual(events[0].product_ids, ['940996', '847901', '999999']);
  assert.deepEqual([events[0].order_id, events[0].revenue, events[0].platform], ['31625220889', 7.36, 'store']);
  assert.equal(events[1].order_id, '40128000000');
  assert.match(events[1].properties, /"coupon":"manufacturer coupon"/);
  assert.equal(rejected[0].reason, 'no article changed hands');
  await ensureWorkspace(store, `${workspace}-products`, now);
  const products = lines(
    '"product_id","manufacturer_id","department","brand","product_category","product_type","package_size"',
    '"940996","2","GROCERY","National","FRZN ICE","ICE","22 LB"',
    '"847901","2","PASTRY","Private",,,',
  );
  writeFileSync(join(path, '..', 'products.csv.gz'), gzipSync(products));
  await importFile(store, { workspace: `${workspace}-products`, path, now });
  const [withProducts] = await eventsOf(`${workspace}-products`);
  assert.deepEqual(withProducts.categories, ['FRZN ICE', 'PASTRY', '']);
  assert.deepEqual(withProducts.brands, ['National', 'Private', '']);
  assert.deepEqual(
    withProducts.prices.map((price) => Math.round(price * 100)),
    [386, 25, 250],
  );
});

test('rees46: each line is an event with category, brand, price and session [WH-2]', async () => {
  const { result, events, rejected } = await load(
    '2019-Oct.csv.gz',
    gzipSync(
      lines(
        'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session',
        '2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,72d76fde',
        '2019-10-01 00:00:05 UTC,cart,1004237,2053013555631882655,electronics.smartphone,apple,1081.98,535871217,c6bd7419',
        '2019-10-01 00:00:09 UTC,purchase,1004237,2053013555631882655,electronics.smartphone,apple,1081.98,535871217,c6bd7419',
        '2019-10-01 00:00:10 UTC,remove_from_cart,1004237,2053013555631882655,,,1081.98,535871217,c6bd7419',
        '2019-10-01 00:00:11 UTC,steal,1004237,2053013555631882655,,,1081.98,535871217,c6bd7419',
        '2019-10-01 00:00:12 UTC,view,1004237,2053013555631882655,,,1081.98,,c6bd7419',
        '2019-10-01 00:00:12 UTC,view,1004237',
      ),
    ),
  );
  assert.deepEqual([result.format, result.rows, result.events, result.rejected], ['rees46', 7, 4, 3]);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['product_view', 'add_to_cart', 'purchase', 'remove_from_cart'],
  );
  assert.deepEqual(events[0].categories, ['2103807459595387724']);
  assert.deepEqual([events[1].categories, events[1].brands], [['electronics.smartphone'], ['apple']]);
  assert.deepEqual([events[2].revenue, events[2].session_id, events[2].user_id], [1081.98, 'c6bd7419', '535871217']);
  assert.deepEqual(
    rejected.map(({ field }) => field),
    ['event_type', 'user_id', 'columns'],
  );
});

test('retailrocket: milliseconds, visitors are people, a transaction is one order [WH-2]', async () => {
  const { result, events, rejected } = await load(
    'events.csv',
    lines(
      'timestamp,visitorid,event,itemid,transactionid',
      '1433221332117,257597,view,355908,',
      '1433224214164,992329,addtocart,248676,',
      '1433222276276,599528,transaction,356475,4000',
      '1433221999827,111016,view,318965,',
      '1433222276276,599528,transaction,15335,4000',
      '1433222276276,599528,transaction,15335,',
      'yesterday,599528,view,15335,',
    ),
  );
  assert.deepEqual([result.format, result.rows, result.events, result.rejected], ['retailrocket', 7, 4, 2]);
  const order = events.find(({ event }) => event === 'purchase')!;
  assert.deepEqual([order.order_id, order.product_ids, order.user_id], ['4000', ['356475', '15335'], '599528']);
  assert.equal(events[0].at, '2015-06-02 05:02:12.117');
  assert.deepEqual(rejected.map(({ reason }) => reason).sort(), ['a transaction without its number', 'not a moment']);
});

test('taobao: a file without a header is recognised by its behaviours [WH-2]', async () => {
  const { result, events } = await load(
    'UserBehavior.csv',
    lines(
      '1,2268318,2520377,pv,1511544070',
      '1,2333346,2520771,cart,1511561733',
      '1,2576651,149192,fav,1511572885',
      '100,3830808,4181361,buy,1511593493',
      '100,3830808,4181361,buy,-1511593493',
    ),
  );
  assert.deepEqual([result.format, result.rows, result.events, result.rejected], ['taobao', 5, 4, 1]);
  assert.deepEqual(
    events.map(({ event, categories }) => [event, ...categories]),
    [
      ['product_view', '2520377'],
      ['add_to_cart', '2520771'],
      ['add_to_wishlist', '149192'],
      ['purchase', '4181361'],
    ],
  );
  assert.equal(events[0].at, '2017-11-24 17:21:10.000');
  assert.deepEqual(result.reasons, { 'not a moment between 1970 and 2200': 1 });
});

test('segment: messages keep their ids; what the door would refuse is refused [WH-2]', async () => {
  const { result, events, rejected } = await load(
    'archive.json.gz',
    gzipSync(
      lines(
        '{"type":"track","messageId":"m-1","userId":"u1","event":"Product Viewed","timestamp":"2025-05-01T10:00:00Z","properties":{"product_id":"p1"}}',
        '{"type":"identify","messageId":"m-2","anonymousId":"a1","traits":{"email":"Ann@Example.com"},"receivedAt":"2025-05-01T10:01:00Z"}',
        '{"type":"page","messageId":"m-3","anonymousId":"a1","timestamp":"2025-05-01T10:02:00Z","context":{"page":{"path":"/hats"}}}',
        '{"type":"track","messageId":"m-4","event":"Lost","timestamp":"2025-05-01T10:03:00Z"}',
        '{"type":"track","messageId":"m-5","userId":"u1","timestamp":"2025-05-01T10:03:00Z"}',
        '{"type":"track","messageId":"m-6","userId":"u1","event":"Late","timestamp":"2031-05-01T10:03:00Z"}',
        'no json',
      ),
    ),
  );
  assert.deepEqual([result.format, result.rows, result.events, result.rejected], ['segment', 7, 3, 4]);
  assert.deepEqual(
    events.map(({ message_id, event }) => [message_id, event]),
    [
      ['m-1', 'product_view'],
      ['m-2', 'identify'],
      ['m-3', 'page_view'],
    ],
  );
  assert.match(events[1].email_hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(
    rejected.map(({ field }) => field),
    ['userId', 'event', 'timestamp', 'line'],
  );
  assert.equal(result.reasons['in the future'], 1);
});

test('csv: columns are found by their names, the others become properties [WH-2]', async () => {
  const { result, events } = await load(
    'export.csv',
    lines(
      'Customer ID;Event Name;Created At;SKU;Unit Price;Qty;Order ID;Colour;Code',
      'c-1;Order Completed;2025-03-01T10:00:00+02:00;hat;£1,250.50;2;o-1;red;007',
      'c-2;view;1740823200;scarf;;;;blue;42',
      ';view;1740823200;scarf;;;;blue;42',
      'c-3;view;1740823200;scarf;cheap;;;blue;42',
    ),
  );
  assert.deepEqual([result.format, result.rows, result.events, result.rejected], ['csv', 4, 2, 2]);
  const [order, view] = events;
  assert.deepEqual([order.at, order.event, order.revenue], ['2025-03-01 08:00:00.000', 'purchase', 2501]);
  assert.deepEqual([order.product_ids, order.quantities, order.order_id], [['hat'], [2], 'o-1']);
  assert.deepEqual(JSON.parse(order.properties).Code, '007');
  assert.deepEqual([view.event, view.at, view.product_ids], ['product_view', '2025-03-01 10:00:00.000', ['scarf']]);
  assert.deepEqual([JSON.parse(view.properties).Colour, JSON.parse(view.properties).Code], ['blue', 42]);
  assert.deepEqual(result.reasons, { 'nobody to credit the row to': 1, 'not a number': 1 });
});

test('csv: a mapping says which column is what [WH-2]', async () => {
  const { result, events } = await load(
    'crm.csv',
    lines('kunde,wann,was,betrag,mail,seite', '7.0,2025-03-01,K,19.5,ann@example.com,/kasse', '8,2025-03-02,X,1,,'),
    {
      mapping: {
        userId: 'kunde',
        timestamp: 'wann',
        event: 'was',
        'properties.revenue': 'betrag',
        'context.traits.email': 'mail',
        'context.page.path': 'seite',
      },
      settings: { eventNames: { K: 'Order Completed' }, platform: 'store', others: 'drop' },
    },
  );
  assert.equal(result.events, 2);
  assert.deepEqual([events[0].user_id, events[0].event, events[0].revenue], ['7', 'purchase', 19.5]);
  assert.equal(events[0].platform, 'store');
  assert.match(events[0].email_hash, /^[0-9a-f]{64}$/);
  assert.doesNotMatch(JSON.stringify(events), /ann@example/);
  assert.deepEqual([events[1].event, events[1].name], ['x', 'X']);
});

test('csv: what cannot be guessed is asked for, with the columns there are [WH-2]', async () => {
  await assert.rejects(load('odd.csv', lines('foo,bar', '1,2')), (error: Error & { hint: string; field: string }) => {
    assert.match(error.message, /userId \(or anonymousId\) and timestamp and event/);
    assert.match(error.hint, /foo, bar/);
    return error.field === 'mapping';
  });
  await assert.rejects(
    load('odd.csv', lines('user,when,what', '1,2,3'), { mapping: { timestamp: 'wen' } }),
    (error: Error & { hint: string }) => /no column "wen"/.test(error.message) && /user, when, what/.test(error.hint),
  );
  await assert.rejects(
    load('odd.csv', lines('user,when', '1,2'), { mapping: { moment: 'when' } }),
    /cannot fill "moment"/,
  );
});

test('csv: a file of customers becomes identify messages; a file without a header is given names [WH-2]', async () => {
  const { events } = await load('customers.csv', lines('customer_id,email,plan', '1,ann@example.com,gold'), {
    settings: { type: 'identify' },
  });
  assert.deepEqual([events[0].event, JSON.parse(events[0].traits).plan], ['identify', 'gold']);
  assert.match(events[0].email_hash, /^[0-9a-f]{64}$/);
  const bare = await load('bare.csv', lines('u1,Signed Up,2025-01-01', 'u2,Signed Up,2025-01-02'), {
    settings: { columns: ['user', 'event', 'time'] },
  });
  assert.deepEqual([bare.result.rows, bare.events[0].event, bare.events[1].user_id], [2, 'signup', 'u2']);
});

test('ndjson: keys by name, by mapping and inside objects [WH-2]', async () => {
  const { result, events } = await load(
    'log.ndjson',
    lines(
      '{"who":{"id":5},"action":"addtocart","ts":1740823200123,"sku":"hat","price":3,"extra":{"a":[1]}}',
      '',
      '{"who":{"id":null},"action":"view","ts":1740823200123}',
      '[1]',
    ),
    { mapping: { userId: 'who.id' } },
  );
  assert.deepEqual([result.format, result.rows, result.events, result.rejected], ['ndjson', 3, 1, 2]);
  const [{ user_id, event, at, product_ids, properties }] = events;
  assert.deepEqual([user_id, event, at, product_ids], ['5', 'add_to_cart', '2025-03-01 10:00:00.123', ['hat']]);
  assert.deepEqual(JSON.parse(properties).extra, { a: [1] });
});

for (const compression of ['zstd', 'snappy', 'gzip', 'lz4', 'none']) {
  test(`parquet: typed columns in row groups, compressed by ${compression} [WH-2]`, async () => {
    const path = join(folder, `${compression}.parquet`);
    // In a process of its own, since the embedded engine of this one belongs to the store.
    const sql = `SELECT 1 + number % 10 AS user_id, if(number % 3 = 0, 'purchase', 'view') AS event_type,
        toDateTime64('2025-01-01 00:00:00', 3, 'UTC') + toIntervalMinute(number) AS event_time,
        toString(number % 7) AS product_id, toFloat64(number) / 2 AS price,
        if(number % 2 = 0, NULL, 'brand') AS brand
      FROM numbers(2500) INTO OUTFILE '${path}' FORMAT Parquet
      SETTINGS output_format_parquet_compression_method = '${compression}', output_format_parquet_row_group_size = 1000,
        max_block_size = 500, max_threads = 1`;
    const chdb = import.meta.resolve('chdb');
    execFileSync(process.execPath, [
      '-e',
      `import(${JSON.stringify(chdb)}).then((m) => m.query(${JSON.stringify(sql)}))`,
    ]);
    await ensureWorkspace(store, `parquet-${compression}`, now);
    const seen: number[] = [];
    const result = await importFile(store, {
      workspace: `parquet-${compression}`,
      path,
      now,
      onProgress: ({ bytesRead }) => seen.push(bytesRead),
    });
    assert.deepEqual([result.format, result.rows, result.events, result.rejected], ['parquet', 2500, 2500, 0]);
    const events = await eventsOf(`parquet-${compression}`);
    assert.equal(new Set(events.map(({ message_id }) => message_id)).size, 2500);
    const [first, second] = events;
    assert.deepEqual([first.user_id, first.event, first.at], ['1', 'purchase', '2025-01-01 00:00:00.000']);
    assert.deepEqual([second.user_id, second.prices, second.brands], ['2', [0.5], ['brand']]);
    assert.deepEqual([events[1999].at, events[1999].prices], ['2025-01-02 09:19:00.000', [999.5]]);
    assert.ok(seen.length > 2 && seen.every((bytes, i) => i === 0 || bytes >= seen[i - 1]));
  });
}
