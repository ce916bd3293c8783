import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readTable, readTexts, type Table, type TableOptions } from '../../src/lab/index.ts';
import { temporaryFolder } from '../cli/inkling.ts';

type Context = { after(end: () => void): void };

const reading = (t: Context, name: string, bytes: string | Uint8Array, options?: TableOptions): Promise<Table> => {
  const path = join(temporaryFolder(t), name);
  writeFileSync(path, bytes);
  return readTable(path, options);
};

/** Cells as they can be written again. */
const cellsOf = ({ columns }: Table) =>
  columns.map(({ kind, values, texts }) =>
    Array.from(values, (value) => (Number.isNaN(value) ? null : kind === 'text' ? texts[value] : value)),
  );

test('a CSV becomes columns of numbers, dates and texts, with quotes, blanks and a byte order mark [WH-8]', async (t) => {
  const lines = [
    '\ufeffa,"b ""x""",c,d,e',
    '1,"x, y",2026-01-31,007,',
    '2.5,"say ""hi""\nthere",2026/02/01,12,NA',
    ' -3e2 ,z,,5,?',
    '',
  ];
  const table = await reading(t, 'a.csv', lines.join('\r\n'));
  assert.deepEqual(
    table.columns.map(({ name, kind }) => [name, kind]),
    [
      ['a', 'number'],
      ['b "x"', 'text'],
      ['c', 'date'],
      ['d', 'text'],
      ['e', 'number'],
    ],
  );
  assert.deepEqual(cellsOf(table), [
    [1, 2.5, -300],
    ['x, y', 'say "hi"\nthere', 'z'],
    [Date.UTC(2026, 0, 31), Date.UTC(2026, 1, 1), null],
    ['007', '12', '5'],
    [null, null, null],
  ]);
});

test('separators, a missing header, gzip and own signs for "unknown" are understood', async (t) => {
  const expected = [
    [1, 2],
    ['x', 'y'],
    [null, 4],
  ];
  const zipped = gzipSync('a\tb\tc\n1\tx\t-\n2\ty\t4\n');
  assert.deepEqual(cellsOf(await reading(t, 'a.tsv.gz', zipped, { missing: ['-'] })), expected);
  assert.deepEqual(cellsOf(await reading(t, 'a.csv', 'a;b;c\n1;x;\n2;y;4')), expected);
  const bare = await reading(t, 'a.csv', '1|x|-9\n2|y|4\n', { firstLine: 'row', missing: ['-9'] });
  assert.deepEqual(cellsOf(bare), expected);
  assert.deepEqual(
    bare.columns.map(({ name }) => name),
    ['c1', 'c2', 'c3'],
  );
});

test('numbers are read to the last bit, and texts whatever they hold', async (t) => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(0.1, 1e22, 5e-324),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(number, fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 30 }),
      async (rows) => {
        const text = rows.map(([n, s]) => `${n},"t${s.replaceAll('"', '""')}."`).join('\n');
        const table = await reading(t, 'a.csv', `n,s\n${text}\n`);
        assert.deepEqual(cellsOf(table), [rows.map(([n]) => n + 0), rows.map(([, s]) => `t${s}.`)]);
      },
    ),
    { numRuns: 60, seed: 3 },
  );
});

test('records that cross the pieces of a file are whole [WH-8]', async (t) => {
  // Four megabytes: the file is read in pieces of one.
  const lines = Array.from({ length: 40_000 }, (_, r) => `${r},"row ""${r}"" ${'x'.repeat(80)}"`);
  const table = await reading(t, 'a.csv', `n,s\n${lines.join('\n')}`);
  assert.equal(table.rows, 40_000);
  assert.ok(table.columns[0].values.every((value, r) => value === r));
  assert.ok(table.columns[1].texts.every((text, r) => text.startsWith(`row "${r}" x`)));
});

test('Parquet gives the same columns, over several row groups [WH-8]', async (t) => {
  const path = join(temporaryFolder(t), 'a.parquet');
  // Written by ClickHouse in a process of its own.
  const sql = `SELECT number % 7 AS n, if(number % 5 = 0, NULL, toFloat64(number) / 4) AS x,
      if(number % 2 = 0, 'even', 'odd') AS kind, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalDay(number) AS at,
      number % 3 = 0 AS y
    FROM numbers(2500) INTO OUTFILE '${path}' FORMAT Parquet
    SETTINGS output_format_parquet_row_group_size = 1000, max_block_size = 500, max_threads = 1`;
  const chdb = import.meta.resolve('chdb');
  const script = `import(${JSON.stringify(chdb)}).then((m) => m.query(${JSON.stringify(sql)}))`;
  execFileSync(process.execPath, ['-e', script]);
  const table = await readTable(path);
  assert.deepEqual(
    table.columns.map(({ name, kind }) => [name, kind]),
    [
      ['n', 'number'],
      ['x', 'number'],
      ['kind', 'text'],
      ['at', 'date'],
      ['y', 'number'],
    ],
  );
  const cells = cellsOf(table);
  for (const r of [0, 1, 999, 1000, 2499]) {
    const expected = [
      r % 7,
      r % 5 === 0 ? null : r / 4,
      r % 2 ? 'odd' : 'even',
      Date.UTC(2026, 0, 1 + r),
      Number(r % 3 === 0),
    ];
    assert.deepEqual(
      cells.map((column) => column[r]),
      expected,
    );
  }
});

test('a file that cannot be read says where and what to do', async (t) => {
  const refused = (name: string, text: string, message: RegExp) =>
    assert.rejects(reading(t, name, text), (error: Error & { hint?: string }) => {
      assert.match(error.message, message);
      assert.ok((error.hint ?? '').length > 0);
      return true;
    });
  await refused('a.csv', 'a,b\n1,2\n\n1,2,3\n', /a\.csv, line 4: it has 3 columns, and line 1 has 2/);
  await refused('a.csv', 'a,b,a\n1,2,3\n', /line 1: the column "a" stands there twice/);
  await refused('a.csv', 'a,b\n', /a\.csv holds no rows/);
  await refused('a.csv', '', /a\.csv holds no rows/);
  await assert.rejects(readTable('/nowhere/a.csv'), { code: 'not_found', message: /\/nowhere\/a\.csv/ });
});

test('a large file is read by several threads as by one: every cell a text, each different text once [WH-4]', async (t) => {
  const path = join(temporaryFolder(t), 'large.csv');
  const rows = Array.from({ length: 70_000 }, (_, r) => [
    `"row ""${r}"", with\na second line and ${'x'.repeat(80)}"`,
    ['Zoë', ' Łódź ', 'NA', '', '?', '007'][r % 6],
    String(r % 1000).padStart(4, '0'),
    r % 7 === 0 ? '' : `町${r % 500}`,
  ]);
  writeFileSync(path, ['long,place,code,mark', ...rows.map((row) => row.join(','))].join('\n'));
  const [one, several] = [await readTexts(path, {}, 1), await readTexts(path, {}, 3)];
  assert.deepEqual(several, one);
  const [long, place, code] = several.columns;
  const cell = ({ codes, texts }: typeof long, row: number) => (codes[row] < 0 ? undefined : texts[codes[row]]);
  assert.equal(cell(long, 7), `row "7", with\na second line and ${'x'.repeat(80)}`);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((row) => cell(place, row)),
    ['Zoë', 'Łódź', undefined, undefined, undefined, '007'],
  );
  assert.equal(code.texts.length, 1000);
  assert.equal(cell(code, 69_999), '0999');
});
