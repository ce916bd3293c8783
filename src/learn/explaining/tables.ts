// Exact Shapley values of a sum of small trees, of one row or of many at once. What a tree adds depends on nothing but which of its
// conditions a row meets: with at most ten conditions that is one of a thousand patterns, each of them answered once
// (after Yang 2021, "Fast TreeSHAP", whose tables stand per leaf) and then looked up. Of many rows, 128 go by at a time in
// compiled loops (kernel.as.ts), column after column and tree by tree, so that a tree's table stays near the processor.
import { type Forest, floatBelow, valueGoesLeft } from '../forest.ts';
import type { Matrix } from '../matrix.ts';
import { compileOnce, fitsMemory, takeMemory } from '../team/compiled.ts';
import { shapleyOfLeaf } from '../treeshap.ts';

/** Trees with more conditions have too many patterns. */
const MOST_CONDITIONS = 10;
/** Rows that go by at a time; the compiled loops know no other number. */
const BLOCK_ROWS = 128;
const TREE_WORDS = 8;
const CONDITION_WORDS = 4;
const kernelModule = compileOnce(new URL('./kernel.wasm', import.meta.url));

export type TablesExplainer = {
  /**
   * For every row the sum of the leaves it falls into, and what each column adds to it: columns + 1 lists, the last of
   * them the expected sum.
   */
  rows(x: Matrix): { sums: Float64Array; contributions: Float64Array[] };
  /** What each column adds for one row and, last, the expected sum. */
  row(values: Float32Array): Float64Array;
};

/** Undefined where a tree is too large. */
export function createTablesExplainer(forest: Forest, columns: number): TablesExplainer | undefined {
  const conditions = conditionsOf(forest);
  if (conditions.some(({ length }) => length > MOST_CONDITIONS)) return undefined;
  const plan = planOf(forest, conditions);
  if (!fitsMemory(plan.bytes)) return undefined;
  let opened: Room | undefined;
  const open = () => {
    opened ??= openRoom(forest, plan);
    return opened;
  };
  return {
    rows: (x) => explainRows(forest, open(), x, columns),
    row: (values) => explainRow(forest, open(), values, columns),
  };
}

/** The inner nodes of each tree. */
function conditionsOf({ starts, column }: Forest): number[][] {
  return Array.from({ length: starts.length - 1 }, (_, t) => {
    const nodes: number[] = [];
    for (let node = starts[t]; node < starts[t + 1]; node++) if (column[node] >= 0) nodes.push(node);
    return nodes;
  });
}

/** A column of a block: one of the matrix, or for a node that asks for categories 0 where a row goes left and 1 elsewhere. */
type BlockColumn = { column: number; node?: number };

/** Where everything lies in the memory; addresses are bytes. */
type Plan = {
  bytes: number;
  trees: TreePlan[];
  blockColumns: BlockColumn[];
  /** The columns that trees ask for, each with a sum; behind the last the sum of the leaves. */
  asked: number[];
  records: number;
  patterns: number;
  block: number;
  sums: number;
};

type TreePlan = {
  /** The inner nodes, one bit of a pattern each: set when a row goes left. */
  conditions: readonly number[];
  /** The columns that the tree asks for. */
  columns: readonly number[];
  conditionsAt: number;
  targetsAt: number;
  answersAt: number;
  isAnsweredAt: number;
};

function planOf({ column, categories }: Forest, conditions: readonly (readonly number[])[]): Plan {
  let bytes = 0;
  const take = (size: number) => {
    const at = Math.ceil(bytes / 16) * 16;
    bytes = at + size;
    return at;
  };
  const trees = conditions.map((nodes): TreePlan => {
    const columns = [...new Set(nodes.map((node) => column[node]))];
    const patterns = 1 << nodes.length;
    return {
      ...{ conditions: nodes, columns },
      conditionsAt: take(nodes.length * CONDITION_WORDS * 4),
      targetsAt: take((columns.length + 1) * 4),
      answersAt: take((columns.length + 1) * patterns * 8),
      isAnsweredAt: take(patterns),
    };
  });
  const asked = [...new Set(trees.flatMap(({ columns }) => columns))];
  const asksCategories = (node: number) => categories?.[node] !== undefined;
  const byCategory = conditions.flat().filter(asksCategories);
  const blockColumns = [
    ...asked.map((column): BlockColumn => ({ column })),
    ...byCategory.map((node): BlockColumn => ({ column: column[node], node })),
  ];
  const records = take(trees.length * TREE_WORDS * 4);
  const patterns = take(BLOCK_ROWS * 2);
  const block = take(blockColumns.length * BLOCK_ROWS * 4);
  const sums = take((asked.length + 1) * BLOCK_ROWS * 8);
  return { bytes, trees, blockColumns, asked, records, patterns, block, sums };
}

