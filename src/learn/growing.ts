// The growing of a random forest as work for a team: every tree has a stream of random numbers of its own, so whoever is
// free grows the next one, and the forest is the same for any number of threads. Bins, outcomes and masses lie in shared
// memory; a grown tree comes back through it node by node.
import { createRandom } from '../math/index.ts';
import type { ColumnBins } from './boosting/columnBins.ts';
import { kernelModule } from './boosting/shared.ts';
import type { Tree } from './forest.ts';
import { type BinnedTable, type GiniLimits, growGiniTree } from './giniTree.ts';
import { fitsMemory } from './team/compiled.ts';
import { CONTROL, CONTROL_BYTES, gatherTeam, threadCount, type Workplace } from './team/team.ts';

export type GrowingOptions = {
  trees: number;
  limits: GiniLimits;
  sample: 'bootstrap' | 'all';
  seed: number;
};

/** Where everything lies; addresses are bytes. */
type GrowingLayout = GrowingOptions & {
  bytes: number;
  rows: number;
  columns: readonly ColumnBins[];
  /** Bins column by column, `rows` bytes each; outcomes (float32) and masses (float64) of the rows. */
  bins: number;
  outcomes: number;
  masses: number;
  /** Grown trees: `slots` of them, each with room for `mostNodes`. */
  grown: number;
  slots: number;
  mostNodes: number;
};

type GrowingPlace = {
  layout: GrowingLayout;
  table: BinnedTable;
  y: Float32Array;
  masses: Float64Array;
  u8: Uint8Array;
  i32: Int32Array;
  f64: Float64Array;
};

/** A node: four float64 (threshold, value, cover, gain), four 32-bit words, and 256 bits of the bins of a category. */
const NODE_BYTES = 4 * 8 + 4 * 4 + 32;
/** Before its nodes stands how many there are. */
const HEAD_BYTES = 64;
const SLOTS_PER_THREAD = 4;
const RESULT_BUDGET = 2 ** 31;
/** With fewer rows × trees than this, a second thread would cost more than it saves. */
const WORK_FOR_A_TEAM = 200_000;

const ARGS = { first: 0, count: 1, taken: 2 } as const;

/** Grows the trees of a forest on rows with masses (weights, 1 where there are none). */
export function growTrees(
  table: BinnedTable,
  y: Float32Array,
  masses: Float64Array,
  options: GrowingOptions & { threads: number | undefined; onProgress?: (done: number, total: number) => void },
): Tree[] {
  const { trees, threads: asked, onProgress, ...given } = options;
  const threads = Math.min(trees, threadCount(asked ?? (y.length * trees < WORK_FOR_A_TEAM ? 1 : undefined)));
  const layout = layOut(table, masses, { ...given, trees }, threads);
  if (threads === 1 || !fitsMemory(layout.bytes)) {
    return Array.from({ length: trees }, (_, t) => {
      const tree = growTree(table, y, masses, options, t);
      onProgress?.(t + 1, trees);
      return tree;
    });
  }
  const team = gatherTeam(growing, layout, threads);
  try {
    const { place } = team;
    place.y.set(y);
    place.masses.set(masses);
    table.bins.forEach((bins, c) => {
      place.table.bins[c].set(bins);
    });
    const grown: Tree[] = [];
    for (let first = 0; first < trees; first += layout.slots) {
      const count = Math.min(layout.slots, trees - first);
      place.i32.set([first, count, 0], CONTROL.args);
      team.run('growSome');
      for (let slot = 0; slot < count; slot++) {
        grown.push(readTree(place, slot));
        onProgress?.(grown.length, trees);
      }
    }
    return grown;
  } finally {
    team.release();
  }
}

function layOut(table: BinnedTable, masses: Float64Array, options: GrowingOptions, threads: number): GrowingLayout {
  const rows = masses.length;
  const heaviest = masses.reduce((most, mass) => Math.max(most, mass), 0);
  const { minLeafMass, maxDepth } = options.limits;
  const leaves = Math.min(rows, 2 ** maxDepth, Math.ceil((rows * heaviest) / minLeafMass) + 1);
  const mostNodes = 2 * leaves;
  const slotBytes = HEAD_BYTES + mostNodes * NODE_BYTES;
  const slots = Math.max(threads, Math.min(threads * SLOTS_PER_THREAD, Math.floor(RESULT_BUDGET / slotBytes)));
  let top = CONTROL_BYTES;
  const take = (bytes: number) => {
    const at = Math.ceil(top / 64) * 64;
    top = at + bytes;
    return at;
  };
  return {
    ...options,
    rows,
    columns: table.columns,
    bins: take(rows * table.columns.length),
    outcomes: take(rows * 4),
    masses: take(rows * 8),
    grown: take(slots * slotBytes),
    slots,
    mostNodes,
    bytes: top,
  };
}

