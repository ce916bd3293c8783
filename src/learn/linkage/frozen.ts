// Linkage that no longer learns: a model with what it counted, frozen at one moment. Whatever is resolved under it, one by
// one or all at once, in any order, comes out the same, because everything that decides is in here: which keys make two
// records candidates (and which keys are too common to), how rare a value is, how much a word weighs, from where a pair
// is linked. What comes later changes none of it until a new model is learned.

import { cluster, type Edge } from './clusters.ts';
import type { TokenWeights } from './comparison.ts';
import { explainPair, type PairExplanation } from './explain.ts';
import { type Cells, cellsOf, encodeFields, type Field, type TextTable } from './fields.ts';
import { gather, keysOf } from './keys.ts';
import type { Shared } from './kind.ts';
import { openLevels } from './levels.ts';
import type { StrangerSort } from './mixture.ts';
import { chanceOf, type LinkageModel, rarityOf, weightOf } from './model.ts';
import type { Scoring } from './scorer.ts';
import { scorePairs } from './scoring.ts';

export type Frozen = {
  model: LinkageModel & { rules: readonly { keys: readonly string[] }[] };
  /** Of each field the values that several records had; any other counts as met once. */
  counts: readonly ReadonlyMap<string, number>[];
  /** Of each field whose comparison weighs words the weight of each; any other word weighs as the rarest. */
  words: readonly (ReadonlyMap<string, number> | undefined)[];
  /** Of each rule the keys that too many records share. */
  common: readonly ReadonlySet<string>[];
};

/** A person's word on a pair: it stands against whatever the weights say. */
export type Label = { left: string; right: string; same: boolean };

/** What an equal value adds, by the frozen counts. */
export function frozenRarity({ model, counts }: Frozen, field: number, value: string): number {
  return Math.fround(rarityOf(model.fields[field], counts[field].get(value) ?? 1));
}

/** Weights of the words of a field. */
export function frozenWords({ model, words }: Frozen, field: number): TokenWeights {
  const rarest = Math.log(1 + model.fields[field].filled);
  return { weightOf: (word) => words[field]?.get(word) ?? rarest };
}

/** How a frozen model weighs pairs of some fields. */
export function frozenScoring(
  frozen: Frozen,
  fields: readonly Field[],
  cells: Cells,
  rarity: Scoring['rarity'],
): Scoring {
  const { model } = frozen;
  return {
    fields,
    cells,
    weights: model.fields.map(({ weights }) => Float64Array.from(weights)),
    rarity,
    prior: model.prior,
    sorts: model.strangers.map(
      ({ name, share, weights }): StrangerSort => ({
        name: name as Shared,
        share,
        weights: weights.map((own) => own && Float64Array.from(own)),
      }),
    ),
    tokens: (field) => frozenWords(frozen, fields.indexOf(field)),
  };
}

/** The links from a table with itself and its clusters, each named by the smallest id in it. */
export async function linkAll(
  frozen: Frozen,
  table: TextTable,
  ids: readonly string[],
  labels: readonly Label[] = [],
): Promise<Map<string, string>> {
  const pairs = await pairsUnder(frozen, table, frozen.model.threshold);
  const placeOf = new Map(ids.map((id, place) => [id, place]));
  const { clusterOf } = cluster(
    table.rows,
    withLabels(pairs, labels, (id) => placeOf.get(id)),
  );
  return namedClusters(clusterOf, ids);
}

export type FrozenPair = Edge;

