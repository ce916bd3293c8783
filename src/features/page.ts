// People with their signals in pages: as the engine hands them over, so that any thread can take one apart, and as columns.

import { InklingError } from '../errors.ts';
import type { Matrix } from '../learn/index.ts';
import type { Facts, Params } from '../store/index.ts';

/** Rows of (profile, category, values) in RowBinary, in order of the profile. */
export type FeaturePage = { names: readonly string[]; bytes: Uint8Array<ArrayBuffer> };

export type FeatureBlock = { profiles: BigUint64Array; categories: string[]; x: Matrix };

/** The rows of a SELECT of (profile, category, values). */
export async function readPage(
  facts: Facts,
  names: readonly string[],
  sql: string,
  params: Params,
): Promise<FeaturePage> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of facts.binary(sql, params, 'batch')) chunks.push(chunk);
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { names, bytes };
}

/** A page as columns. */
export function blockOf(page: FeaturePage): FeatureBlock {
  const rows = openRows(page.bytes, page.names.length);
  return readBlock(page, rows, 0, rows.count);
}

/** A page as columns of so many people at a time, which stay near the processor while they are written. */
export function* blocksOf(page: FeaturePage, peoplePerBlock: number): Iterable<FeatureBlock> {
  const rows = openRows(page.bytes, page.names.length);
  for (let from = 0; from < rows.count; from += peoplePerBlock) {
    yield readBlock(page, rows, from, Math.min(rows.count, from + peoplePerBlock));
  }
}

function readBlock({ names }: FeaturePage, rows: PageRows, from: number, to: number): FeatureBlock {
  const count = to - from;
  const all = new Float32Array(names.length * count);
  const columns = names.map((_, c) => all.subarray(c * count, (c + 1) * count));
  const profiles = new BigUint64Array(count);
  const categories = new Array<string>(count);
  for (let r = 0; r < count; r++) {
    profiles[r] = rows.profileAt(from + r);
    categories[r] = rows.categoryAt(from + r);
    rows.copyValues(from + r, columns, r);
  }
  return { profiles, categories, x: { rows: count, names, columns } };
}

export type PageRows = {
  count: number;
  profileAt(row: number): bigint;
  categoryAt(row: number): string;
  copyValues(row: number, columns: readonly Float32Array[], target: number): void;
};

/** The rows of a page one by one. Lengths are LEB128. */
export function openRows(bytes: Uint8Array<ArrayBuffer>, width: number): PageRows {
  const starts: number[] = [];
  let at = 0;
  const length = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  // Not `at += length()`: reading a length moves `at` itself.
  const skip = (size: number) => {
    at += size;
  };
  while (at < bytes.length) {
    starts.push(at);
    at += 8;
    skip(length());
    skip(4 * length());
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const own = new Float32Array(width);
  const ownBytes = new Uint8Array(own.buffer);
  const seek = (row: number) => {
    at = starts[row] + 8;
    return length();
  };
  return {
    count: starts.length,
    profileAt: (row) => view.getBigUint64(starts[row], true),
    categoryAt: (row) => {
      const size = seek(row);
      return size === 0 ? '' : text.toString('utf8', at, at + size);
    },
    copyValues: (row, columns, target) => {
      skip(seek(row));
      const values = length();
      if (values !== width) {
        throw new InklingError('internal', `A feature row holds ${values} values for ${width} signals.`);
      }
      // Values lie at any byte, where reading them one by one takes several times as long.
      ownBytes.set(bytes.subarray(at, at + 4 * width));
      for (let c = 0; c < width; c++) columns[c][target] = own[c];
    },
  };
}