function growTree(
  table: BinnedTable,
  y: Float32Array,
  masses: Float64Array,
  { limits, sample, seed }: Pick<GrowingOptions, 'limits' | 'sample' | 'seed'>,
  t: number,
): Tree {
  const random = createRandom(seed).fork(t);
  const mass = sample === 'all' ? masses : drawMass(random, masses);
  const tree = growGiniTree(table, y, mass, limits, random);
  // Where nothing could be split, the sample says less about the share than all rows do.
  if (tree.column.length === 1) tree.value[0] = shareOf(y, masses);
  return tree;
}

/** As many draws with replacement as there are rows; a row's mass is its weight times how often it was drawn. */
function drawMass(random: ReturnType<typeof createRandom>, all: Float64Array): Float64Array {
  const mass = new Float64Array(all.length);
  for (let draw = 0; draw < all.length; draw++) {
    const r = random.int(all.length);
    mass[r] += all[r];
  }
  return mass;
}

function shareOf(y: Float32Array, mass: Float64Array): number {
  let positive = 0;
  let total = 0;
  for (let r = 0; r < y.length; r++) {
    positive += mass[r] * y[r];
    total += mass[r];
  }
  return positive / total;
}

/** Grows whichever of the round's trees are not taken yet. */
function growSome(place: GrowingPlace): void {
  const { layout, table, y, masses, i32 } = place;
  for (;;) {
    const slot = Atomics.add(i32, CONTROL.args + ARGS.taken, 1);
    if (slot >= i32[CONTROL.args + ARGS.count]) return;
    writeTree(place, slot, growTree(table, y, masses, layout, i32[CONTROL.args + ARGS.first] + slot));
  }
}

const slotAt = ({ grown, mostNodes }: GrowingLayout, slot: number) =>
  grown + slot * (HEAD_BYTES + mostNodes * NODE_BYTES);

function writeTree({ layout, table, u8, i32, f64 }: GrowingPlace, slot: number, tree: Tree): void {
  const at = slotAt(layout, slot);
  i32[at / 4] = tree.column.length;
  const binsOf = table.columns.map(
    ({ categories }) => categories && new Map([...categories.codes].map((code, bin) => [code, bin])),
  );
  tree.column.forEach((column, node) => {
    const here = at + HEAD_BYTES + node * NODE_BYTES;
    f64.set([tree.threshold[node], tree.value[node], tree.cover[node], tree.gain[node]], here / 8);
    i32.set([column, tree.left[node], tree.right[node], tree.missingLeft[node]], here / 4 + 8);
    const bits = u8.subarray(here + 48, here + NODE_BYTES).fill(0);
    for (const code of tree.categories?.[node] ?? []) {
      const bin = binsOf[column]?.get(code) as number;
      bits[bin >> 3] |= 1 << (bin & 7);
    }
  });
}

function readTree({ layout, table, u8, i32, f64 }: GrowingPlace, slot: number): Tree {
  const at = slotAt(layout, slot);
  const nodes = Array.from({ length: i32[at / 4] }, (_, node) => at + HEAD_BYTES + node * NODE_BYTES);
  const numbers = (field: number) => nodes.map((here) => f64[here / 8 + field]);
  const words = (field: number) => nodes.map((here) => i32[here / 4 + 8 + field]);
  const tree: Tree = {
    column: words(0),
    threshold: numbers(0),
    missingLeft: words(3),
    left: words(1),
    right: words(2),
    value: numbers(1),
    cover: numbers(2),
    gain: numbers(3),
  };
  if (table.columns.every(({ categories }) => categories === undefined)) return tree;
  const categories = nodes.map((here, node) => {
    const codes = table.columns[tree.column[node]]?.categories?.codes ?? new Int32Array(0);
    const isLeft = (bin: number) => (u8[here + 48 + (bin >> 3)] >> (bin & 7)) & 1;
    return Array.from(codes.filter((_, bin) => isLeft(bin) === 1)).sort((a, b) => a - b);
  });
  return { ...tree, categories };
}

/** The growing of forests as work for a team. */
export const growing: Workplace<GrowingLayout, GrowingPlace> = {
  name: 'growing',
  module: kernelModule,
  open(layout, { buffer }) {
    const bins = layout.columns.map((_, c) => new Uint8Array(buffer, layout.bins + c * layout.rows, layout.rows));
    return {
      layout,
      table: { columns: layout.columns, bins },
      y: new Float32Array(buffer, layout.outcomes, layout.rows),
      masses: new Float64Array(buffer, layout.masses, layout.rows),
      u8: new Uint8Array(buffer),
      i32: new Int32Array(buffer),
      f64: new Float64Array(buffer),
    };
  },
  tasks: { growSome },
};
