// The lowest rung of the ladder, and the baseline every model has to beat: whoever was here last comes back first. One
// signal ("days since …") is cut into at most eight groups of equal size; each group's rate is drawn towards the rate of
// everyone (as if by a few more people of the average kind), and a later group never gets a higher rate than an
// earlier one. It answers with ten conversions, with none, and for a single person.

import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { InklingError } from '../errors.ts';
import {
  contributionsByRow,
  type FittedModel,
  fitIsotonic,
  logOdds,
  type Matrix,
  selectColumns,
} from '../learn/index.ts';

const RuleFile = Type.Object({
  kind: Type.Literal('rule'),
  names: Type.Array(Type.String(), { minItems: 1 }),
  column: Type.Integer({ minimum: 0 }),
  /** Upper ends of all groups but the last. */
  edges: Type.Array(Type.Number()),
  /** Probability per group. */
  rates: Type.Array(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), { minItems: 1 }),
  /** Probability where the signal is unknown, and of everyone. */
  unknownRate: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  baseRate: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
});
type RuleFile = Static<typeof RuleFile>;

const GROUPS = 8;
/** People of the average kind that every group is mixed with. */
const GROUP_PRIOR = 20;
/** Before anything is seen: 2 in 100 convert, and that belief weighs as much as five people. */
const BASE_PRIOR = { rate: 0.02, people: 5 };

/** Fits the rule on one signal; rows may be none, and the outcomes of one kind only. */
export function fitRule(x: Matrix, y: Float32Array, signal: string): FittedModel {
  const column = x.names.indexOf(signal);
  if (column < 0) throw new InklingError('invalid_input', `The rule needs the signal "${signal}".`, { field: signal });
  const values = x.columns[column];
  const baseRate = (sum(y) + BASE_PRIOR.rate * BASE_PRIOR.people) / (y.length + BASE_PRIOR.people);
  const edges = quantileEdges(values);
  const groups = edges.concat(Number.POSITIVE_INFINITY).map(() => ({ people: 0, conversions: 0 }));
  const unknown = { people: 0, conversions: 0 };
  for (let r = 0; r < y.length; r++) {
    const group = Number.isNaN(values[r]) ? unknown : groups[groupOf(edges, values[r])];
    group.people++;
    group.conversions += y[r];
  }
  const rate = (group: { people: number; conversions: number }) =>
    (group.conversions + GROUP_PRIOR * baseRate) / (group.people + GROUP_PRIOR);
  const falling = fitIsotonic(
    groups.map((_, g) => -g),
    groups.map(rate),
    groups.map((group) => group.people + GROUP_PRIOR),
  );
  const rates = groups.map((_, g) => falling.predict(-g));
  return ruleFrom({ kind: 'rule', names: [...x.names], column, edges, rates, unknownRate: rate(unknown), baseRate });
}

/** Reads what `toJSON` of a rule wrote. */
export function readRule(json: unknown): FittedModel {
  if (!Value.Check(RuleFile, json)) broken('its fields are not those of a rule');
  const file = json as RuleFile;
  if (file.rates.length !== file.edges.length + 1) broken('its rates do not fit its groups');
  if (file.column >= file.names.length) broken(`it looks at column ${file.column} of ${file.names.length}`);
  return ruleFrom(file);
}

export function isRule(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'kind' in json && json.kind === 'rule';
}

function ruleFrom(file: RuleFile): FittedModel {
  const { names, column, edges, rates, unknownRate, baseRate } = file;
  const rateOf = (value: number) => (Number.isNaN(value) ? unknownRate : rates[groupOf(edges, value)]);
  const predict = (x: Matrix) => Float64Array.from(selectColumns(x, names).columns[column], rateOf);
  const contributions = (row: Float32Array) => {
    const parts = new Float64Array(names.length + 1);
    parts[column] = logOdds(rateOf(row[column])) - logOdds(baseRate);
    parts[names.length] = logOdds(baseRate);
    return parts;
  };
  return {
    kind: 'rule',
    link: 'logit',
    names,
    predict,
    rawScores: (x) => predict(x).map(logOdds),
    rawScore: (row) => logOdds(rateOf(row[column])),
    predictRow: (row) => rateOf(row[column]),
    contributions,
    explain: (x) => ({
      scores: predict(x).map(logOdds),
      contributions: contributionsByRow({ names, contributions })(selectColumns(x, names)),
    }),
    importance: () => [
      { name: names[column], gain: 1 },
      ...names.filter((_, c) => c !== column).map((name) => ({ name, gain: 0 })),
    ],
    toJSON: () => file,
  };
}

function quantileEdges(values: Float32Array): number[] {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const edges = new Set<number>();
  for (let g = 1; g < GROUPS; g++) {
    const edge = known[Math.floor((g * known.length) / GROUPS) - 1];
    if (edge !== undefined && edge < known[known.length - 1]) edges.add(edge);
  }
  return [...edges];
}

function groupOf(edges: readonly number[], value: number): number {
  let group = 0;
  while (group < edges.length && value > edges[group]) group++;
  return group;
}

function sum(y: Float32Array): number {
  let total = 0;
  for (const value of y) total += value;
  return total;
}

function broken(reason: string): never {
  throw new InklingError('model_file_invalid', `The saved rule cannot be read: ${reason}.`, {
    hint: 'Train the model again, or restore the file from a backup.',
  });
}
