// The rows of a CSV file. Up to the first quote of the file a row is what stands between two line ends and a column
// what stands between two delimiters, which costs a fifth of a parser's time; click logs never hold a quote. From the
// first quote on csv-parse reads the rest.

import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { parse } from 'csv-parse';
import { type Batch, BrokenLine, type RawRecord, refuse } from './connector.ts';

export type TableReading = {
  delimiter: string;
  encoding: 'utf8' | 'latin1';
  /** Columns of a proper row. */
  width: number;
  /** Lines before the first row. */
  skip: number;
  /** A quote is a letter like any other. */
  unquoted?: boolean;
};

/** A quote that is never closed makes one record of the rest of the file. */
export const LONGEST_RECORD = 16 * 1024 * 1024;
const BATCH_RECORDS = 500;

export async function* readTable(bytes: Readable, reading: TableReading): AsyncIterable<Batch> {
  const { delimiter, width } = reading;
  let toSkip = reading.skip;
  let firstRow = 1;
  let records: (RawRecord | BrokenLine)[] = [];
  for await (const rows of readRows(bytes, reading)) {
    for (const row of rows) {
      if (toSkip > 0) {
        toSkip -= 1;
        continue;
      }
      records.push(row.length === width ? row : wrongWidth(row, width, delimiter));
      if (records.length < BATCH_RECORDS) continue;
      yield { firstRow, records };
      firstRow += records.length;
      records = [];
    }
  }
  if (records.length > 0) yield { firstRow, records };
}

function wrongWidth(row: readonly string[], width: number, delimiter: string): BrokenLine {
  const reason = `${row.length} columns where the header has ${width}`;
  return new BrokenLine(row.join(delimiter), refuse('columns', row.length, reason));
}

async function* readRows(bytes: Readable, reading: TableReading): AsyncIterable<string[][]> {
  const decoder = new StringDecoder(reading.encoding);
  const hasQuote = (text: string) => !reading.unquoted && text.includes('"');
  const chunks = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest = '';
  let atStart = true;
  for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) {
    let text = rest + decoder.write(chunk.value);
    if (atStart && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    atStart = false;
    const end = text.lastIndexOf('\n');
    if (end < 0 ? text.length > LONGEST_RECORD || text.includes('\r') : hasQuote(text)) {
      yield* parseRows(remainder(text, decoder, chunks), reading.delimiter);
      return;
    }
    rest = text.slice(end + 1);
    if (end >= 0) yield splitRows(text.slice(0, end), reading.delimiter);
  }
  rest += decoder.end();
  if (hasQuote(rest)) yield* parseRows([rest], reading.delimiter);
  else yield splitRows(rest, reading.delimiter);
}

function splitRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.split('\n')) {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (bare !== '') rows.push(bare.split(delimiter));
  }
  return rows;
}

/** What is left of the file, as text. */
async function* remainder(text: string, decoder: StringDecoder, chunks: AsyncIterator<Buffer>): AsyncIterable<string> {
  yield text;
  for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) yield decoder.write(chunk.value);
  yield decoder.end();
}

async function* parseRows(
  pieces: Iterable<string> | AsyncIterable<string>,
  delimiter: string,
): AsyncIterable<string[][]> {
  const source = Readable.from(pieces, { objectMode: false });
  const rows = source.pipe(
    parse({
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_RECORD,
    }),
  );
  source.on('error', (error) => rows.destroy(error));
  let block: string[][] = [];
  try {
    for await (const row of rows as AsyncIterable<string[]>) {
      if (block.push(row) < BATCH_RECORDS) continue;
      yield block;
      block = [];
    }
  } finally {
    source.destroy();
  }
  yield block;
}
