// Reads the golden files that stand beside the scripts that made them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** A file of this folder as JSON. */
export function readGolden<Golden>(name: string): Golden {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

/** Rows as models take them; null stands for a missing value. */
export const rowsOf = (rows: readonly (number | null)[][]) =>
  rows.map((row) => Float32Array.from(row, (value) => value ?? Number.NaN));

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Equal within `allowed`, relative to what is above one. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, allowed: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const gap = Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    assert.ok(gap <= allowed, `${actual[i]} is not ${expected[i]} at ${i}`);
  }
}