/** The pairs of records of a table that are one with at least so much probability. */
export async function pairsUnder(frozen: Frozen, table: TextTable, atLeast: number): Promise<FrozenPair[]> {
  const { model } = frozen;
  const fields = encodeFields([table], model.columns, 'keep');
  const keys = keysOf(fields);
  const blocks = model.rules.map((rule, r) =>
    gather(rule, keys, { largest: Number.POSITIVE_INFINITY, common: frozen.common[r] }),
  );
  const rarity = rarityUnder(frozen, fields);
  const cells = cellsOf(fields);
  const scoring = frozenScoring(frozen, fields, cells, rarity);
  const words = fields.map((field, f) =>
    field.comparison.exactFirst ? undefined : wordsOf(field, frozenWords(frozen, f)),
  );
  const pairs = await scorePairs(
    {
      ...{
        source: { records: table.rows, blocks },
        cells,
        weights: scoring.weights,
        rarity,
        prior: model.prior,
        sorts: scoring.sorts,
        words,
      },
      fields: fields.map(({ name, column, kind, facet, values, others }) => ({
        name,
        column,
        kind: kind.name,
        suffix: facet.suffix,
        values,
        others,
      })),
      floor: weightOf(atLeast),
    },
    blocks.reduce((sum, block) => sum + block.pairs, 0),
  );
  return Array.from(
    pairs.left,
    (left, p): Edge => ({ left, right: pairs.right[p], probability: chanceOf(pairs.weight[p]) }),
  );
}

/** How the two records of a table of two are weighed. */
export function explainUnder(frozen: Frozen, table: TextTable): PairExplanation {
  const fields = encodeFields([table], frozen.model.columns, 'keep');
  const rarity = rarityUnder(frozen, fields);
  const levels = openLevels(fields, cellsOf(fields), (field) => frozenWords(frozen, fields.indexOf(field)));
  return explainPair({ model: frozen.model, fields, levels, rarity }, 0, 1);
}

function rarityUnder(frozen: Frozen, fields: readonly Field[]): (Float32Array | undefined)[] {
  return fields.map(({ comparison, values }, f) =>
    comparison.exactFirst ? Float32Array.from(values, (value) => frozenRarity(frozen, f, value)) : undefined,
  );
}

/** A frozen model as text, and back. */
export function writeFrozen({ model, counts, words, common }: Frozen): string {
  return JSON.stringify({
    model,
    counts: counts.map((own) => [...own]),
    words: words.map((own) => own && [...own]),
    common: common.map((own) => [...own]),
  });
}

export function readFrozen(text: string): Frozen {
  // JSON has no undefined: what is not there comes back as null.
  const { model, counts, words, common } = JSON.parse(text, (_, value) => value ?? undefined) as {
    model: Frozen['model'];
    counts: [string, number][][];
    words: [string, number][][];
    common: string[][];
  };
  const own = <T>(list: readonly T[], length: number) => Array.from({ length }, (_, place) => list[place]);
  const width = model.fields.length;
  const strangers = model.strangers.map((sort) => ({ ...sort, weights: own(sort.weights, width) }));
  return {
    model: { ...model, strangers },
    counts: counts.map((list) => new Map(list)),
    words: own(words, width).map((list) => list && new Map(list)),
    common: common.map((list) => new Set(list)),
  };
}

/** Links with a person's words on them: what is the same is linked for certain, what is not is no link. */
export function withLabels(
  edges: readonly Edge[],
  labels: readonly Label[],
  placeOf: (id: string) => number | undefined,
): Edge[] {
  const said = new Map<string, boolean>();
  for (const { left, right, same } of labels) {
    const [a, b] = [placeOf(left), placeOf(right)];
    if (a !== undefined && b !== undefined && a !== b) said.set(`${Math.min(a, b)} ${Math.max(a, b)}`, same);
  }
  const free = edges.filter(({ left, right }) => !said.has(`${Math.min(left, right)} ${Math.max(left, right)}`));
  const sure = [...said].filter(([, same]) => same).map(([pair]) => pair.split(' ').map(Number));
  return [...free, ...sure.map(([left, right]) => ({ left, right, probability: 1 }))];
}

function wordsOf({ values }: Field, { weightOf }: TokenWeights): Map<string, number> {
  return new Map(values.flatMap((value) => value.split(' ')).map((word) => [word, weightOf(word)]));
}

function namedClusters(clusterOf: Int32Array, ids: readonly string[]): Map<string, string> {
  const smallest = new Map<number, string>();
  clusterOf.forEach((of, record) => {
    const known = smallest.get(of);
    if (known === undefined || ids[record] < known) smallest.set(of, ids[record]);
  });
  return new Map(ids.map((id, record) => [id, smallest.get(clusterOf[record]) as string]));
}
