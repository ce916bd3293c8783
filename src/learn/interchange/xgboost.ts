// Reads what XGBoost's `save_model` writes, as JSON or UBJSON, from 1.0 to 3.x (its schema: doc/tutorials/saving_model).
// All rounds count, as in `Booster.predict`. Its numbers are 32-bit floats; a row goes left *below* a threshold, and right
// where its category is on the list. Categories are codes: words that a file of 3.1 or later adds to them are not read.
// One output only: several classes or targets have no counterpart here.
import { type Static, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Tree } from '../forest.ts';
import type { FittedModel } from '../learner.ts';
import { type Link, logOdds } from '../link.ts';
import { belowInFloat32 } from './float32.ts';
import { completeCovers, layTree, type SourceNode } from './lay.ts';
import { damaged, unsupported } from './refuse.ts';
import { parseTolerantJson } from './tolerantJson.ts';
import { trees } from './trees.ts';
import { isUbjson, readUbjson } from './ubjson.ts';

const FORMAT = 'XGBoost';

const Numbers = Type.Array(Type.Union([Type.Number(), Type.Null()]));
const Integers = Type.Array(Type.Integer());
const Flags = Type.Array(Type.Union([Type.Integer(), Type.Boolean()]));

const XgboostTree = Type.Object({
  left_children: Type.Array(Type.Integer(), { minItems: 1 }),
  right_children: Integers,
  split_indices: Integers,
  split_conditions: Numbers,
  default_left: Flags,
  sum_hessian: Type.Optional(Numbers),
  loss_changes: Type.Optional(Numbers),
  split_type: Type.Optional(Flags),
  categories: Type.Optional(Integers),
  categories_nodes: Type.Optional(Integers),
  categories_segments: Type.Optional(Integers),
  categories_sizes: Type.Optional(Integers),
  tree_param: Type.Optional(Type.Object({ size_leaf_vector: Type.Optional(Type.String()) })),
});
type XgboostTree = Static<typeof XgboostTree>;

const Booster = Type.Object({ model: Type.Object({ trees: Type.Array(XgboostTree) }) });
const DartBooster = Type.Object({ gbtree: Booster, weight_drop: Type.Array(Type.Number()) });

const XgboostFile = Type.Object({
  learner: Type.Object({
    feature_names: Type.Optional(Type.Array(Type.String())),
    feature_types: Type.Optional(Type.Array(Type.String())),
    gradient_booster: Type.Object({ name: Type.String() }),
    learner_model_param: Type.Object({
      base_score: Type.String(),
      num_class: Type.Optional(Type.String()),
      num_feature: Type.String(),
      num_target: Type.Optional(Type.String()),
    }),
    objective: Type.Object({ name: Type.String() }),
  }),
  version: Type.Array(Type.Integer()),
});
type XgboostFile = Static<typeof XgboostFile>;

const fileSchema = Compile(XgboostFile);
const boosterSchema = Compile(Booster);
const dartSchema = Compile(DartBooster);

/** How each objective turns the sum of leaves into a prediction; what is not listed has no counterpart. */
const LINKS: Record<string, Link> = {
  'binary:logistic': 'logit',
  'binary:logitraw': 'logit',
  'reg:logistic': 'logit',
  'reg:squarederror': 'identity',
  'reg:linear': 'identity',
  'reg:squaredlogerror': 'identity',
  'reg:pseudohubererror': 'identity',
  'reg:absoluteerror': 'identity',
  'reg:quantileerror': 'identity',
  'count:poisson': 'log',
  'reg:gamma': 'log',
  'reg:tweedie': 'log',
};

export function recognisesXgboost(bytes: Uint8Array): boolean {
  if (isUbjson(bytes)) return true;
  const start = new TextDecoder().decode(bytes.subarray(0, 4096));
  return start.trimStart().startsWith('{') && start.includes('"learner"');
}

/** Reads a whole file; throws `model_file_invalid` with the reason where that cannot be. */
export function readXgboost(bytes: Uint8Array): FittedModel {
  const json = isUbjson(bytes) ? readUbjson(bytes) : parseTolerantJson(FORMAT, bytes);
  const file: XgboostFile = checked(fileSchema, json);
  const { learner } = file;
  const link = linkOf(learner);
  const { names, categorical } = columnsOf(learner);
  const { sources, weights } = treesOf(learner.gradient_booster);
  const laid = sources.map((source, t) => layXgboostTree(source, t, names.length, weights?.[t] ?? 1));
  return trees.read({
    kind: 'trees',
    source: `${FORMAT} ${file.version.join('.')}`,
    names,
    categorical,
    zeroIsMissing: [],
    link,
    // 'binary:logitraw' alone keeps it in log-odds.
    baseScore: baseScoreOf(
      learner.learner_model_param.base_score,
      learner.objective.name.endsWith('raw') ? 'identity' : link,
    ),
    ...completeCovers(laid),
  });
}

function checked<Checked>(schema: Validator, json: unknown): Checked {
  if (schema.Check(json)) return json as Checked;
  const [first] = schema.Errors(json);
  damaged(FORMAT, `${first?.instancePath.slice(1).replaceAll('/', '.') || 'the whole'} ${first?.message}`);
}

type XgboostLearner = XgboostFile['learner'];

