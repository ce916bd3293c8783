// Lays out another library's tree as one of ours: parents before children, whatever the file's order. A reader only says
// what stands at each of its nodes; circles, depth and lost children are caught here for all formats alike.
import { DEEPEST, type Tree } from '../forest.ts';
import { damaged, unsupported } from './refuse.ts';

/** What a reader says of one node; `left` and `right` are in the reader's own numbering. */
export type SourceNode<Id = number> = SourceLeaf | SourceSplit<Id>;
export type SourceLeaf = { leaf: number; cover?: number };
export type SourceSplit<Id = number> = {
  column: number;
  /** Not above this goes left; unused where there are categories. */
  threshold: number;
  missingLeft: boolean;
  left: Id;
  right: Id;
  /** Codes that go left, ascending, at least one. */
  categories?: number[];
  cover?: number;
  gain?: number;
};

export type SourceTree<Id = number> = {
  format: string;
  /** Place of the tree in the file, for messages. */
  index: number;
  root: Id;
  nodeAt(id: Id): SourceNode<Id>;
  /** Nodes that may be laid at most: a tree that comes to more has a circle. A node with two parents is laid twice. */
  most: number;
};

/** Covers that the file does not tell are 0: see `completeCovers`. */
export function layTree<Id>({ format, index, root, nodeAt, most }: SourceTree<Id>): Tree {
  const tree: Required<Tree> = {
    column: [],
    threshold: [],
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    cover: [],
    gain: [],
    categories: [],
  };
  const waiting: { id: Id; depth: number; link(place: number): void }[] = [{ id: root, depth: 0, link: () => {} }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { id, depth, link } = next;
    const place = tree.column.length;
    if (place >= most) damaged(format, `tree ${index} runs in a circle`);
    if (depth > DEEPEST) {
      unsupported(format, `tree ${index} is deeper than ${DEEPEST}`, `Train it with a depth of ${DEEPEST} at most.`);
    }
    link(place);
    const node = nodeAt(id);
    pushNode(tree, node);
    if ('leaf' in node) continue;
    waiting.push({ id: node.right, depth: depth + 1, link: (child) => (tree.right[place] = child) });
    waiting.push({ id: node.left, depth: depth + 1, link: (child) => (tree.left[place] = child) });
  }
  if (tree.categories.some((codes) => codes.length > 0)) return tree;
  const { categories, ...plain } = tree;
  return plain;
}

function pushNode<Id>(tree: Required<Tree>, node: SourceNode<Id>): void {
  const split = 'leaf' in node ? undefined : node;
  tree.column.push(split?.column ?? -1);
  tree.threshold.push(split === undefined || split.categories !== undefined ? 0 : inJson(split.threshold));
  tree.missingLeft.push(split?.missingLeft ? 1 : 0);
  tree.left.push(0);
  tree.right.push(0);
  tree.value.push('leaf' in node ? node.leaf : 0);
  tree.cover.push(node.cover ?? 0);
  tree.gain.push(split?.gain ?? 0);
  tree.categories.push(split?.categories ?? []);
}

/** JSON has no infinite numbers, and rows hold none: the largest one asks the same. */
const inJson = (threshold: number) => Math.min(Math.max(threshold, -Number.MAX_VALUE), Number.MAX_VALUE);

/** So little of the rows counts for a node by which, says the file, none came: shares of it must stay defined. */
const LEAST_SHARE = 1e-12;

/**
 * Completes the numbers of training rows that came by each node. Where a file tells none, or none that add up, every leaf
 * is taken to be equally frequent, and `coverFrom` says so: explanations then rest on that.
 */
export function completeCovers(trees: readonly Tree[]): { trees: Tree[]; coverFrom: 'rows' | 'leaves' } {
  const isTold = trees.every(addsUp);
  const completed = trees.map((tree) => ({
    ...tree,
    cover: isTold ? tree.cover.map((rows) => Math.max(rows, (tree.cover[0] || 1) * LEAST_SHARE)) : countLeaves(tree),
  }));
  return { trees: completed, coverFrom: isTold ? 'rows' : 'leaves' };
}

/** Whether the rows at every node are those of its children together, but for rounding. */
function addsUp({ column, left, right, cover }: Tree): boolean {
  return column.every((c, node) => {
    if (c < 0) return true;
    const gap = Math.abs(cover[left[node]] + cover[right[node]] - cover[node]);
    return cover[node] >= 0 && gap <= 0.01 * cover[node] && cover[0] > 0;
  });
}

function countLeaves({ column, left, right }: Tree): number[] {
  const leaves = column.map(() => 1);
  for (let node = column.length - 1; node >= 0; node--) {
    if (column[node] >= 0) leaves[node] = leaves[left[node]] + leaves[right[node]];
  }
  return leaves;
}
