// The two encodings of trees in ONNX. TreeEnsembleClassifier and TreeEnsembleRegressor (ai.onnx.ml 1 to 3) number nodes
// within their tree, leaves among them, and list what each leaf votes for apart; TreeEnsemble (since 5) numbers branches
// and leaves each through the whole file.
import { damaged, unsupported } from '../refuse.ts';
import { type Ensemble, type EnsembleNode, MODES, type Mode } from './ensemble.ts';
import type { OnnxAttribute, OnnxNode } from './messages.ts';

const FORMAT = 'ONNX';

/** The way out for a graph that says more than trees. */
export const SERVE_IT = 'Serve the file as it is with openOnnxModel.';

/** The trees of a TreeEnsembleClassifier (whose votes are called 'class') or TreeEnsembleRegressor ('target'). */
export function readListedNodes(node: OnnxNode, votes: 'class' | 'target'): Ensemble {
  const trees = numbersOf(node, 'nodes_treeids');
  const count = trees.length;
  const list = (key: string) => numbersOf(node, key, count);
  const [ids, columns, values] = [list('nodes_nodeids'), list('nodes_featureids'), list('nodes_values')];
  const [hits, misses] = [list('nodes_truenodeids'), list('nodes_falsenodeids')];
  const modes = node.attributes.nodes_modes?.texts ?? [];
  if (modes.length !== count) damaged(FORMAT, `there are ${modes.length} modes for ${count} nodes`);
  const missingHits = numbersOf(node, 'nodes_missing_value_tracks_true');
  const covers = numbersOf(node, 'nodes_hitrates');
  const places = new Map(ids.map((id, place) => [`${trees[place]}/${id}`, place]));
  const placeOf = (tree: number, id: number) =>
    places.get(`${tree}/${id}`) ?? damaged(FORMAT, `tree ${tree} has no node ${id}`);
  const { leaves, baseScore } = listedVotes(node, votes, placeOf);
  const nodeAt = (place: number): EnsembleNode => {
    const cover = covers[place];
    if (modes[place] === 'LEAF') return { leaf: leaves.get(place) ?? 0, cover };
    return {
      mode: modeOf(modes[place].replace('BRANCH_', '')),
      column: columns[place],
      value: values[place],
      missingHits: missingHits[place] === 1,
      hit: placeOf(trees[place], hits[place]),
      miss: placeOf(trees[place], misses[place]),
      cover,
    };
  };
  // The first node of each tree is its root.
  const roots = [...new Map(trees.map((tree, place) => [tree, place] as const).reverse()).values()].reverse();
  return { roots, count, nodeAt, baseScore };
}

function modeOf(name: string): Mode {
  return MODES.find((mode) => mode === name) ?? damaged(FORMAT, `a node has the mode ${JSON.stringify(name)}`);
}

/** What each leaf adds, and all together: the votes for the only target, or for the second of two classes. */
function listedVotes(node: OnnxNode, votes: 'class' | 'target', placeOf: (tree: number, id: number) => number) {
  const weights = numbersOf(node, `${votes}_weights`);
  const list = (key: string) => numbersOf(node, `${votes}_${key}`, weights.length);
  const [trees, nodes, targets] = [list('treeids'), list('nodeids'), list('ids')];
  const counted = countedTarget(targets, votes === 'class' ? 2 : 1);
  const leaves = new Map<number, number>();
  weights.forEach((weight, i) => {
    if (targets[i] !== counted) return;
    const place = placeOf(trees[i], nodes[i]);
    leaves.set(place, (leaves.get(place) ?? 0) + weight);
  });
  const bases = numbersOf(node, 'base_values');
  // With base values for two classes onnxruntime answers otherwise than the specification: which is meant is not known.
  if (bases.length > 1 || (bases.length === 1 && counted !== 0)) {
    unsupported(FORMAT, 'it has base values for two classes', SERVE_IT);
  }
  return { leaves, baseScore: bases[0] ?? 0 };
}

/** Of two classes the second counts; where leaves vote for one thing only, that does. */
function countedTarget(targets: readonly number[], most: number): number {
  const distinct = new Set(targets);
  if (distinct.size > most || [...distinct].some((target) => target !== 0 && target !== 1)) {
    unsupported(FORMAT, `its trees vote for ${distinct.size} things`, 'Train one model per class or target.');
  }
  return Math.max(0, ...distinct);
}

/** The trees of a TreeEnsemble. Leaves are numbered behind the branches. */
export function readTreeEnsemble(node: OnnxNode): Ensemble {
  const values = numbersOf(node, 'nodes_splits');
  const count = values.length;
  const list = (key: string) => numbersOf(node, `nodes_${key}`, count);
  const [columns, modes] = [list('featureids'), list('modes')];
  const [hits, misses, hitIsLeaf, missIsLeaf] = [
    list('truenodeids'),
    list('falsenodeids'),
    list('trueleafs'),
    list('falseleafs'),
  ];
  const missingHits = numbersOf(node, 'nodes_missing_value_tracks_true');
  const weights = numbersOf(node, 'leaf_weights');
  countedTarget(numbersOf(node, 'leaf_targetids', weights.length), 1);
  const sets = membersOf(node, modes);
  const child = (id: number, isLeaf: number) => {
    const most = isLeaf ? weights.length : count;
    if (!(Number.isInteger(id) && id >= 0 && id < most)) damaged(FORMAT, `a node has the child ${id} of ${most}`);
    return isLeaf ? count + id : id;
  };
  const nodeAt = (id: number): EnsembleNode => {
    if (id >= count) return { leaf: weights[id - count] };
    return {
      mode: MODES[modes[id]] ?? damaged(FORMAT, `a node has the mode ${modes[id]}`),
      column: columns[id],
      value: values[id],
      members: sets.get(id),
      missingHits: missingHits[id] === 1,
      hit: child(hits[id], hitIsLeaf[id]),
      miss: child(misses[id], missIsLeaf[id]),
    };
  };
  const roots = numbersOf(node, 'tree_roots').map((id) => child(id, 0));
  return { roots, count: count + weights.length, nodeAt, baseScore: 0 };
}

/** The sets of the MEMBER nodes, in their order; each ends with NaN. */
function membersOf(node: OnnxNode, modes: readonly number[]): Map<number, number[]> {
  const values = numbersOf(node, 'membership_values');
  const sets = new Map<number, number[]>();
  let at = 0;
  modes.forEach((mode, id) => {
    if (MODES[mode] !== 'MEMBER') return;
    const start = at;
    while (at < values.length && !Number.isNaN(values[at])) at++;
    if (at === values.length) damaged(FORMAT, `the set of members of node ${id} does not end`);
    sets.set(id, values.slice(start, at++));
  });
  return sets;
}

/** The numbers of an attribute however they are kept (`_as_tensor` where they are doubles); checked if `count` is given. */
export function numbersOf(node: OnnxNode, key: string, count?: number): number[] {
  const own = Object.hasOwn(node.attributes, key) ? node.attributes[key] : undefined;
  const values = listIn(own) ?? listIn(node.attributes[`${key}_as_tensor`]) ?? [];
  if (count !== undefined && values.length !== count) {
    damaged(FORMAT, `${key} of a ${node.op} has ${values.length} numbers where ${count} belong`);
  }
  return values;
}

const listIn = (attribute: OnnxAttribute | undefined) =>
  attribute?.floats ?? attribute?.integers ?? attribute?.tensor?.values;
