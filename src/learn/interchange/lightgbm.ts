// Reads LightGBM's text models (`save_model('model.txt')`, versions v2 to v4; written by its gbdt_model_text.cpp and
// tree.cpp). Each split tells in the bits of its `decision_type` whether it asks for a category, where missing values go,
// and what counts as missing: nothing (NaN is 0), zeros and NaN, or NaN.
import type { Tree } from '../forest.ts';
import type { FittedModel } from '../learner.ts';
import type { Link } from '../link.ts';
import { completeCovers, layTree, type SourceNode } from './lay.ts';
import { damaged, unsupported } from './refuse.ts';
import { trees } from './trees.ts';

const FORMAT = 'LightGBM';

const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
const missingTypeOf = (decision: number) => (['none', 'zero', 'nan'] as const)[(decision >> 2) & 3];

/** How each objective turns the sum of leaves into a prediction; what is not listed has no counterpart. */
const LINKS: Record<string, Link> = {
  binary: 'logit',
  cross_entropy: 'logit',
  regression: 'identity',
  regression_l1: 'identity',
  huber: 'identity',
  fair: 'identity',
  quantile: 'identity',
  mape: 'identity',
  poisson: 'log',
  gamma: 'log',
  tweedie: 'log',
};

export function recognisesLightgbm(bytes: Uint8Array): boolean {
  return /^tree\r?\n/.test(new TextDecoder().decode(bytes.subarray(0, 8)));
}

/** Reads a whole file; throws `model_file_invalid` with the reason where that cannot be. */
export function readLightgbm(bytes: Uint8Array): FittedModel {
  const [head, ...sections] = splitSections(new TextDecoder().decode(bytes));
  const { link, scale } = objectiveOf(head);
  const names = namesOf(head);
  if (wholeNumber(head, 'num_class') > 1 || wholeNumber(head, 'num_tree_per_iteration', 1) > 1) {
    unsupported(FORMAT, 'it predicts several things at once', 'Train one model per class.');
  }
  if (sections.length === 0) damaged(FORMAT, 'it holds no trees');
  const factor = head.has('average_output') ? scale / sections.length : scale;
  const use: ColumnUse = { categorical: new Set(), zeroIsMissing: new Set(), zeroIsZero: new Set() };
  const laid = sections.map((section, t) => layLightgbmTree(section, t, names.length, factor, use));
  const both = [...use.zeroIsMissing].find((column) => use.zeroIsZero.has(column));
  if (both !== undefined) {
    const reason = `its trees differ in whether a zero in ${JSON.stringify(names[both])} counts as missing`;
    unsupported(FORMAT, reason, 'Train all rounds with the same zero_as_missing.');
  }
  return trees.read({
    kind: 'trees',
    source: `${FORMAT} ${head.get('version') ?? ''}`.trim(),
    names,
    categorical: names.filter((_, c) => use.categorical.has(c)),
    zeroIsMissing: names.filter((_, c) => use.zeroIsMissing.has(c)),
    link,
    baseScore: 0,
    ...completeCovers(laid),
  });
}

/** The `key=value` lines of the head or of one tree. */
type Section = Map<string, string>;

/** How the trees look at their columns. */
type ColumnUse = { categorical: Set<number>; zeroIsMissing: Set<number>; zeroIsZero: Set<number> };

/** The head and the trees; a whole file says where the trees end. */
function splitSections(text: string): Section[] {
  const sections: Section[] = [new Map()];
  for (const line of text.split(/\r?\n/)) {
    if (line === 'end of trees') return sections;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    if (key === 'Tree') sections.push(new Map());
    else sections[sections.length - 1].set(key, equals < 0 ? '' : line.slice(equals + 1));
  }
  damaged(FORMAT, "it has no line 'end of trees'");
}

function objectiveOf(head: Section): { link: Link; scale: number } {
  const [name, ...options] = (head.get('objective') ?? 'regression').trim().split(/\s+/);
  if (!Object.hasOwn(LINKS, name) || options.includes('sqrt')) {
    const known = Object.keys(LINKS).join(', ');
    unsupported(FORMAT, `its objective is ${[name, ...options].join(' ')}`, `Train it with one of ${known}.`);
  }
  const steepness = options.find((option) => option.startsWith('sigmoid:'))?.slice('sigmoid:'.length) ?? '1';
  const scale = Number(steepness);
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) damaged(FORMAT, `its sigmoid is ${steepness}`);
  return { link: LINKS[name], scale };
}

function namesOf(head: Section): string[] {
  const names = (head.get('feature_names') ?? '').split(' ').filter((name) => name !== '');
  const columns = wholeNumber(head, 'max_feature_idx') + 1;
  if (names.length !== columns) damaged(FORMAT, `it has ${names.length} feature names for ${columns} features`);
  return names;
}

