// Linkage of one table with itself, or of two, from texts to clusters: columns are recognised, rules suggested, weights
// learned, pairs weighed on all cores, links decided. No label is needed and nothing has to be set.

import { InklingError } from '../../errors.ts';
import { type Clusters, cluster } from './clusters.ts';
import { type Decision, decide } from './decide.ts';
import { explainPair, type PairExplanation } from './explain.ts';
import {
  type ColumnPlan,
  cellsOf,
  encodeFields,
  type Field,
  recognise,
  type TextTable,
  tokenWeightsOf,
} from './fields.ts';
import type { Frozen } from './frozen.ts';
import { openLevels } from './levels.ts';
import type { LinkageModel } from './model.ts';
import { scorePairs } from './scoring.ts';
import { type Known, train } from './training.ts';

export type LinkOptions = {
  /** Columns that say nothing of the thing itself, such as the record's own id. */
  leave: readonly string[];
  /** Kinds by column, against what would be recognised; "ignore" for none. */
  mapping?: Readonly<Record<string, string>>;
  /** What to do with columns of numbers that an office gives to one person or thing: they make linkage easy, and are seldom there. */
  identifiers?: 'leave' | 'compare';
  /** Whether each record has one partner at most; by default where two tables are linked. */
  oneToOne?: boolean;
  threshold?: number;
  threads?: number;
  seed?: number;
  /** Rules even where all pairs could be compared: for a model that is to be frozen. */
  rules?: 'always';
  /** Records to come under the frozen model, where it is learned on a sample of them: rules are chosen for so many. */
  expected?: number;
  /** What is known of some pairs; without it everything is learned from the records alone. */
  known?: Known;
};

export type Linkage = Decision &
  Clusters & {
    model: LinkageModel;
    /** Columns of identifiers that were left out. */
    ignored: string[];
    /** Candidate pairs that were weighed. */
    candidates: number;
    explain(r: number, s: number): PairExplanation;
    /** What was learned, for records that come later; only where rules were used. */
    freeze(): Frozen;
    seconds: { read: number; learn: number; score: number; decide: number };
  };

/** Pairs below this log2 odds are of no use to anybody. */
const FLOOR = -7;

/** Records are numbered through both tables, the left one first. */
export async function link(tables: readonly TextTable[], options: LinkOptions): Promise<Linkage> {
  const clock = openClock();
  const recognised = recognise(tables, options);
  const isLeft = ({ column, kind }: ColumnPlan) =>
    kind === 'identifier' && options.identifiers !== 'compare' && options.mapping?.[column] === undefined;
  const columns = recognised.filter((plan) => !isLeft(plan));
  const fields = encodeFields(tables, columns);
  checkFields(tables, fields);
  const [records, split] = [fields[0].codes.length, tables.length === 2 ? tables[0].rows : undefined];
  const oneToOne = options.oneToOne ?? split !== undefined;
  const words = fields.map((field) => (field.comparison.exactFirst ? undefined : wordWeights(field)));
  const tokens = (field: Field) => {
    const own = words[fields.indexOf(field)] as Map<string, number>;
    return { weightOf: (word: string) => own.get(word) ?? 0 };
  };
  const cells = cellsOf(fields);
  const read = clock();
  const { model, source, common, rarity, parameters } = train(fields, {
    cells,
    columns,
    split,
    oneToOne,
    seed: options.seed ?? 1,
    rules: options.rules,
    expected: options.expected,
    known: options.known,
    tokens,
  });
  const learn = clock();
  const candidates = source.blocks === 'all' ? model.pairs : source.blocks.reduce((sum, { pairs }) => sum + pairs, 0);
  const plain = fields.map(({ name, column, kind, facet, values, others }) => ({
    name,
    column,
    kind: kind.name,
    suffix: facet.suffix,
    values,
    others,
  }));
  const pairs = await scorePairs(
    {
      source,
      fields: plain,
      cells,
      weights: parameters.weights,
      rarity,
      prior: model.prior,
      sorts: parameters.sorts,
      words,
      floor: FLOOR,
    },
    candidates,
    options.threads,
  );
  const score = clock();
  const decision = decide(pairs, { records, oneToOne, matches: model.matches, threshold: options.threshold });
  const clusters = cluster(records, decision.links);
  model.threshold = decision.threshold;
  const levels = openLevels(fields, cells, tokens);
  return {
    ...decision,
    ...clusters,
    ...{ model, candidates, ignored: recognised.filter(isLeft).map(({ column }) => column) },
    ...{ explain: (r, s) => explainPair({ model, fields, levels, rarity }, r, s) },
    freeze: () => freeze(model, fields, common(), words),
    seconds: { read, learn, score, decide: clock() },
  };
}

function freeze(
  model: LinkageModel,
  fields: readonly Field[],
  common: Frozen['common'],
  words: Frozen['words'],
): Frozen {
  const { rules } = model;
  if (rules === 'all pairs') {
    throw new InklingError(
      'invalid_input',
      'This linkage compared all pairs, so it has no rules for records to come.',
      {
        hint: "Link with rules: 'always'; columns that only hold long texts give no rule.",
      },
    );
  }
  return {
    ...{ model: { ...model, rules }, words, common },
    counts: fields.map(
      ({ values, counts }) =>
        new Map([...counts.entries()].filter(([, count]) => count > 1).map(([value, count]) => [values[value], count])),
    ),
  };
}

function wordWeights(field: Field): Map<string, number> {
  const { weightOf } = tokenWeightsOf(field);
  return new Map(field.values.flatMap((value) => value.split(' ')).map((word) => [word, weightOf(word)]));
}

function checkFields(tables: readonly TextTable[], fields: readonly Field[]): void {
  const columns = tables[0].columns.map(({ name }) => name).join(', ');
  if (fields.length === 0) {
    throw new InklingError('invalid_input', 'No column is left to compare records by.', {
      hint: `Columns are ${columns}; two tables have to name those that mean the same alike.`,
    });
  }
}

function openClock(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}
