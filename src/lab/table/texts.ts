// A file as columns of text, every cell as it is written but for the blanks around it: for linkage, which has to see
// 0800 and 800 as two things. Each different text is kept once.
import { InklingError } from '../../errors.ts';
import type { TextColumn, TextTable } from '../../learn/index.ts';
import { MISSING_TEXTS } from './column.ts';
import { textOf } from './decimal.ts';
import { fileAt, readCells, type TableOptions } from './table.ts';

/** Reads a CSV or TSV file, gzipped or not. */
export async function readTexts(path: string, options: TableOptions = {}): Promise<TextTable & { file: string }> {
  const file = fileAt(path);
  const missing = new Set([...MISSING_TEXTS, ...(options.missing ?? [])]);
  const takers = await readCells(path, { file, ...options }, (name) => openTexts(name, missing));
  const columns = takers.map((taker) => taker.finish());
  const rows = columns[0]?.codes.length ?? 0;
  if (rows > 0) return { file, rows, columns };
  throw new InklingError('too_little_data', `${file} holds no rows.`, { hint: 'Give a file with a header and rows.' });
}

function openTexts(name: string, missing: ReadonlySet<string>) {
  const places = new Map<string, number>();
  let codes = new Int32Array(1 << 12);
  let rows = 0;
  return {
    addBytes(bytes: Uint8Array, start: number, end: number) {
      if (rows === codes.length) {
        const wider = new Int32Array(2 * rows);
        wider.set(codes);
        codes = wider;
      }
      codes[rows++] = placeOf(shortTextOf(bytes, start, end));
    },
    finish: (): TextColumn => ({ name, codes: codes.slice(0, rows), texts: [...places.keys()] }),
  };

  function placeOf(text: string): number {
    if (text === '' || missing.has(text)) return -1;
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, places.size);
    return places.size - 1;
  }
}

/** Short ASCII texts, which are nearly all, are put together without the decoder, whose call costs more than they do. */
function shortTextOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 24) return textOf(bytes, start, end);
  let text = '';
  for (let i = start; i < end; i++) {
    if (bytes[i] > 127) return textOf(bytes, start, end);
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}
