// The contract of every source connector, and the pieces they share: cells, tables, baskets.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { gatherBaskets } from '../../src/collect/connectors/baskets.ts';
import { identifierIn, isoMoment, numberIn } from '../../src/collect/connectors/cells.ts';
import {
  type Batch,
  BrokenLine,
  type Outcome,
  type RawRecord,
  refuse,
} from '../../src/collect/connectors/connector.ts';
import { readTable } from '../../src/collect/connectors/table.ts';
import { catalogue, connectors } from '../../src/collect/index.ts';

/** Columns that let the general formats know what is what. */
const generalHeader = ['user_id', 'event', 'timestamp'];

test('connectors have different names', () => {
  assert.equal(new Set(connectors.map(({ name }) => name)).size, connectors.length);
});

for (const connector of connectors) {
  const header = connector.columns.length > 0 ? connector.columns : generalHeader;
  const context = { path: '/nowhere/file', header, settings: Value.Default(connector.settings, {}) };
  const shape = connector.shapes[0];
  const blank: RawRecord =
    shape === 'objects' ? Object.fromEntries(header.map((name) => [name, ''])) : header.map(() => '');
  const nonsense: RawRecord =
    shape === 'objects' ? Object.fromEntries(header.map((name) => [name, '☃'])) : header.map(() => '☃');

  test(`${connector.name}: describes itself`, () => {
    assert.match(connector.name, /^[a-z0-9-]+$/);
    assert.match(connector.sentence, /^[A-Z].+\.$/);
    assert.ok(Value.Check(connector.settings, context.settings), 'its defaults pass its own schema');
    assert.equal((connector.settings as { additionalProperties?: boolean }).additionalProperties, false);
    assert.ok(catalogue.some(({ event }) => event === connector.conversionEvent));
    for (const moment of connector.protocol?.testMoments ?? []) assert.match(moment, /^\d{4}-\d\d-\d\d$/);
  });

  test(`${connector.name}: accounts for every row, names what is wrong, and reads the same twice`, async () => {
    const broken = new BrokenLine('{', refuse('line', '{', 'not JSON'));
    const read = async () => {
      const batches = batchesOf([[blank, nonsense], [broken], [blank]]);
      return (await allOf(connector.read(batches, context))).flat();
    };
    const outcomes = await read();
    assert.equal(
      outcomes.reduce((sum, outcome) => sum + outcome.rows, 0),
      4,
    );
    for (const outcome of outcomes) {
      assert.ok('refusal' in outcome, 'nothing of this is a message');
      assert.ok(outcome.refusal.reason.length > 3);
      assert.doesNotMatch(outcome.refusal.reason, /☃/, 'a reason is counted, so it carries no value');
    }
    assert.deepEqual(await read(), outcomes);
  });

  test(`${connector.name}: an empty file has no outcomes`, async () => {
    assert.deepEqual((await allOf(connector.read(batchesOf([]), context))).flat(), []);
  });
}

/** First lines of the sources whose files do not name their columns. */
const firstLines: Readonly<Record<string, string>> = {
  taobao: '1,2,3,pv,1511544070',
  snowplow: `shop\tweb\t\t\t\tpage_view${'\t'.repeat(125)}`,
};

test('a public format is recognised by its columns and stands before the general ones', () => {
  for (const connector of connectors.filter(({ columns, shapes }) => columns.length > 0 && shapes.includes('csv'))) {
    const line = connector.headerless ? firstLines[connector.name] : connector.columns.join(',');
    const header = line.split(/[,\t]/);
    const sample = { fileName: 'x', shape: 'csv' as const, header, first: header, line };
    assert.equal(connectors.find((one) => one.recognises(sample))?.name, connector.name);
  }
});

test('moments: known layouts, UTC where no zone is named, nothing invented', () => {
  const noon = '2025-03-01T12:00:00.000Z';
  const same = [
    '2025-03-01 12:00:00',
    '2025-03-01T12:00:00',
    '2025-03-01 12:00',
    '2025-03-01 12:00:00 UTC',
    '2025-03-01T12:00:00Z',
    '2025-03-01 13:00:00+01:00',
    '2025-03-01 13:00:00 +0100',
    '2025-03-01T12:00:00.000Z',
    '2025-03-01 12:00:00.000000',
    '3/1/2025 12:00',
    'Sat, 01 Mar 2025 12:00:00 GMT',
    '1740830400',
    '1740830400000',
    '1740830400000000',
    '1740830400000000000',
    1740830400,
    1740830400000,
    1740830400000000n,
    new Date(noon),
  ];
  for (const cell of same) assert.equal(isoMoment(cell), noon, String(cell));
  assert.equal(isoMoment('20250301'), '2025-03-01T00:00:00.000Z');
  assert.equal(isoMoment('2025-03-01 12:00:00.5'), '2025-03-01T12:00:00.500Z');
  const none = [
    '',
    'never',
    '2025-02-30',
    '2025-02-30 10:00:00',
    '2025-13-01',
    '13/13/2025',
    '2025-03-01 25:00:00',
    null,
    {},
    Number.NaN,
  ];
  for (const cell of none) assert.equal(isoMoment(cell), undefined, String(cell));
});

