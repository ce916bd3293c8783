// Rows to learn from: people as they were known at several moments, and whether they converted in the days after.
// One person appears once per moment; folds cut by person, so that nobody is predicted by a model that saw them.

import { type Matrix, selectRows, type Waits } from '../learn/index.ts';
import { createRandom } from '../math/index.ts';
import { DAY_MS } from '../time.ts';

export type Rows = {
  x: Matrix;
  /** 1 = converted within the timeframe. */
  y: Float32Array;
  profiles: BigUint64Array;
  /** For each row the place of its moment in `moments`. */
  momentOf: Uint8Array;
  /** Oldest first. */
  moments: readonly Date[];
  /** Days from the moment to the first conversion, NaN without one. */
  daysToEvent: Float32Array;
  /** How much a row counts where the level is set: 0 = the person was acted upon (acted.ts). Absent = all count once. */
  untouched?: Float32Array;
  /** How long after the moment the first conversion came, however late, or nothing was seen; absent = not asked for. */
  waits?: Waits;
};

export function pickRows(rows: Rows, picked: Uint32Array): Rows {
  return {
    x: selectRows(rows.x, picked),
    y: Float32Array.from(picked, (r) => rows.y[r]),
    profiles: BigUint64Array.from(picked, (r) => rows.profiles[r]),
    momentOf: Uint8Array.from(picked, (r) => rows.momentOf[r]),
    moments: rows.moments,
    daysToEvent: Float32Array.from(picked, (r) => rows.daysToEvent[r]),
    ...(rows.untouched && { untouched: Float32Array.from(picked, (r) => (rows.untouched as Float32Array)[r]) }),
    waits: rows.waits && {
      days: Float32Array.from(picked, (r) => rows.waits!.days[r]),
      happened: Uint8Array.from(picked, (r) => rows.waits!.happened[r]),
    },
  };
}

export function rowsWhere(rows: Rows, keep: (row: number) => boolean): Uint32Array {
  const picked = new Uint32Array(rows.y.length);
  let count = 0;
  for (let r = 0; r < picked.length; r++) if (keep(r)) picked[count++] = r;
  return picked.subarray(0, count);
}

/** The fold of each row's person, the same at every moment. */
export function foldsOf(profiles: BigUint64Array, folds: number, seed: number): Uint8Array {
  const salt = BigInt(createRandom(`folds ${seed}`).int(2 ** 31)) | 1n;
  return Uint8Array.from(profiles, (profile) =>
    Number((BigInt.asUintN(64, (profile ^ salt) * 0x9e3779b97f4a7c15n) >> 33n) % BigInt(folds)),
  );
}

/** Rows of the latest moment weigh 1, and half as much for every so many days before it. */
export function recentWeights({ momentOf, moments }: Rows, halfLifeDays: number): Float64Array {
  const latest = Math.max(...moments.map((moment) => moment.getTime()));
  const weightOf = moments.map((moment) => 0.5 ** ((latest - moment.getTime()) / DAY_MS / halfLifeDays));
  return Float64Array.from(momentOf, (m) => weightOf[m]);
}

/** The places of the rows of people who were not acted upon while their outcome was awaited. */
export function untouchedRows(rows: Rows): Uint32Array {
  return rowsWhere(rows, (r) => rows.untouched?.[r] !== 0);
}

/** About so many rows, all moments of some people; everything when there are no more. Both outcomes stay in it. */
export function drawPeople(rows: Rows, about: number, seed: number): Rows {
  const share = about / rows.y.length;
  if (share >= 1) return rows;
  const drawn = foldsOf(rows.profiles, 200, seed);
  const most = Math.max(1, Math.round(share * 200));
  const picked = pickRows(
    rows,
    rowsWhere(rows, (r) => drawn[r] < most),
  );
  return picked.y.includes(0) && picked.y.includes(1) ? picked : rows;
}

/** Conversions and people, counted once however many moments saw them. */
export function countDistinct({ y, profiles, momentOf, moments, daysToEvent }: Rows): {
  people: number;
  conversions: number;
  others: number;
} {
  const conversions = new Set<string>();
  const converted = new Set<bigint>();
  const people = new Set<bigint>();
  for (let r = 0; r < y.length; r++) {
    people.add(profiles[r]);
    if (y[r] !== 1) continue;
    converted.add(profiles[r]);
    // The same conversion seen from two moments differs by the rounding of a float32 only: minutes tell them apart.
    const at = moments[momentOf[r]].getTime() + (Number.isNaN(daysToEvent[r]) ? 0 : daysToEvent[r] * DAY_MS);
    conversions.add(`${profiles[r]} ${Math.round(at / 600_000)}`);
  }
  return { people: people.size, conversions: conversions.size, others: people.size - converted.size };
}

/** People and conversions at each moment. */
export function countByMoment({ y, momentOf, moments }: Rows): { asOf: Date; people: number; conversions: number }[] {
  const counts = moments.map((asOf) => ({ asOf, people: 0, conversions: 0 }));
  for (let r = 0; r < y.length; r++) {
    counts[momentOf[r]].people++;
    counts[momentOf[r]].conversions += y[r];
  }
  return counts;
}
