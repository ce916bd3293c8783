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
export function blockOf({ names, bytes }: FeaturePage): FeatureBlock {
  const rows = openRows(bytes, names.length);
  const all = new Float32Array(names.length * rows.count);
  const columns = names.map((_, c) => all.subarray(c * rows.count, (c + 1) * rows.count));
  const profiles = new BigUint64Array(rows.count);
  const categories = new Array<string>(rows.count);
  for (let r = 0; r < rows.count; r++) {
    profiles[r] = rows.profileAt(r);
    categories[r] = rows.categoryAt(r);
    rows.copyValues(r, columns, r);
  }
  return { profiles, categories, x: { rows: rows.count, names, columns } };
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
  const seek = (row: number) => {
    at = starts[row] + 8;
    return length();
  };
  return {
    count: starts.length,
    profileAt: (row) => view.getBigUint64(starts[row], true),
    categoryAt: (row) => {
      const size = seek(row);
      return text.toString('utf8', at, at + size);
    },
    copyValues: (row, columns, target) => {
      skip(seek(row));
      const values = length();
      if (values !== width) {
        throw new InklingError('internal', `A feature row holds ${values} values for ${width} signals.`);
      }
      for (let c = 0; c < values; c++) columns[c][target] = view.getFloat32(at + 4 * c, true);
    },
  };
}
