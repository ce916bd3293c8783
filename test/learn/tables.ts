// Public tables to prove accuracy on, read in place from the data folder beside the checkout; nothing is bundled.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { Matrix } from '../../src/learn/index.ts';

export type Table = { x: Matrix; y: Float32Array };

/** The path of a public table, and a reason to skip when it is not there. */
export function findTable(path: string): { path: string; skip: string | false } {
  const full = fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
  return { path: full, skip: existsSync(full) ? false : `the public table is not at ../shared/data/${path}` };
}

/** Numbers as they are, empty cells as NaN, text columns as the place of the text among the sorted distinct texts. */
export function readTable(path: string, label: string, positive: string, drop: readonly string[] = []): Table {
  const rows: Record<string, string>[] = parse(gunzipSync(readFileSync(path)), { columns: true, trim: true });
  const names = Object.keys(rows[0]).filter((name) => name !== label && !drop.includes(name));
  const columns = names.map((name) => {
    const texts = rows.map((row) => row[name]);
    const isNumeric = texts.every((text) => text === '' || Number.isFinite(Number(text)));
    if (isNumeric) return Float32Array.from(texts, (text) => (text === '' ? Number.NaN : Number(text)));
    const places = new Map([...new Set(texts)].sort().map((text, place) => [text, place]));
    return Float32Array.from(texts, (text) => places.get(text) as number);
  });
  const y = Float32Array.from(rows, (row) => (row[label] === positive ? 1 : 0));
  return { x: { rows: rows.length, names, columns }, y };
}
