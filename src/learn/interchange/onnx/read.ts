// Reads the trees of an ONNX file, of ours or of other writers, where the graph is one tree ensemble with nothing but its
// link behind it. Everything else that ONNX can say is served as it is: see session.ts.
import type { FittedModel, Link } from '../../learner.ts';
import { completeCovers } from '../lay.ts';
import { damaged, unsupported } from '../refuse.ts';
import { trees } from '../trees.ts';
import { readListedNodes, readTreeEnsemble, SERVE_IT } from './encodings.ts';
import { type Ensemble, layEnsemble } from './ensemble.ts';
import { decodeModel, type OnnxGraph, type OnnxModel, type OnnxNode } from './messages.ts';
import { listedIn, METADATA, PRODUCER } from './metadata.ts';
import { CLEANED } from './writeTrees.ts';

const FORMAT = 'ONNX';

/** Every file starts with the version of the format, a small number in field 1. */
export function recognisesOnnx(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x08 && bytes[1] > 0 && bytes[1] < 32;
}

/** Reads a whole file; throws `model_file_invalid` with the reason where that cannot be. */
export function readOnnx(bytes: Uint8Array): FittedModel {
  const model = decodeModel(bytes) ?? damaged(FORMAT, 'it holds no graph');
  const { graph } = model;
  const ensembles = graph.nodes.filter(({ op }) => op.startsWith('TreeEnsemble'));
  if (ensembles.length !== 1) {
    unsupported(FORMAT, `it holds ${ensembles.length} ensembles of trees, not one`, SERVE_IT);
  }
  const [node] = ensembles;
  const { ensemble, link, scale } = meaningOf(graph, node);
  checkInput(model, node);
  const laid = layEnsemble(ensemble).map((tree) => ({ ...tree, value: tree.value.map((value) => value * scale) }));
  const least = Math.max(0, ...laid.map(({ column }) => column.reduce((most, c) => Math.max(most, c), -1))) + 1;
  const names = columnNames(model, least);
  return trees.read({
    kind: 'trees',
    source: `${FORMAT} ${model.producer}`.trim(),
    names,
    categorical: listedIn(model, METADATA.categorical) ?? [],
    zeroIsMissing: listedIn(model, METADATA.zeroIsMissing) ?? [],
    link,
    baseScore: ensemble.baseScore,
    ...completeCovers(laid),
  });
}

type Meaning = { ensemble: Ensemble; link: Link; scale: number };

/** What the ensemble's operator and what follows it make of the leaves. */
function meaningOf(graph: OnnxGraph, node: OnnxNode): Meaning {
  const isClassifier = node.op === 'TreeEnsembleClassifier';
  const ensemble =
    node.op === 'TreeEnsemble' ? readTreeEnsemble(node) : readListedNodes(node, isClassifier ? 'class' : 'target');
  const aggregate = aggregateOf(node);
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE') {
    unsupported(FORMAT, `its trees are put together by ${aggregate}`, SERVE_IT);
  }
  const transform = transformOf(node);
  if (transform !== 'NONE' && transform !== 'LOGISTIC') {
    unsupported(FORMAT, `its post_transform is ${transform}`, SERVE_IT);
  }
  const behind = linkBehind(graph, node.outputs[isClassifier ? 1 : 0], isClassifier);
  if (transform === 'LOGISTIC' && behind !== 'identity') unsupported(FORMAT, 'it has two links', SERVE_IT);
  const classes = (node.attributes.classlabels_int64s?.integers ?? node.attributes.classlabels_strings?.texts)?.length;
  if (classes !== undefined && classes > 2) {
    unsupported(
      FORMAT,
      `it tells ${classes} classes apart`,
      'Train one model per class, or serve it with openOnnxModel.',
    );
  }
  return {
    ensemble,
    link: transform === 'LOGISTIC' ? 'logit' : behind,
    scale: aggregate === 'AVERAGE' ? 1 / Math.max(1, ensemble.roots.length) : 1,
  };
}

const AGGREGATES = ['AVERAGE', 'SUM', 'MIN', 'MAX'];
const TRANSFORMS = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'];

/** A word until version 3, a number since 5. */
function aggregateOf({ attributes }: OnnxNode): string {
  const given = attributes.aggregate_function;
  return given?.text ?? AGGREGATES[given?.integer ?? 1];
}

function transformOf({ attributes }: OnnxNode): string {
  const given = attributes.post_transform;
  return given?.text ?? TRANSFORMS[given?.integer ?? 0];
}

/** Operators that change the form of scores and not their values. */
const PASSING = new Set(['Cast', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** Follows the scores to the link, or to the graph's output. Behind a classifier only their packing may change. */
function linkBehind({ nodes }: OnnxGraph, output: string, isClassifier: boolean): Link {
  let name = output;
  // A graph has no circles, but a damaged file may.
  for (let steps = 0; steps <= nodes.length; steps++) {
    const readers = nodes.filter(({ inputs }) => inputs.includes(name));
    const ops = readers.map(({ op }) => op);
    if (readers.length === 0 || (isClassifier && ops.every((op) => op === 'ZipMap'))) return 'identity';
    if (!isClassifier && ops[0] === 'Sigmoid') return 'logit';
    if (!isClassifier && ops[0] === 'Exp') return 'log';
    // Both classes' scores side by side, as `writeOnnx` makes them, with the Sigmoid behind.
    const both = readers.find(({ op }) => op === 'Concat');
    const next = ops.every((op) => op === 'Neg' || op === 'Concat') && both !== undefined ? both : readers[0];
    if (next !== both && !PASSING.has(next.op)) unsupported(FORMAT, `a ${next.op} follows its trees`, SERVE_IT);
    name = next.outputs[0];
  }
  damaged(FORMAT, 'its graph runs in a circle');
}

/** Refuses a graph in which the columns are worked on before they reach the trees. */
function checkInput({ graph, producer }: OnnxModel, node: OnnxNode): void {
  let name = node.inputs[0];
  for (let steps = 0; steps <= graph.nodes.length; steps++) {
    const maker = graph.nodes.find(({ outputs }) => outputs.includes(name));
    if (maker === undefined) return;
    const isOurCleaning = producer === PRODUCER && name === CLEANED;
    const isTable =
      maker.op === 'Concat' && maker.inputs.every((input) => graph.inputs.some((one) => one.name === input));
    if (isTable) return;
    if (!isOurCleaning && !PASSING.has(maker.op))
      unsupported(FORMAT, `a ${maker.op} stands before its trees`, SERVE_IT);
    name = maker.inputs[isOurCleaning ? 2 : 0];
  }
  damaged(FORMAT, 'its graph runs in a circle');
}

/** The columns' names: as we wrote them, else one input each, else f0, f1, …; `least` is how many the trees ask for. */
function columnNames(model: OnnxModel, least: number): string[] {
  const { inputs } = model.graph;
  const told = listedIn(model, METADATA.names) ?? (inputs.length > 1 ? inputs.map(({ name }) => name) : undefined);
  const count = told?.length ?? Math.max(least, inputs[0]?.dims[1] ?? 0);
  if (count < least || count > MOST_COLUMNS) damaged(FORMAT, `its trees ask for ${least} columns of ${count}`);
  return told ?? Array.from({ length: count }, (_, c) => `f${c}`);
}

const MOST_COLUMNS = 1e6;
