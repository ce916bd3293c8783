// Trees made ready for scoring: nodes in flat memory, walked by compiled loops. One row takes microseconds; many rows are
// shared between threads. Sums are taken tree by tree in either case, so one row and many agree to the last bit.
import { type Forest, floatBelow, sumOfLeaves } from '../forest.ts';
import type { Matrix } from '../matrix.ts';
import { fitsMemory } from '../team/compiled.ts';
import { CONTROL, CONTROL_BYTES, gatherTeam, type Team, threadCount } from '../team/team.ts';
import { BLOCK_ROWS, type ScoringLayout, type ScoringPlace, STAGED_ROWS, scoring } from './tasks.ts';

export type Scorer = {
  /** The sum of the leaves that a row falls into. */
  scoreRow(row: ArrayLike<number>): number;
  /** The same for every row of a matrix whose columns stand in the order of the trees. */
  scoreRows(x: Matrix, threads?: number): Float64Array;
};

const NODE_BYTES = 16;
const MISSING_LEFT = 2 ** 31;
const CATEGORIES = 2 ** 30;
const MOST_COLUMNS = 65_536;
/** With fewer steps (rows × trees) than this, a second thread would cost more than it saves. */
const STEPS_FOR_A_TEAM = 2_000_000;

/** Makes a scorer; the memory is taken when it is first asked. */
export function createScorer(forest: Forest, columns: number): Scorer {
  const layout = layOut(forest, columns);
  if (columns > MOST_COLUMNS || !fitsMemory(layout.bytes)) return plainScorer(forest);
  let own: Team<ScoringPlace> | undefined;
  let row: Float32Array = new Float32Array(0);
  const alone = () => {
    if (own !== undefined) return own;
    own = openTeam(forest, layout, 1);
    row = new Float32Array(own.place.i32.buffer, layout.blocks, columns);
    return own;
  };
  return {
    scoreRow(values) {
      const { kernel } = alone().place;
      row.set(values);
      return kernel.scoreRow(layout.nodes, layout.answers, layout.roots, layout.trees, layout.blocks);
    },
    scoreRows(x, threads) {
      const count = x.rows * layout.trees < STEPS_FOR_A_TEAM ? 1 : threadCount(threads);
      if (count === 1) return scoreAll(alone(), x);
      const team = openTeam(forest, layOut(forest, columns, count), count);
      try {
        return scoreAll(team, x);
      } finally {
        team.release();
      }
    },
  };
}

/** For what the compiled loops have no room for. */
function plainScorer(forest: Forest): Scorer {
  return {
    scoreRow: (row) => sumOfLeaves(forest, row),
    scoreRows: (x) => {
      const row = new Float32Array(x.columns.length);
      return Float64Array.from({ length: x.rows }, (_, r) => {
        for (let c = 0; c < row.length; c++) row[c] = x.columns[c][r];
        return sumOfLeaves(forest, row);
      });
    },
  };
}

function layOut(forest: Forest, columns: number, threads = 1): ScoringLayout {
  let top = CONTROL_BYTES;
  const take = (bytes: number) => {
    const at = Math.ceil(top / 64) * 64;
    top = at + bytes;
    return at;
  };
  const count = forest.column.length;
  const nodes = take(count * NODE_BYTES);
  const answers = take(count * 8);
  const roots = take(forest.starts.length * 4);
  take(setBytes(forest));
  const blocks = take(BLOCK_ROWS * columns * 4 * threads);
  const sums = take(STAGED_ROWS * 8);
  const staged = take(STAGED_ROWS * columns * 4);
  const asksCategories = forest.categories?.some((codes) => codes !== undefined) ?? false;
  const trees = forest.starts.length - 1;
  return { bytes: top, columns, trees, asksCategories, nodes, answers, roots, staged, sums, blocks };
}

/** Words of a set of categories: how many follow, and a bit for each code up to the largest. */
const wordsOf = (codes: Int32Array) => 1 + (codes[codes.length - 1] >> 5) + 1;

function setBytes({ categories }: Forest): number {
  return (categories ?? []).reduce((sum, codes) => sum + (codes === undefined ? 0 : wordsOf(codes) * 4), 0);
}

function openTeam(forest: Forest, layout: ScoringLayout, threads: number): Team<ScoringPlace> {
  const team = gatherTeam(scoring, layout, threads);
  writeForest(forest, layout, team.place);
  return team;
}

function writeForest(forest: Forest, layout: ScoringLayout, { i32, f64 }: ScoringPlace): void {
  const { column, threshold, missingLeft, left, categories } = forest;
  const f32 = new Float32Array(i32.buffer);
  const u32 = new Uint32Array(i32.buffer);
  const places = placeSiblings(forest);
  let nextSet = Math.ceil((layout.roots + forest.starts.length * 4) / 64) * 64;
  for (let node = 0; node < column.length; node++) {
    const at = layout.nodes / 4 + places[node] * (NODE_BYTES / 4);
    if (column[node] < 0) {
      f32[at] = Number.POSITIVE_INFINITY;
      u32[at + 1] = MISSING_LEFT;
      u32[at + 2] = places[node];
      f64[layout.answers / 8 + places[node]] = forest.value[node];
      continue;
    }
    const codes = categories?.[node];
    u32[at + 1] = column[node] * 4 + missingLeft[node] * MISSING_LEFT + (codes === undefined ? 0 : CATEGORIES);
    u32[at + 2] = places[left[node]];
    if (codes === undefined) f32[at] = floatBelow(threshold[node]);
    else {
      u32[at] = nextSet;
      const words = wordsOf(codes);
      u32[nextSet / 4] = words - 1;
      for (const code of codes) u32[nextSet / 4 + 1 + (code >> 5)] |= 1 << (code & 31);
      nextSet += words * 4;
    }
  }
  for (let t = 0; t < layout.trees; t++) u32[layout.roots / 4 + t] = places[forest.starts[t]];
}

/** A new place for each node, such that a right child follows its left sibling. */
function placeSiblings({ starts, column, left, right }: Forest): Int32Array {
  const places = new Int32Array(column.length);
  for (let t = 0; t + 1 < starts.length; t++) {
    places[starts[t]] = starts[t];
    let next = starts[t] + 1;
    for (let node = starts[t]; node < starts[t + 1]; node++) {
      if (column[node] < 0) continue;
      places[left[node]] = next++;
      places[right[node]] = next++;
    }
  }
  return places;
}

function scoreAll(team: Team<ScoringPlace>, x: Matrix): Float64Array {
  const { i32, f64, layout } = team.place;
  const f32 = new Float32Array(i32.buffer);
  const scores = new Float64Array(x.rows);
  const sums = layout.sums / 8;
  for (let first = 0; first < x.rows; first += STAGED_ROWS) {
    const count = Math.min(STAGED_ROWS, x.rows - first);
    x.columns.forEach((column, c) => {
      f32.set(column.subarray(first, first + count), layout.staged / 4 + c * STAGED_ROWS);
    });
    const whole = Math.ceil(count / 8) * 8;
    f64.fill(0, sums, sums + whole);
    i32[CONTROL.args] = whole;
    team.run('scoreStaged');
    scores.set(f64.subarray(sums, sums + count), first);
  }
  return scores;
}
