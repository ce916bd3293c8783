// Predictions as CSV, one line per row of the file they belong to, in its order.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes `row` (from 1, the header not counted), the outcome where it is known, and the prediction. */
export async function writePredictions(
  path: string,
  { places, y, p }: { places: ArrayLike<number>; y?: ArrayLike<number>; p: ArrayLike<number> },
): Promise<void> {
  await pipeline(Readable.from(csvLines()), createWriteStream(path));

  function* csvLines(): Iterable<string> {
    yield y === undefined ? 'row,prediction\n' : 'row,outcome,prediction\n';
    const order = Uint32Array.from({ length: p.length }, (_, i) => i).sort((a, b) => places[a] - places[b]);
    for (let from = 0; from < order.length; from += LINES_AT_ONCE) {
      const stretch = order.subarray(from, from + LINES_AT_ONCE);
      yield Array.from(stretch, (i) => `${places[i] + 1},${y === undefined ? '' : `${y[i]},`}${p[i]}\n`).join('');
    }
  }
}

const LINES_AT_ONCE = 10_000;