test('moments: what a Date writes is read as that Date', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1974-01-01'), max: new Date('2199-01-01'), noInvalidDate: true }), (date) => {
      const iso = date.toISOString();
      assert.equal(isoMoment(iso), iso);
      assert.equal(isoMoment(iso.replace('T', ' ').slice(0, 23)), iso);
      assert.equal(isoMoment(date.getTime()), iso);
    }),
  );
});

test('numbers and identifiers', () => {
  const numbers: [unknown, number | undefined][] = [
    ['12.50', 12.5],
    ['-3', -3],
    ['£1,250.50', 1250.5],
    ['-$5', -5],
    ['1e3', 1000],
    ['4.4e-16', 4.4e-16],
    [7, 7],
    [7n, 7],
    ['', undefined],
    [' ', undefined],
    ['1,2', undefined],
    ['0x10', undefined],
    ['abc', undefined],
    ['Infinity', undefined],
    [Number.NaN, undefined],
    [null, undefined],
  ];
  for (const [cell, number] of numbers) assert.equal(numberIn(cell), number, String(cell));
  for (const [cell, id] of [
    ['17850.0', '17850'],
    [' a1 ', 'a1'],
    ['1.5', '1.5'],
    ['0017', '0017'],
    [5n, '5'],
    [null, ''],
  ]) {
    assert.equal(identifierIn(cell), id);
  }
});

test('tables: splitting and parsing read the same rows, however the bytes are cut', async () => {
  const cell = fc.oneof(
    { weight: 8, arbitrary: fc.stringMatching(/^[a-zé€ 0-9.]{0,6}$/) },
    { weight: 1, arbitrary: fc.constantFrom('"x, y"', '"two\nlines"', '"say ""hi"""') },
  );
  const row = fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), cell, cell).map((cells) => cells.join(','));
  const rows = fc.array(row, { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      async (body, end, closed, size) => {
        const text = `h1,h2,h3${end}${body.map((line) => line.replaceAll('\n', end)).join(end)}${closed ? end : ''}`;
        const bytes = Buffer.from(`\ufeff${text}`);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        const reading = { delimiter: ',', encoding: 'utf8' as const, width: 3, skip: 1 };
        const batches = await allOf(readTable(Readable.from(pieces), reading));
        assert.deepEqual(
          batches.flatMap(({ records }) => records),
          parse(text, { relax_quotes: true, skip_empty_lines: true }).slice(1),
        );
        assert.deepEqual(
          batches.map(({ firstRow }) => firstRow),
          batches.map((_, i) => 1 + batches.slice(0, i).reduce((sum, { records }) => sum + records.length, 0)),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('tables: line ends of old Macintosh files', async () => {
  const reading = { delimiter: ',', encoding: 'utf8' as const, width: 2, skip: 1 };
  const batches = await allOf(readTable(Readable.from([Buffer.from('a,b\r1,2\r3,4\r')]), reading));
  assert.deepEqual(batches[0].records, [
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('baskets: scattered lines gather while few orders are open, and the oldest closes first', async () => {
  const gather = (openAtMost: number, orders: string[]) =>
    allOf(
      gatherBaskets<readonly unknown[], string>(batchesOf([orders.map((order, i) => [order, `${i}`])]), {
        openAtMost,
        line: ([order, line]) => ({ order: order as string, line: line as string }),
        message: (order, lines) => ({ type: 'track', event: order, properties: { lines: lines.join('') } }),
      }),
    ).then((all) => all.flat().map(shown));
  assert.deepEqual(await gather(3, ['a', 'b', 'a', 'c', 'b']), ['a@1: 02', 'b@2: 14', 'c@4: 3']);
  assert.deepEqual(await gather(1, ['a', 'b', 'a', 'a']), ['a@1: 0', 'b@2: 1', 'a@3: 23']);
});

function shown(outcome: Outcome): string {
  return 'message' in outcome
    ? `${outcome.message.event}@${outcome.row}: ${outcome.message.properties!['lines']}`
    : 'refused';
}

async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function* batchesOf(batches: readonly (readonly (RawRecord | BrokenLine)[])[]): AsyncIterable<Batch> {
  let firstRow = 1;
  for (const records of batches) {
    yield { firstRow, records };
    firstRow += records.length;
  }
}
