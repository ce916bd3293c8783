// Writes a model as ONNX (opset 13, ai.onnx.ml 3: any runtime since 2021 reads it). One graph whatever the model: columns
// derived of others, each member's raw score, their weighted sum, a calibration, and the link. Trees become a TreeEnsembleRegressor with a Sigmoid behind it,
// never a TreeEnsembleClassifier: onnxruntime leaves out its LOGISTIC where all leaves are positive.
import { InklingError } from '../../../errors.ts';
import type { Tree } from '../../forest.ts';
import type { FittedModel } from '../../learner.ts';
import type { LinearFile } from '../../linear.ts';
import type { Recipe } from '../../search/derived.ts';
import type { TreesFile } from '../trees.ts';
import { cast, createGraph, type GraphBuilder, gatherColumns, ML_DOMAIN } from './graph.ts';
import { ELEMENT, encodeModel, type OnnxValue } from './messages.ts';
import { METADATA, PRODUCER } from './metadata.ts';
import { calibratedScore, derivedTable, type SavedCalibration } from './writeDerived.ts';
import { linearScore } from './writeLinear.ts';
import { treesScore } from './writeTrees.ts';

/**
 * The model as the bytes of an ONNX file. Its input `input` is a float table [rows, columns] in the order of the model's
 * names, NaN where a value is unknown. Of a model of probabilities come `label` [rows] and `probabilities` [rows, 2], of
 * a model of amounts `variable` [rows, 1]. Throws `invalid_input` for a kind of model that has no such form.
 */
export function writeOnnx(model: FittedModel): Uint8Array {
  const graph = createGraph();
  const raw = rawScore(graph, model.toJSON(), 'input', model.names);
  const outputs = model.link === 'logit' ? probabilities(graph, raw) : amounts(graph, raw, model.link);
  const { categorical = [], zeroIsMissing = [] } = model.toJSON() as Partial<TreesFile>;
  return encodeModel({
    producer: PRODUCER,
    opsets: { '': 13, [ML_DOMAIN]: 3 },
    metadata: {
      [METADATA.names]: JSON.stringify(model.names),
      ...(categorical.length > 0 && { [METADATA.categorical]: JSON.stringify(categorical) }),
      ...(zeroIsMissing.length > 0 && { [METADATA.zeroIsMissing]: JSON.stringify(zeroIsMissing) }),
    },
    graph: {
      ...graph,
      inputs: [{ name: 'input', type: ELEMENT.float, dims: [undefined, model.names.length] }],
      outputs,
    },
  });
}

/** A model as it is saved, or one inside a blend. */
type SavedModel = { kind?: unknown };
type SavedTrees = { names: string[]; baseScore: number; trees: Tree[]; zeroIsMissing?: string[] };
/** The leaves of a random forest are shares, whose mean is kept so far from 0 and 1. */
type SavedForest = { names: string[]; floor: number; trees: Tree[] };
type SavedDerived = { names: string[]; recipes: Recipe[]; model: SavedModel };
type SavedCalibrated = { calibration: SavedCalibration; model: SavedModel };
type SavedBlend = { members: { share: number; model: SavedModel }[] };

/** The name of the model's raw scores, doubles [rows, 1], from a float table whose columns are called `names`. */
function rawScore(graph: GraphBuilder, saved: SavedModel, table: string, names: readonly string[]): string {
  if (saved.kind === 'blend') return blendScore(graph, saved as SavedBlend, table, names);
  if (saved.kind === 'calibrated') {
    const { calibration, model } = saved as SavedCalibrated;
    return calibratedScore(graph, calibration, rawScore(graph, model, table, names));
  }
  if (saved.kind === 'derived') {
    const { names: own, recipes, model } = saved as SavedDerived;
    const wider = derivedTable(graph, recipes, ordered(graph, table, names, own), own);
    return rawScore(graph, model, wider.table, wider.names);
  }
  if (saved.kind === 'boosting' || saved.kind === 'trees') {
    const forest = saved as SavedTrees;
    return treesScore(graph, forest, ordered(graph, table, names, forest.names));
  }
  if (saved.kind === 'forest') {
    const forest = saved as SavedForest;
    const sums = treesScore(graph, { ...forest, baseScore: 0 }, ordered(graph, table, names, forest.names));
    return logOddsOfMean(graph, sums, forest);
  }
  if ('terms' in saved) {
    const linear = saved as unknown as LinearFile;
    const own = linear.terms.map(({ name }) => name);
    return linearScore(graph, linear, ordered(graph, table, names, own));
  }
  throw new InklingError('invalid_input', `A model of the kind ${JSON.stringify(saved.kind)} has no form in ONNX.`, {
    hint: 'Write trees, forests, linear models, blends of them, and those with derived columns or a calibration.',
  });
}

/** The columns in the order of one member. */
function ordered(graph: GraphBuilder, table: string, names: readonly string[], own: readonly string[]): string {
  if (own.every((name, c) => name === names[c])) return table;
  return gatherColumns(
    graph,
    table,
    own.map((name) => names.indexOf(name)),
  );
}

/** log(p / (1 − p)) of the mean p of the trees' shares. */
function logOddsOfMean(graph: GraphBuilder, sums: string, { floor, trees }: SavedForest): string {
  const number = (value: number) => graph.constant('double', [], [value]);
  const mean = graph.apply('Div', [sums, number(trees.length)]);
  const share = graph.apply('Clip', [mean, number(floor), number(1 - floor)]);
  const odds = graph.apply('Div', [share, graph.apply('Sub', [number(1), share])]);
  return graph.apply('Log', [odds]);
}

function blendScore(graph: GraphBuilder, { members }: SavedBlend, table: string, names: readonly string[]): string {
  const total = members.reduce((sum, { share }) => sum + share, 0);
  const parts = members.map(({ share, model }) => {
    const own = rawScore(graph, model, table, names);
    return graph.apply('Mul', [own, graph.constant('double', [1, 1], [share / total])]);
  });
  return graph.apply('Sum', parts);
}

const rows = undefined;

function probabilities(graph: GraphBuilder, raw: string): OnnxValue[] {
  // Both from the raw score: 1 − p would lose the digits of a p near one.
  const both = graph.apply('Concat', [graph.apply('Neg', [raw]), raw], { axis: { integer: 1 } });
  const shares = cast(graph, graph.apply('Sigmoid', [both]), 'float', 'probabilities');
  graph.apply('ArgMax', [shares], { axis: { integer: 1 }, keepdims: { integer: 0 } }, 'label');
  return [
    { name: 'label', type: ELEMENT.int64, dims: [rows] },
    { name: 'probabilities', type: ELEMENT.float, dims: [rows, 2] },
  ];
}

function amounts(graph: GraphBuilder, raw: string, link: 'identity' | 'log'): OnnxValue[] {
  cast(graph, link === 'log' ? graph.apply('Exp', [raw]) : raw, 'float', 'variable');
  return [{ name: 'variable', type: ELEMENT.float, dims: [rows, 1] }];
}