function linkOf({ objective, learner_model_param: param }: XgboostLearner): Link {
  const outputs = Math.max(Number(param.num_class ?? 0), Number(param.num_target ?? 1));
  if (outputs > 1) {
    unsupported(FORMAT, `it predicts ${outputs} things at once`, 'Train one model per class or target.');
  }
  if (!Object.hasOwn(LINKS, objective.name)) {
    const known = Object.keys(LINKS).join(', ');
    unsupported(FORMAT, `its objective is ${objective.name}`, `Train it with one of ${known}.`);
  }
  return LINKS[objective.name];
}

function columnsOf({ feature_names: given, feature_types: types, learner_model_param: param }: XgboostLearner) {
  const count = Number(param.num_feature);
  const named = given !== undefined && given.length > 0;
  // A damaged number of columns must not make a list of a billion names.
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_COLUMNS) || (named && given.length !== count)) {
    damaged(FORMAT, `it has ${given?.length ?? 0} feature names for ${param.num_feature} features`);
  }
  const names = named ? given : Array.from({ length: count }, (_, c) => `f${c}`);
  return { names, categorical: names.filter((_, c) => types?.[c] === 'c') };
}

const MOST_COLUMNS = 1e6;

function treesOf(booster: { name: string }): { sources: XgboostTree[]; weights?: number[] } {
  if (booster.name === 'gbtree') {
    const plain: Static<typeof Booster> = checked(boosterSchema, booster);
    return { sources: plain.model.trees };
  }
  if (booster.name !== 'dart') {
    unsupported(FORMAT, `its booster is ${booster.name}`, "Train it with the booster 'gbtree' or 'dart'.");
  }
  const dart: Static<typeof DartBooster> = checked(dartSchema, booster);
  const sources = dart.gbtree.model.trees;
  if (dart.weight_drop.length !== sources.length) {
    damaged(FORMAT, `there are ${dart.weight_drop.length} weights for ${sources.length} trees`);
  }
  return { sources, weights: dart.weight_drop };
}

/** Since 3.1 a list with one element per output. The file holds a mean, the trees add to its raw score. */
function baseScoreOf(text: string, link: Link): number {
  const mean = Number(text.replace(/^\[(.*)\]$/, '$1'));
  const score = link === 'logit' ? logOdds(mean) : link === 'log' ? Math.log(mean) : mean;
  if (text.trim() === '' || !Number.isFinite(score)) damaged(FORMAT, `its base_score is ${JSON.stringify(text)}`);
  return score;
}

function layXgboostTree(source: XgboostTree, index: number, columns: number, weight: number): Tree {
  if (Number(source.tree_param?.size_leaf_vector ?? 0) > 1) {
    unsupported(FORMAT, 'its leaves are vectors', 'Train one model per class or target.');
  }
  const nodes = source.left_children.length;
  const lists = [source.right_children, source.split_indices, source.split_conditions, source.default_left];
  if (lists.some((list) => list.length !== nodes)) damaged(FORMAT, `the lists of tree ${index} differ in length`);
  const goingRight = categoriesOf(source, index);
  const nodeAt = (node: number): SourceNode => {
    if (!(node >= 0 && node < nodes)) damaged(FORMAT, `tree ${index} has no node ${node}`);
    const cover = source.sum_hessian?.[node] ?? undefined;
    const condition = source.split_conditions[node] ?? Number.NaN;
    const [below, above] = [source.left_children[node], source.right_children[node]];
    if (below === -1) return { leaf: weight * Math.fround(finite(condition, index, node)), cover };
    const column = source.split_indices[node];
    if (!(column >= 0 && column < columns)) damaged(FORMAT, `tree ${index} asks for feature ${column} of ${columns}`);
    const missingBelow = Boolean(source.default_left[node]);
    const shared = { column, cover, gain: source.loss_changes?.[node] ?? 0 };
    if (!source.split_type?.[node]) {
      const threshold = belowInFloat32(Math.fround(finite(condition, index, node)));
      return { ...shared, threshold, missingLeft: missingBelow, left: below, right: above };
    }
    const codes = goingRight.get(node) ?? [];
    // Nothing is on the list: every known category goes the same way.
    if (codes.length === 0)
      return { ...shared, threshold: Number.MAX_VALUE, missingLeft: missingBelow, left: below, right: above };
    return { ...shared, threshold: 0, categories: codes, missingLeft: !missingBelow, left: above, right: below };
  };
  return layTree({ format: FORMAT, index, root: 0, nodeAt, most: nodes });
}

function finite(value: number, index: number, node: number): number {
  if (!Number.isFinite(Math.fround(value))) damaged(FORMAT, `node ${node} of tree ${index} holds ${value}`);
  return value;
}

/** For each categorical node, the codes XGBoost sends right, ascending. */
function categoriesOf(source: XgboostTree, index: number): Map<number, number[]> {
  const { categories = [], categories_nodes: nodes = [], categories_segments: starts = [] } = source;
  const sizes = source.categories_sizes ?? [];
  const found = new Map<number, number[]>();
  if (sizes.reduce((sum, size) => sum + size, 0) > categories.length) {
    damaged(FORMAT, `the categories of tree ${index} overlap`);
  }
  nodes.forEach((node, i) => {
    const [start, size] = [starts[i], sizes[i]];
    if (!(start >= 0 && size >= 0 && start + size <= categories.length)) {
      damaged(FORMAT, `the categories of node ${node} of tree ${index} lie outside their list`);
    }
    found.set(
      node,
      [...new Set(categories.slice(start, start + size))].sort((a, b) => a - b),
    );
  });
  return found;
}
