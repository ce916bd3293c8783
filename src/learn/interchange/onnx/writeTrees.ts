// Trees as the attributes of a TreeEnsembleRegressor. A threshold becomes the largest 32-bit float that is not above it,
// which changes no comparison with 32-bit values; leaves are rounded to 32 bits. A node that asks for categories becomes
// a chain of BRANCH_EQ whose hits lead to the same child, the form that onnxruntime folds back into one set.
import type { Tree } from '../../forest.ts';
import { floorToFloat32 } from '../float32.ts';
import { LIGHTGBM_ZERO } from '../trees.ts';
import { cast, type GraphBuilder } from './graph.ts';

type Forest = { names: string[]; baseScore: number; trees: Tree[]; zeroIsMissing?: string[] };

/** Output of the operator that turns what counts as missing into NaN; readers look through it. */
export const CLEANED = 'cleaned';

/** The name of the sums of leaves with the base score, doubles [rows, 1]. */
export function treesScore(graph: GraphBuilder, forest: Forest, table: string): string {
  const cleaned = cleanTable(graph, forest, table);
  const lists = emptyLists();
  for (const [t, tree] of forest.trees.entries()) listTree(lists, tree, t);
  const sums = graph.apply('TreeEnsembleRegressor', [cleaned], {
    n_targets: { integer: 1 },
    post_transform: { text: 'NONE' },
    aggregate_function: { text: 'SUM' },
    base_values: { floats: [forest.baseScore] },
    nodes_treeids: { integers: lists.tree },
    nodes_nodeids: { integers: lists.node },
    nodes_featureids: { integers: lists.column },
    nodes_modes: { texts: lists.mode },
    nodes_values: { floats: lists.threshold },
    nodes_truenodeids: { integers: lists.hit },
    nodes_falsenodeids: { integers: lists.miss },
    nodes_missing_value_tracks_true: { integers: lists.missingHits },
    nodes_hitrates: { floats: lists.cover },
    target_treeids: { integers: lists.leafTree },
    target_nodeids: { integers: lists.leafNode },
    target_ids: { integers: lists.leafNode.map(() => 0) },
    target_weights: { floats: lists.leafValue },
  });
  return cast(graph, sums, 'double');
}

/**
 * Makes NaN of what the trees take for missing: zeros in the columns where LightGBM does, and what is no code (a whole
 * number from 0) in those that are asked for categories only.
 */
function cleanTable(graph: GraphBuilder, forest: Forest, table: string): string {
  const zeros = forest.names.map((name) => Number(forest.zeroIsMissing?.includes(name) ?? false));
  const codes = codeColumns(forest);
  if (!zeros.includes(1) && !codes.includes(1)) return table;
  const chosen = (flags: number[]) => graph.constant('bool', [1, flags.length], flags);
  const number = (value: number) => graph.constant('float', [1, 1], [value]);
  const isZero = graph.apply('LessOrEqual', [graph.apply('Abs', [table]), number(floorToFloat32(LIGHTGBM_ZERO))]);
  const isWhole = graph.apply('Equal', [graph.apply('Floor', [table]), table]);
  const isNoCode = graph.apply('Or', [graph.apply('Less', [table, number(0)]), graph.apply('Not', [isWhole])]);
  const isMissing = graph.apply('Or', [
    graph.apply('And', [isZero, chosen(zeros)]),
    graph.apply('And', [isNoCode, chosen(codes)]),
  ]);
  return graph.apply('Where', [isMissing, number(Number.NaN), table], {}, CLEANED);
}

/** 1 for each column that is asked for categories and never compared. */
function codeColumns({ names, trees }: Forest): number[] {
  const compared = new Set<number>();
  const listed = new Set<number>();
  for (const { column, categories } of trees) {
    column.forEach((c, node) => {
      ((categories?.[node].length ?? 0) > 0 ? listed : compared).add(c);
    });
  }
  return names.map((_, c) => Number(listed.has(c) && !compared.has(c)));
}

type NodeLists = ReturnType<typeof emptyLists>;

const emptyLists = () => ({
  tree: [] as number[],
  node: [] as number[],
  column: [] as number[],
  mode: [] as string[],
  threshold: [] as number[],
  hit: [] as number[],
  miss: [] as number[],
  missingHits: [] as number[],
  cover: [] as number[],
  leafTree: [] as number[],
  leafNode: [] as number[],
  leafValue: [] as number[],
});

function listTree(lists: NodeLists, tree: Tree, t: number): void {
  // Node numbers rise by one in each tree, so the further links of chains come after its own nodes.
  const chains: { parent: number; code: number; place: number; next: number }[] = [];
  let places = tree.column.length;
  tree.column.forEach((column, node) => {
    const [first, ...further] = tree.categories?.[node] ?? [];
    if (column < 0) {
      listNode(lists, t, node, { mode: 'LEAF', cover: tree.cover[node] });
      lists.leafTree.push(t);
      lists.leafNode.push(node);
      lists.leafValue.push(tree.value[node]);
      return;
    }
    const miss = further.length > 0 ? places : tree.right[node];
    const branch = { column, hit: tree.left[node], miss, missingHits: tree.missingLeft[node], cover: tree.cover[node] };
    if (first === undefined) {
      listNode(lists, t, node, { ...branch, mode: 'BRANCH_LEQ', threshold: floorToFloat32(tree.threshold[node]) });
      return;
    }
    listNode(lists, t, node, { ...branch, mode: 'BRANCH_EQ', threshold: first });
    further.forEach((code, i) => {
      const place = places++;
      chains.push({ parent: node, code, place, next: i + 1 < further.length ? place + 1 : tree.right[node] });
    });
  });
  for (const { parent, code, place, next } of chains) {
    listNode(lists, t, place, {
      mode: 'BRANCH_EQ',
      threshold: code,
      column: tree.column[parent],
      hit: tree.left[parent],
      miss: next,
      missingHits: tree.missingLeft[parent],
      cover: tree.cover[parent],
    });
  }
}

type ListedNode = {
  mode: 'LEAF' | 'BRANCH_LEQ' | 'BRANCH_EQ';
  cover: number;
  column?: number;
  threshold?: number;
  hit?: number;
  miss?: number;
  missingHits?: number;
};

function listNode(lists: NodeLists, tree: number, place: number, node: ListedNode): void {
  const { mode, cover, column = 0, threshold = 0, hit = 0, miss = 0, missingHits = 0 } = node;
  lists.tree.push(tree);
  lists.node.push(place);
  lists.mode.push(mode);
  lists.cover.push(cover);
  lists.column.push(column);
  lists.threshold.push(threshold);
  lists.hit.push(hit);
  lists.miss.push(miss);
  lists.missingHits.push(missingHits);
}