function layLightgbmTree(section: Section, index: number, columns: number, factor: number, use: ColumnUse): Tree {
  const where = `tree ${index}`;
  if (wholeNumber(section, 'is_linear', 0, where) !== 0) {
    unsupported(FORMAT, `${where} has linear models in its leaves`, 'Train it with linear_tree=false.');
  }
  const leaves = numbers(section, 'leaf_value', wholeNumber(section, 'num_leaves', undefined, where), where);
  const splits = leaves.length - 1;
  const perSplit = (key: string) => (splits === 0 ? [] : numbers(section, key, splits, where));
  const told = (key: string, count: number) => (section.get(key) ? numbers(section, key, count, where) : undefined);
  const [column, threshold, decision] = [perSplit('split_feature'), perSplit('threshold'), perSplit('decision_type')];
  const [left, right, gain] = [perSplit('left_child'), perSplit('right_child'), told('split_gain', splits)];
  const [leafCount, splitCount] = [told('leaf_count', leaves.length), told('internal_count', splits)];
  const lists = categoryLists(section, where);
  const nodeAt = (node: number): SourceNode => {
    // Leaves are numbered −1, −2, … in the lists of children.
    if (node < 0 && ~node < leaves.length) return { leaf: factor * leaves[~node], cover: leafCount?.[~node] };
    if (!(Number.isInteger(node) && node >= 0 && node < splits)) damaged(FORMAT, `${where} has no node ${node}`);
    if (!(Number.isInteger(column[node]) && column[node] >= 0 && column[node] < columns)) {
      damaged(FORMAT, `${where} asks for feature ${column[node]} of ${columns}`);
    }
    noteUse(use, column[node], decision[node]);
    const categories = decision[node] & CATEGORICAL ? lists[threshold[node]] : undefined;
    if (decision[node] & CATEGORICAL && categories === undefined) {
      damaged(FORMAT, `${where} has no category list ${threshold[node]}`);
    }
    return {
      column: column[node],
      // Of an empty list no category goes left: none is below every number.
      threshold: categories === undefined ? threshold[node] : -Number.MAX_VALUE,
      missingLeft: categories === undefined && missingGoesLeft(decision[node], threshold[node]),
      categories: categories?.length === 0 ? undefined : categories,
      left: left[node],
      right: right[node],
      cover: splitCount?.[node],
      gain: gain?.[node],
    };
  };
  const root = splits === 0 ? -1 : 0;
  return layTree({ format: FORMAT, index, root, nodeAt, most: splits + leaves.length });
}

function noteUse(use: ColumnUse, column: number, decision: number): void {
  if (decision & CATEGORICAL) use.categorical.add(column);
  else if (missingTypeOf(decision) === 'zero') use.zeroIsMissing.add(column);
  if (decision & CATEGORICAL || missingTypeOf(decision) !== 'zero') use.zeroIsZero.add(column);
}

/** Where training met nothing missing, a missing value is taken for 0. */
function missingGoesLeft(decision: number, threshold: number): boolean {
  return missingTypeOf(decision) === 'none' ? threshold >= 0 : (decision & DEFAULT_LEFT) !== 0;
}

/** The codes that go left at each list: the bits that are set in its stretch of 32-bit words. */
function categoryLists(section: Section, where: string): number[][] {
  const lists = wholeNumber(section, 'num_cat', 0, where);
  if (lists === 0) return [];
  const bounds = numbers(section, 'cat_boundaries', lists + 1, where);
  const words = numbers(section, 'cat_threshold', bounds[lists], where);
  if (bounds[0] !== 0 || bounds.some((bound, i) => i > 0 && bound < bounds[i - 1])) {
    damaged(FORMAT, `the category lists of ${where} do not follow each other`);
  }
  return bounds.slice(1).map((end, list) => words.slice(bounds[list], end).flatMap(bitsOf));
}

function bitsOf(word: number, place: number): number[] {
  const bits: number[] = [];
  for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) bits.push(place * 32 + bit);
  return bits;
}

/** A threshold above every number tells what is known from what is missing. */
const ENDLESS: Record<string, number> = { inf: Number.MAX_VALUE, '-inf': -Number.MAX_VALUE };

/** So many finite numbers; no more are claimed than the line holds. */
function numbers(section: Section, key: string, count: number, where: string): number[] {
  const parts = (section.get(key) ?? '').trim().split(/\s+/);
  const values = parts.map((part) => (key === 'threshold' ? (ENDLESS[part] ?? Number(part)) : Number(part)));
  if (parts[0] === '' || values.length !== count || !values.every(Number.isFinite)) {
    damaged(FORMAT, `${where} has no ${count} numbers in ${key}`);
  }
  return values;
}

function wholeNumber(section: Section, key: string, otherwise?: number, where = 'its head'): number {
  const text = section.get(key);
  const value = text === undefined ? otherwise : Number(text);
  if (value === undefined || text === '' || !Number.isSafeInteger(value) || value < 0) {
    damaged(FORMAT, `${where} has no whole number in ${key}`);
  }
  return value;
}