type Loop = (first: number, from: number, trees: number, columns: number, patterns: number, sums: number) => number;
type Kernel = { addTrees: Loop; addTreesOfOne: Loop };

/** The tables of a forest in memory of their own, together with the loops over them. */
type Room = {
  plan: Plan;
  kernel: Kernel;
  tables: Table[];
  expected: number;
  /** Of the rows that go by: their columns, the patterns they meet and their sums. */
  block: Float32Array;
  patterns: Uint16Array;
  sums: Float64Array;
};

function openRoom(forest: Forest, plan: Plan): Room {
  const memory = takeMemory(plan.bytes);
  const kernel = new WebAssembly.Instance(kernelModule(), { env: { memory } }).exports as Kernel;
  const tables = plan.trees.map((_, t) => openTable(forest, plan, t, memory.buffer));
  return {
    ...{ plan, kernel, tables },
    expected: tables.reduce((sum, table) => sum + table.expected, 0),
    block: new Float32Array(memory.buffer, plan.block, plan.blockColumns.length * BLOCK_ROWS),
    patterns: new Uint16Array(memory.buffer, plan.patterns, BLOCK_ROWS),
    sums: new Float64Array(memory.buffer, plan.sums, (plan.asked.length + 1) * BLOCK_ROWS),
  };
}

/** Adds up all trees for what lies in the block; patterns that are met for the first time are answered on the way. */
function addAll(loop: Loop, { plan, tables, patterns }: Room, rows: number): void {
  const met = patterns.subarray(0, rows);
  const go = (tree: number) => loop(plan.records, tree, tables.length, plan.block, plan.patterns, plan.sums);
  for (let tree = go(0); tree < tables.length; tree = go(tree)) answerAll(tables[tree], met);
}

function explainRow(forest: Forest, room: Room, values: Float32Array, columns: number): Float64Array {
  const { plan, kernel, expected, block, sums } = room;
  plan.blockColumns.forEach(({ column, node }, place) => {
    block[place * BLOCK_ROWS] = node === undefined ? values[column] : sideOf(forest, node, values[column]);
  });
  for (let place = 0; place <= plan.asked.length; place++) sums[place * BLOCK_ROWS] = 0;
  addAll(kernel.addTreesOfOne, room, 1);
  const contributions = new Float64Array(columns + 1);
  contributions[columns] = expected;
  plan.asked.forEach((column, place) => {
    contributions[column] = sums[place * BLOCK_ROWS];
  });
  return contributions;
}

function explainRows(forest: Forest, room: Room, x: Matrix, columns: number) {
  const { plan, kernel, expected, block, sums: blockSums } = room;
  const { asked, blockColumns } = plan;
  // One piece of memory: hundreds of small ones take longer to be swept away than to be filled.
  const all = new Float64Array((columns + 2) * x.rows);
  const lists = Array.from({ length: columns + 2 }, (_, c) => all.subarray(c * x.rows, (c + 1) * x.rows));
  const sums = lists.pop() as Float64Array;
  lists[columns].fill(expected);
  const targets = [...asked.map((column) => lists[column]), sums];
  for (let from = 0; from < x.rows; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, x.rows - from);
    blockColumns.forEach((of, place) => {
      fillColumn(forest, of, x.columns[of.column].subarray(from, from + count), block, place * BLOCK_ROWS);
    });
    blockSums.fill(0);
    addAll(kernel.addTrees, room, BLOCK_ROWS);
    targets.forEach((target, place) => {
      target.set(blockSums.subarray(place * BLOCK_ROWS, place * BLOCK_ROWS + count), from);
    });
  }
  return { sums, contributions: lists };
}

function fillColumn(
  forest: Forest,
  { node }: BlockColumn,
  values: Float32Array,
  block: Float32Array,
  at: number,
): void {
  if (node === undefined) block.set(values, at);
  else for (let r = 0; r < values.length; r++) block[at + r] = sideOf(forest, node, values[r]);
}

