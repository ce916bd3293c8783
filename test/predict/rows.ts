// Rows made up without a store: one signal says something, one says nothing, and the recency that the rule looks at.

import { createRandom } from '../../src/math/index.ts';
import type { Rows } from '../../src/predict/rows.ts';

export type MadeUpRows = { people: number; conversions: number; seed?: number };

/** One moment; exactly so many people convert, those with a high `cart_adds_7d` more often. */
export function makeRows({ people, conversions, seed = 1 }: MadeUpRows): Rows {
  const random = createRandom(seed);
  const signal = Float32Array.from({ length: people }, () => random.normal());
  const noise = Float32Array.from({ length: people }, () => random.normal());
  const likeliest = [...signal.keys()].sort((a, b) => signal[b] + random.normal() - (signal[a] + random.normal()));
  const y = new Float32Array(people);
  for (const r of likeliest.slice(0, conversions)) y[r] = 1;
  const recency = signal.map((value) => 10 - 2 * value + random.uniform());
  return {
    x: { rows: people, names: ['cart_adds_7d', 'visits_7d', 'days_since_purchase'], columns: [signal, noise, recency] },
    y,
    profiles: BigUint64Array.from({ length: people }, (_, i) => BigInt(i + 1) * 0x9e3779b97f4a7c15n),
    momentOf: new Uint8Array(people),
    moments: [new Date('2025-05-01')],
    daysToEvent: y.map((outcome, r) => (outcome === 1 ? 1 + (r % 9) : Number.NaN)),
  };
}
