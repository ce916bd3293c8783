// Reading a file whatever its clothes: CSV, NDJSON, both also gzipped, and Parquet. Nothing is held but the piece in
// hand. What a file is, is seen in its first bytes, not in its name. Progress is counted in bytes of the file as it
// lies on disk, so that the bar of a gzipped file is true.

import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { parse as parseNow } from 'csv-parse/sync';
import { InklingError } from '../../errors.ts';
import { type Batch, BrokenLine, type Connector, refuse, type Sample, type SourceFile } from './connector.ts';
import { openParquet, parquetColumns } from './parquet-file.ts';
import { LONGEST_RECORD, readTable } from './table.ts';

export type TableSettings = { delimiter?: string; encoding?: 'utf8' | 'latin1'; columns?: readonly string[] };

// Small pieces die young: with larger ones the collector of garbage took a tenth more of the time.
const CHUNK_BYTES = 64 * 1024;
const SAMPLE_BYTES = 64 * 1024;
const delimiters = [',', ';', '\t', '|'];

/** The beginning of a file, enough to tell its format. */
export async function sampleFile(path: string): Promise<Sample> {
  const magic = await firstBytes(path);
  const fileName = basename(path);
  if (magic.toString('latin1') === 'PAR1') {
    return { fileName, shape: 'parquet', header: await parquetColumns(path), first: undefined, line: '' };
  }
  const text = (await firstText(path, magic)).trimStart();
  if (text === '') throw unreadable(path, 'is empty', 'Name a file that holds rows.');
  if (text[0] === '[') {
    throw unreadable(path, 'is one JSON array', "Write one object per line, as `jq -c '.[]'` does.");
  }
  const line = text.slice(0, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n'));
  if (text[0] === '{') {
    const object = parseObject(line);
    const first = object instanceof BrokenLine ? undefined : object;
    return { fileName, shape: 'objects', header: Object.keys(first ?? {}), first, line };
  }
  const header = splitLine(line, delimiterOf(line));
  return { fileName, shape: 'csv', header, first: header, line };
}

/** Opens a file for the connector, which says whether the first line names the columns. */
export async function openFile(
  path: string,
  sample: Sample,
  connector: Pick<Connector, 'headerless' | 'columns' | 'unquoted'>,
  settings: TableSettings,
): Promise<SourceFile> {
  const bytesTotal = (await stat(path)).size;
  if (sample.shape === 'parquet') return openParquet(path, bytesTotal);
  const gzipped = isGzip(await firstBytes(path));
  const raw = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const bytes = gzipped ? unzip(raw) : raw;
  const bytesRead = () => Math.min(raw.bytesRead, bytesTotal);
  if (sample.shape === 'objects')
    return { header: sample.header, bytesTotal, bytesRead, batches: telling(path, readObjects(bytes, path), bytes) };
  const delimiter = settings.delimiter ?? delimiterOf(sample.line);
  const names = settings.columns ?? (connector.headerless ? connector.columns : undefined);
  const header = names ?? splitLine(sample.line, delimiter);
  const { encoding = 'utf8' } = settings;
  const { unquoted } = connector;
  const batches = readTable(bytes, { delimiter, encoding, width: header.length, skip: names ? 0 : 1, unquoted });
  return { header, bytesTotal, bytesRead, batches: telling(path, batches, bytes) };
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function firstText(path: string, magic: Buffer): Promise<string> {
  if (magic[0] === 0x50 && magic[1] === 0x4b)
    throw unreadable(path, 'is a ZIP archive', 'Unpack it and name the file in it.');
  const raw = createReadStream(path, { highWaterMark: SAMPLE_BYTES });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of isGzip(magic) ? unzip(raw) : raw) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= SAMPLE_BYTES) break;
    }
  } catch (error) {
    throw cutOff(path, error);
  } finally {
    raw.destroy();
  }
  const start = Buffer.concat(chunks);
  if (start[0] === 0xff && start[1] === 0xfe) throw unreadable(path, 'is UTF-16 text', 'Save it as UTF-8.');
  return start.toString('utf8').replace(/^\uFEFF/, '');
}

function isGzip(magic: Buffer): boolean {
  return magic[0] === 0x1f && magic[1] === 0x8b;
}

function unzip(raw: ReadStream): Readable {
  const text = raw.pipe(createGunzip({ chunkSize: CHUNK_BYTES }));
  raw.on('error', (error) => text.destroy(error));
  text.on('close', () => raw.destroy());
  return text;
}

function delimiterOf(line: string): string {
  const counts = delimiters.map((delimiter) => line.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))];
}

function splitLine(line: string, delimiter: string): string[] {
  try {
    const [header = []] = parseNow(line, { delimiter, relax_quotes: true, to: 1, trim: true });
    return header;
  } catch {
    // A quote that is only a letter.
    return line.split(delimiter);
  }
}

async function* readObjects(bytes: Readable, path: string): AsyncIterable<Batch> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let firstRow = 1;
  for await (const chunk of bytes) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_RECORD) {
      throw unreadable(path, `has a line of over ${LONGEST_RECORD} characters`, 'Write one object per line.');
    }
    const records = lines.filter((line) => line.trim() !== '').map(parseObject);
    if (records.length === 0) continue;
    yield { firstRow, records };
    firstRow += records.length;
  }
  rest += decoder.end();
  if (rest.trim() !== '') yield { firstRow, records: [parseObject(rest)] };
}

function parseObject(line: string): Record<string, unknown> | BrokenLine {
  try {
    const value: unknown = JSON.parse(line.charCodeAt(0) === 0xfeff ? line.slice(1) : line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return new BrokenLine(line, refuse('line', line.slice(0, 100), 'not a JSON object'));
  } catch {
    return new BrokenLine(line, refuse('line', line.slice(0, 100), 'not JSON'));
  }
}

/** The batches, with what the readers say about damaged files put into words that tell what to do. */
async function* telling(path: string, batches: AsyncIterable<Batch>, bytes: Readable): AsyncIterable<Batch> {
  try {
    yield* batches;
  } catch (error) {
    throw cutOff(path, error);
  } finally {
    bytes.destroy();
  }
}

function unreadable(path: string, problem: string, hint: string): InklingError {
  return new InklingError('invalid_input', `${basename(path)} ${problem}.`, { field: 'path', value: path, hint });
}

function cutOff(path: string, error: unknown): unknown {
  const { code, message } = error as Error & { code?: string };
  if (code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR') {
    return unreadable(path, `is damaged or cut off (${message})`, 'Copy it again; what was read so far is kept.');
  }
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE') {
    const { lines } = error as unknown as { lines?: number };
    const where = lines === undefined ? '' : ` near line ${lines}`;
    return unreadable(path, `has a quote that is never closed${where}`, 'Close it; what was read so far is kept.');
  }
  return error;
}