const sideOf = (forest: Forest, node: number, value: number) => (valueGoesLeft(forest, node, value) ? 0 : 1);

function answerAll(table: Table, patterns: Uint16Array): void {
  for (const pattern of patterns) if (table.isAnswered[pattern] === 0) answerPattern(table, pattern);
}

type Table = {
  conditions: readonly number[];
  columns: readonly number[];
  leaves: readonly Leaf[];
  /** For each column its answers by pattern; behind them the leaf that a pattern leads to. */
  answers: Float64Array;
  isAnswered: Uint8Array;
  /** Mean leaf over the training rows. */
  expected: number;
};

/** The way to a leaf: for each column on it, its place in the table, its bits, what they have to be, and who passes. */
type Leaf = { value: number; places: number[]; masks: number[]; wanted: number[]; passing: number[] };

function openTable(forest: Forest, plan: Plan, tree: number, memory: ArrayBufferLike): Table {
  const { conditions, columns, conditionsAt, targetsAt, answersAt, isAnsweredAt } = plan.trees[tree];
  const patterns = 1 << conditions.length;
  const answers = new Float64Array(memory, answersAt, (columns.length + 1) * patterns);
  const isAnswered = new Uint8Array(memory, isAnsweredAt, patterns);
  const words = new Uint32Array(memory);
  words.set(
    [conditionsAt, conditions.length, targetsAt, columns.length + 1, answersAt, isAnsweredAt, patterns],
    plan.records / 4 + tree * TREE_WORDS,
  );
  words.set([...columns.map((column) => plan.asked.indexOf(column)), plan.asked.length], targetsAt / 4);
  const floats = new Float32Array(memory);
  conditions.forEach((node, i) => {
    const at = conditionsAt / 4 + i * CONDITION_WORDS;
    const isByCategory = forest.categories?.[node] !== undefined;
    const place = plan.blockColumns.findIndex((of) =>
      isByCategory ? of.node === node : of.node === undefined && of.column === forest.column[node],
    );
    words[at] = place * BLOCK_ROWS * 4;
    floats[at + 1] = isByCategory ? 0.5 : floatBelow(forest.threshold[node]);
    words[at + 2] = isByCategory ? 0 : forest.missingLeft[node];
  });
  const leaves = leavesOf(forest, tree, conditions, columns);
  const expected = leaves.reduce(
    (sum, leaf) => sum + leaf.passing.reduce((product, share) => product * share, leaf.value),
    0,
  );
  return { conditions, columns, leaves, answers, isAnswered, expected };
}

function leavesOf(forest: Forest, tree: number, conditions: readonly number[], columns: readonly number[]): Leaf[] {
  const { starts, column, left, right, cover, value } = forest;
  const leaves: Leaf[] = [];
  const visit = (node: number, way: Omit<Leaf, 'value'>): void => {
    if (column[node] < 0) {
      leaves.push({ ...way, value: value[node] });
      return;
    }
    const bit = 1 << conditions.indexOf(node);
    const place = columns.indexOf(column[node]);
    for (const child of [left[node], right[node]]) {
      const { places, masks, wanted, passing } = structuredClone(way);
      const met = places.indexOf(place);
      const at = met < 0 ? places.push(place) - 1 : met;
      masks[at] = (masks[at] ?? 0) | bit;
      wanted[at] = (wanted[at] ?? 0) | (child === left[node] ? bit : 0);
      passing[at] = ((passing[at] ?? 1) * cover[child]) / cover[node];
      visit(child, { places, masks, wanted, passing });
    }
  };
  visit(starts[tree], { places: [], masks: [], wanted: [], passing: [] });
  return leaves;
}

function answerPattern({ columns, leaves, answers, isAnswered }: Table, pattern: number): void {
  for (const { value, places, masks, wanted, passing } of leaves) {
    let satisfied = 0;
    for (let i = 0; i < places.length; i++) if ((pattern & masks[i]) === wanted[i]) satisfied |= 1 << i;
    const parts = shapleyOfLeaf(value, Float64Array.from(passing), satisfied);
    for (let i = 0; i < places.length; i++) answers[places[i] * isAnswered.length + pattern] += parts[i];
    if (satisfied === (1 << places.length) - 1) answers[columns.length * isAnswered.length + pattern] = value;
  }
  isAnswered[pattern] = 1;
}
