// Linkage: how good on public sets, how quick on a register of many people, how quick for one record against all of them.
// `node bench/linkage.ts sets [SPLIT]`, `node bench/linkage.ts people [RECORDS]`, `node bench/linkage.ts live [RECORDS]`;
// the register is drawn by a process of its own, so that memory is that of the linkage.

import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkFiles } from '../src/lab/index.ts';
import { link, openLiveLinkage, type TextTable } from '../src/learn/index.ts';
import { drawRegister, registerColumns } from '../src/simulate/index.ts';
import { type MatchingFiles, productSets, writeFebrlTruth, writeProductFiles } from './matching-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkling-linkage-'));
const [work = 'sets', argument] = process.argv.slice(2);
const register = { duplicateShare: 0.5, mostDuplicates: 3, mostSlips: 4 };

try {
  if (work === 'sets') await sets(argument ?? 'test');
  else if (work === 'people') await people(Number(argument ?? 1_000_000));
  else if (work === 'live') await live(Number(argument ?? 1_000_000));
  else if (work === 'draw') await drawFile(Number(argument), process.argv[4]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function sets(split: string): Promise<void> {
  console.log(
    `| set | F1 | precision | recall | expected precision, recall | s |\n| --- | ---: | ---: | ---: | ---: | ---: |`,
  );
  for (const identifiers of ['leave', 'compare'] as const) {
    const note = identifiers === 'compare' ? ', soc_sec_id too' : '';
    await judge(`FEBRL 1${note}`, writeFebrlTruth(['dataset1'], folder), identifiers);
    await judge(`FEBRL 4${note}`, writeFebrlTruth(['dataset4a', 'dataset4b'], folder), identifiers);
  }
  for (const set of productSets) await judge(`${set}, ${split}`, writeProductFiles(set, split, folder), 'leave');
}

async function judge(
  name: string,
  { left, right, truth }: MatchingFiles,
  identifiers: 'leave' | 'compare',
): Promise<void> {
  const { summary } = await linkFiles({ left, right: right || undefined, truth, identifiers });
  const { f1 = 0, precision = 0, recall = 0, expectedPrecision, expectedRecall, seconds } = summary;
  const cells = [f1, precision, recall].map((figure) => figure.toFixed(4));
  console.log(
    `| ${name} | ${cells.join(' | ')} | ${expectedPrecision.toFixed(3)}, ${expectedRecall.toFixed(3)} | ${seconds.toFixed(1)} |`,
  );
}

async function people(records: number): Promise<void> {
  const file = join(folder, 'people.csv');
  execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'draw', String(records), file], { stdio: 'inherit' });
  const { summary } = await linkFiles({ left: file, truthColumn: 'person', identifiers: 'leave', threads: 2 });
  const { candidates, f1, precision, recall, clusters, seconds, stages, peakMegabytes } = summary;
  console.log({
    records,
    candidates,
    f1,
    precision,
    recall,
    clusters,
    seconds,
    ...stages,
    peakMegabytes,
    cpu: process.cpuUsage(),
    load: loadavg()[0],
  });
}

async function drawFile(records: number, path: string): Promise<void> {
  const out = createWriteStream(path);
  let text = `${[...registerColumns, 'person'].join(',')}\n`;
  for (const record of drawRegister({ seed: 1, records, ...register })) {
    text += `${record.join(',')},${record[0].split('-')[1]}\n`;
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await new Promise((resolve) => out.once('drain', () => resolve(undefined)));
    text = '';
  }
  await new Promise((resolve) => out.end(text, () => resolve(undefined)));
}

/** A model learned on a tenth; all taken in; then new ones against all of them, one at a time, on one thread. */
async function live(records: number): Promise<void> {
  const [asked, warmUp] = [50_000, 1000];
  const rows = drawRegister({ seed: 1, records: records + asked, ...register });
  const learnedOn = [...take(rows, Math.max(20_000, Math.round(records / 10)))];
  const { freeze } = await link([tableOf(learnedOn)], { leave: ['rec_id'], rules: 'always', expected: records });
  const linkage = openLiveLinkage(freeze(), { capacity: records });
  const persons = new Map<string, number>();
  let seconds = 0;
  const takeIn = (some: readonly string[][]) => {
    const whole = some.map((row) => ({ id: row[0], record: recordOf(row) }));
    const began = performance.now();
    for (const { id, record } of whole) linkage.add(id, record);
    seconds += (performance.now() - began) / 1000;
    for (const { id } of whole) persons.set(personOf(id), (persons.get(personOf(id)) ?? 0) + 1);
  };
  takeIn(learnedOn.splice(0));
  while (linkage.size() < records) takeIn([...take(rows, Math.min(50_000, records - linkage.size()))]);
  const news = [...rows].map((row) => ({ person: personOf(row[0]), record: recordOf(row) }));
  const [right, said] = [new Float64Array(news.length), new Float64Array(news.length)];
  const times = new Float64Array(news.length);
  const from = process.cpuUsage();
  news.forEach(({ person, record }, n) => {
    const start = performance.now();
    const links = linkage.match(record);
    times[n] = performance.now() - start;
    said[n] = links.length;
    right[n] = links.filter(({ id }) => personOf(id) === person).length;
  });
  const { user, system } = process.cpuUsage(from);
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const percentiles = (some: Float64Array) => {
    const sorted = some.toSorted();
    return [0.5, 0.95, 0.99, 0.999, 1].map((share) => sorted[Math.ceil(share * sorted.length) - 1].toFixed(3));
  };
  const all = news.reduce((total, { person }) => total + (persons.get(person) ?? 0), 0);
  console.log({
    records: linkage.size(),
    takenInPerSecond: Math.round(records / seconds),
    asked: news.length,
    perSecond: Math.round(1000 * (news.length / sum(times))),
    processorMicrosecondsEach: (user + system) / news.length,
    'p50, p95, p99, p99.9, worst ms': percentiles(times.subarray(warmUp)).join(', '),
    [`the same of the first ${warmUp}`]: percentiles(times.subarray(0, warmUp)).join(', '),
    precision: sum(right) / sum(said),
    recall: sum(right) / all,
    megabytes: Math.round(process.memoryUsage.rss() / 2 ** 20),
    load: loadavg()[0],
  });
}

function personOf(id: string): string {
  return id.split('-')[1];
}

function* take(rows: Iterator<string[]>, count: number): Generator<string[]> {
  for (let i = 0; i < count; i++) {
    const next = rows.next();
    if (next.done) return;
    yield next.value;
  }
}

function recordOf(row: readonly string[]): Record<string, string> {
  return Object.fromEntries(registerColumns.map((name, c) => [name, row[c]]));
}

function tableOf(rows: readonly string[][]): TextTable {
  const columns = registerColumns.map((name, c) => {
    const places = new Map<string, number>();
    const codes = Int32Array.from(rows, (row) => {
      if (row[c] === '') return -1;
      if (!places.has(row[c])) places.set(row[c], places.size);
      return places.get(row[c]) as number;
    });
    return { name, codes, texts: [...places.keys()] };
  });
  return { rows: rows.length, columns };
}
