// From ONNX's branches, which ask one of seven questions, to trees that ask two: is the value not above a threshold, is it
// on a list? Runs of BRANCH_EQ become one list of categories. Several branches may lead to one child: each gets a copy.
import type { Tree } from '../../forest.ts';
import { belowInFloat32 } from '../float32.ts';
import { layTree, type SourceNode, type SourceSplit } from '../lay.ts';
import { damaged, unsupported } from '../refuse.ts';

const FORMAT = 'ONNX';

/** The questions, by the numbers that TreeEnsemble gives them. */
export const MODES = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ', 'MEMBER'] as const;
export type Mode = (typeof MODES)[number];

/** A node of either encoding, in its numbering. */
export type EnsembleNode = { leaf: number; cover?: number } | EnsembleBranch;
export type EnsembleBranch = {
  mode: Mode;
  column: number;
  value: number;
  /** The set of mode MEMBER. */
  members?: number[];
  missingHits: boolean;
  hit: number;
  miss: number;
  cover?: number;
};

export type Ensemble = {
  roots: number[];
  /** Nodes in the file. */
  count: number;
  nodeAt(node: number): EnsembleNode;
  /** Added to the sum of the leaves. */
  baseScore: number;
};

/** Nodes and codes of categories that shared children may come to, as a multiple of the nodes in the file. */
const MOST_COPIES = 16;
type Budget = { left: number };

export function layEnsemble(ensemble: Ensemble): Tree[] {
  const budget = { left: MOST_COPIES * ensemble.count };
  return ensemble.roots.map((root, index) => {
    const nodeAt = (node: number) => sourceNode(ensemble, node, index, budget);
    const tree = layTree({ format: FORMAT, index, root, nodeAt, most: budget.left });
    budget.left -= tree.column.length;
    return tree;
  });
}

function sourceNode(ensemble: Ensemble, id: number, index: number, budget: Budget): SourceNode {
  const node = ensemble.nodeAt(id);
  if ('leaf' in node) return node;
  const { mode, column, value, missingHits, hit, miss, cover } = node;
  if (Number.isNaN(value) && mode !== 'MEMBER') damaged(FORMAT, `node ${id} of tree ${index} compares with NaN`);
  const hitLeft = { column, cover, left: hit, right: miss, missingLeft: missingHits };
  const hitRight = { column, cover, left: miss, right: hit, missingLeft: !missingHits };
  if (mode === 'LEQ') return { ...hitLeft, threshold: value };
  if (mode === 'GT') return { ...hitRight, threshold: value };
  const below = belowInFloat32(value);
  if (mode === 'LT') return { ...hitLeft, threshold: below };
  if (mode === 'GTE') return { ...hitRight, threshold: below };
  // NaN differs from every number.
  if (mode === 'NEQ') return { ...hitRight, missingLeft: false, threshold: 0, categories: codesOf([value], index) };
  return equalities(ensemble, node, index, budget);
}

/** Follows a run of equalities of one column with one child for all hits. */
function equalities(ensemble: Ensemble, first: EnsembleBranch, index: number, budget: Budget): SourceSplit {
  const codes: number[] = [];
  let last = first;
  let missingHits = false;
  for (;;) {
    const asked = last.mode === 'MEMBER' ? (last.members ?? []) : [last.value];
    for (const code of asked) codes.push(code);
    missingHits ||= last.missingHits;
    budget.left -= asked.length;
    if (budget.left < 0) damaged(FORMAT, `tree ${index} runs in a circle`);
    const next = ensemble.nodeAt(last.miss);
    if ('leaf' in next || (next.mode !== 'EQ' && next.mode !== 'MEMBER')) break;
    if (next.column !== first.column || next.hit !== first.hit) break;
    last = next;
  }
  const categories = codesOf(codes, index);
  return {
    column: first.column,
    threshold: 0,
    categories,
    missingLeft: missingHits,
    left: first.hit,
    right: last.miss,
    cover: first.cover,
  };
}

function codesOf(values: readonly number[], index: number): number[] {
  const codes = [...new Set(values)].sort((a, b) => a - b);
  if (codes.length === 0 || codes.some((code) => !Number.isInteger(code) || code < 0)) {
    const reason = `tree ${index} asks whether a value is ${values.slice(0, 5).join(', ')}`;
    unsupported(FORMAT, reason, 'Categories must be whole numbers from 0; serve the file with openOnnxModel instead.');
  }
  return codes;
}
