// Reads the trees of an ONNX file, of ours or of other writers, where the graph is one tree ensemble with nothing but its
// link behind it. Everything else that ONNX can say is served as it is: see session.ts.
import type { FittedModel } from '../../learner.ts';
import type { Link } from '../../link.ts';
import { completeCovers } from '../lay.ts';
import { damaged, unsupported } from '../refuse.ts';
import { trees } from '../trees.ts';
import { readListedNodes, readTreeEnsemble, SERVE_IT } from './encodings.ts';
import { type Ensemble, layEnsemble } from './ensemble.ts';
import { decodeModel, ELEMENT, type OnnxGraph, type OnnxModel, type OnnxNode } from './messages.ts';
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
  const node = onlyEnsemble(model);
  const { ensemble, link, scale } = meaningOf(model.graph, node);
  const laid = layEnsemble(ensemble).map((tree) => ({ ...tree, value: tree.value.map((value) => value * scale) }));
  const least = laid.reduce((most, { column }) => column.reduce((so, c) => Math.max(so, c + 1), most), 1);
  return trees.read({
    kind: 'trees',
    source: `${FORMAT} ${model.producer}`.trim(),
    names: columnNames(model, node, least),
    categorical: listedIn(model, METADATA.categorical) ?? [],
    zeroIsMissing: listedIn(model, METADATA.zeroIsMissing) ?? [],
    link,
    baseScore: ensemble.baseScore,
    ...completeCovers(laid),
  });
}

/** Operators that change the form of numbers and not their values. */
const PASSING = ['Cast', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten'];
/** What else may stand in a graph of trees, and in one that `writeOnnx` made. */
const HARMLESS = [...PASSING, 'Concat', 'ArgMax', 'ZipMap', 'Sigmoid', 'Exp'];
const OURS = ['Neg', 'Abs', 'LessOrEqual', 'Floor', 'Equal', 'Less', 'Not', 'Or', 'And', 'Where'];

function onlyEnsemble({ graph, producer }: OnnxModel): OnnxNode {
  const isEnsemble = ({ op }: OnnxNode) => op.startsWith('TreeEnsemble');
  const ensembles = graph.nodes.filter(isEnsemble);
  if (ensembles.length !== 1) unsupported(FORMAT, `it holds ${ensembles.length} ensembles of trees, not one`, SERVE_IT);
  const known = new Set(producer === PRODUCER ? [...HARMLESS, ...OURS] : HARMLESS);
  const other = graph.nodes.find((node) => !isEnsemble(node) && !known.has(node.op));
  if (other !== undefined) unsupported(FORMAT, `a ${other.op} works beside its trees`, SERVE_IT);
  return ensembles[0];
}

type Meaning = { ensemble: Ensemble; link: Link; scale: number };

/** What the ensemble's operator and the graph make of the leaves. */
function meaningOf(graph: OnnxGraph, node: OnnxNode): Meaning {
  const votes = node.op === 'TreeEnsembleClassifier' ? 'class' : 'target';
  const ensemble = node.op === 'TreeEnsemble' ? readTreeEnsemble(node) : readListedNodes(node, votes);
  const { aggregate_function: aggregation, classlabels_int64s: numbers, classlabels_strings: words } = node.attributes;
  const classes = (numbers?.integers ?? words?.texts ?? []).length;
  if (classes > 2) {
    const remedy = 'Train one model per class, or serve it with openOnnxModel.';
    unsupported(FORMAT, `it tells ${classes} classes apart`, remedy);
  }
  // Words until version 3, numbers since 5.
  const aggregate = aggregation?.text ?? AGGREGATES[aggregation?.integer ?? 1];
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE') {
    unsupported(FORMAT, `its trees are put together by ${aggregate}`, SERVE_IT);
  }
  const scale = aggregate === 'AVERAGE' ? 1 / Math.max(1, ensemble.roots.length) : 1;
  return { ensemble, link: linkOf(graph, node), scale };
}

const AGGREGATES = ['AVERAGE', 'SUM', 'MIN', 'MAX'];
const TRANSFORMS = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'];
const LINKS: Record<string, Link> = { LOGISTIC: 'logit', Sigmoid: 'logit', Exp: 'log' };

/** The only one of: the ensemble's own transform, a Sigmoid, an Exp. */
function linkOf({ nodes }: OnnxGraph, { attributes }: OnnxNode): Link {
  const transform = attributes.post_transform?.text ?? TRANSFORMS[attributes.post_transform?.integer ?? 0];
  const found = [transform, ...nodes.map(({ op }) => op).filter((op) => op in LINKS)].filter((name) => name !== 'NONE');
  if (found.length === 0) return 'identity';
  if (found.length > 1 || !Object.hasOwn(LINKS, found[0])) {
    unsupported(FORMAT, `its scores go through ${found.join(' and ')}`, SERVE_IT);
  }
  return LINKS[found[0]];
}

/** The columns' names: as we wrote them, else one input each, else f0, f1, …; `least` is how many the trees ask for. */
function columnNames(model: OnnxModel, node: OnnxNode, least: number): string[] {
  const { inputs, width } = inputOf(model, node.inputs[0]);
  const told = listedIn(model, METADATA.names) ?? inputs;
  const count = told?.length ?? Math.max(least, width ?? 0);
  if (count < least || count > MOST_COLUMNS) damaged(FORMAT, `its trees ask for ${least} columns of ${count}`);
  return told ?? Array.from({ length: count }, (_, c) => `f${c}`);
}

const MOST_COLUMNS = 1e6;

/** Traces the trees' table back to the graph's inputs: several of one column, or one of some width. */
function inputOf(model: OnnxModel, table: string): { inputs?: string[]; width?: number } {
  const makers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const given = new Map(model.graph.inputs.map((input) => [input.name, input]));
  const source = traceBack(model, makers, table);
  const maker = makers.get(source);
  if (maker === undefined) return { width: given.get(source)?.dims[1] };
  const inputs = maker.inputs.map((input) => traceBack(model, makers, input));
  if (maker.op !== 'Concat' || inputs.some((input) => (given.get(input)?.dims[1] ?? 1) !== 1 || !given.has(input))) {
    unsupported(FORMAT, `a ${maker.op} works on the columns before its trees`, SERVE_IT);
  }
  return { inputs };
}

/** More operators in a row are no packing, or run in a circle. */
const MOST_STEPS = 16;

/** Looks through operators that keep the values, and through what `writeOnnx` does for missing ones. */
function traceBack({ producer }: OnnxModel, makers: ReadonlyMap<string, OnnxNode>, from: string): string {
  let name = from;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const maker = makers.get(name);
    const isOurs = producer === PRODUCER && name === CLEANED;
    if (maker === undefined || !(isOurs || keepsValues(maker))) return name;
    name = maker.inputs[isOurs ? 2 : 0];
  }
  unsupported(FORMAT, 'much stands before its trees', SERVE_IT);
}

function keepsValues({ op, attributes }: OnnxNode): boolean {
  const to = attributes.to?.integer;
  return PASSING.includes(op) && (op !== 'Cast' || to === ELEMENT.float || to === ELEMENT.double);
}
