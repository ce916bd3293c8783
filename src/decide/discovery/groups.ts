// Groups among people who have habits: looked for in a sample; the rule of each is made from one part of it and judged on
// the rest. Only computes, so that it can run in a thread of its own.

import {
  type ClusterCandidate as Candidate,
  DEEPEST_VALLEY,
  findStructure,
  LEAST_STRENGTH,
  type Matrix,
  nearestCentres,
  type Points,
  selectRows,
} from '../../learn/index.ts';
import { createRandom, quantileOfSorted } from '../../math/index.ts';
import { type Rule, sayRule } from '../segments/index.ts';
import { behaviours, LEAST_VISITS } from './behaviours.ts';
import { type Fidelity, fidelityOf, findBox, ruleOf } from './boxes.ts';
import { nameOf, strongest, typeOf } from './naming.ts';
import { habitual, measureRuler, type Ruler, standardise, unscaled, valuesOf } from './ruler.ts';

/** One way in which a group differs from everybody with habits. */
export type Difference = {
  behaviour: string;
  label: string;
  sentence: string;
  /** Of the group's middle from everybody's, in deviations. */
  deviations: number;
  /** Median of the group and of everybody; null = unknown of all. */
  group: number | null;
  everybody: number | null;
  /** What the middle of the group does: "Buys 3 different products at a time". */
  words: string;
};

export type Group = {
  name: string;
  /** One of the six types of shoppers; null = none of their definitions fits. */
  type: string | null;
  definition: string | null;
  differences: Difference[];
  rule: Rule;
  sentence: string;
  fidelity: Fidelity;
};

export type Groups = {
  /** People of the sample with enough visits. */
  habitual: number;
  learnedFrom: number;
  candidates: Candidate[];
  /** Why there are no groups; null where there are. */
  refusal: string | null;
  groups: Group[];
  ruler: Ruler;
  centres: Points;
};

/** More teach no other groups. */
const LEARN_FROM_AT_MOST = 10_000;
const LEAST_PEOPLE = 200;
/** Share of those learned from whom rules are made from; the rest judges them. */
const RULES_FROM = 0.6;

/** What a sample of people falls into. The same sample and seed give the same groups. */
export function findGroups(
  x: Matrix,
  { seed, onProgress }: { seed: number; onProgress?: (done: number, total: number) => void },
): Groups {
  const rows = createRandom(`${seed} parts`).shuffle(habitual(x));
  const learned = selectRows(x, rows.subarray(0, LEARN_FROM_AT_MOST));
  const ruler = measureRuler(learned);
  const none = { rows: 0, dimensions: behaviours.length, values: new Float64Array(0) };
  const base = { habitual: rows.length, learnedFrom: learned.rows, ruler, groups: [], centres: none };
  if (rows.length < LEAST_PEOPLE) {
    return {
      ...base,
      candidates: [],
      refusal: `Only ${rows.length} people came at least ${LEAST_VISITS} times in the last 90 days; ${LEAST_PEOPLE} are needed to tell habits from chance.`,
    };
  }
  const points = standardise(unrounded(learned, seed), ruler);
  const { found, candidates } = findStructure(points, { seed, onProgress });
  if (found === undefined) return { ...base, candidates, refusal: refusalOf(candidates) };
  const middle = Math.floor(RULES_FROM * learned.rows);
  const [made, rest] = [rows.subarray(0, middle), rows.subarray(middle)].map((part) => selectRows(x, part));
  const [labels, restLabels] = [made, rest].map(
    (part) => nearestCentres(found.centres, standardise(part, ruler)).labels,
  );
  const everybody = medians(learned);
  const groups = Array.from({ length: found.centres.rows }, (_, g) =>
    describe(g, { made, labels, rest, restLabels, centres: found.centres, everybody }),
  );
  return { ...base, candidates, refusal: null, groups: distinctNames(groups), centres: found.centres };
}

/**
 * Purchases are few and whole: left so, nobody would lie between those who bought once and those who never did, and any
 * crowd would fall apart there. Each count stands for the rates that round to it.
 */
function unrounded(x: Matrix, seed: number): Matrix {
  const random = createRandom(`${seed} rounding`);
  const columns = x.columns.map((column, c) =>
    x.names[c] === 'purchases_all' ? column.map((count) => Math.max(0, count + random.uniform() - 0.5)) : column,
  );
  return { ...x, columns };
}

/** The group of each row, −1 = came too seldom. */
export function assignGroups(x: Matrix, { ruler, centres }: Pick<Groups, 'ruler' | 'centres'>): Int32Array {
  const labels = new Int32Array(x.rows).fill(-1);
  const rows = habitual(x);
  if (centres.rows === 0) return labels;
  const nearest = nearestCentres(centres, standardise(selectRows(x, rows), ruler)).labels;
  for (let i = 0; i < rows.length; i++) labels[rows[i]] = nearest[i];
  return labels;
}

type Found = {
  made: Matrix;
  labels: Int32Array;
  rest: Matrix;
  restLabels: Int32Array;
  centres: Points;
  everybody: number[];
};

function describe(g: number, { made, labels, rest, restLabels, centres, everybody }: Found): Group {
  const middle = centres.values.subarray(g * centres.dimensions, (g + 1) * centres.dimensions);
  const own = medians(
    selectRows(
      made,
      Uint32Array.from(labels.keys()).filter((r) => labels[r] === g),
    ),
  );
  const box = findBox(
    made,
    Uint8Array.from(labels, (label) => (label === g ? 1 : 0)),
  );
  const rule = ruleOf(box);
  const type = typeOf(middle);
  return {
    name: type?.name ?? nameOf(middle),
    type: type?.type ?? null,
    definition: type?.definition ?? null,
    differences: strongest(middle).map((b) => ({
      behaviour: behaviours[b].name,
      label: behaviours[b].label,
      sentence: behaviours[b].sentence,
      deviations: middle[b],
      group: Number.isNaN(own[b]) ? null : own[b],
      everybody: Number.isNaN(everybody[b]) ? null : everybody[b],
      words: Number.isNaN(own[b]) ? `${behaviours[b].label}: unknown` : capitalised(behaviours[b].phrase(own[b])),
    })),
    rule,
    sentence: `People who ${sayRule(rule)}`,
    fidelity: fidelityOf(
      rest,
      box,
      Uint8Array.from(restLabels, (label) => (label === g ? 1 : 0)),
    ),
  };
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Of each behaviour in its unit, over those of whom it is known. */
function medians(x: Matrix): number[] {
  return valuesOf(x).map((values, b) =>
    unscaled(b, quantileOfSorted(values.filter((value) => !Number.isNaN(value)).sort(), 0.5)),
  );
}

/** A name that two groups would share is told apart by what is next. */
function distinctNames(groups: Group[]): Group[] {
  return groups.map((group) => {
    const same = groups.filter(({ name }) => name === group.name);
    if (same.length === 1) return group;
    const { label, deviations } = group.differences[0];
    return {
      ...group,
      name: `${group.name} (${deviations > 0 ? 'more' : 'less'}: ${label.toLowerCase()}, ${same.indexOf(group) + 1})`,
    };
  });
}

function refusalOf(candidates: readonly Candidate[]): string {
  const stable = candidates.filter(({ strength }) => strength >= LEAST_STRENGTH);
  if (stable.length === 0)
    return 'There are no groups: whichever number is tried, another half of the people gives others.';
  const apart = stable.filter(({ valley }) => valley <= DEEPEST_VALLEY);
  return apart.length === 0
    ? 'There are no groups: people lie close together, with as many between any two groups as inside them.'
    : 'There are no groups but very small ones.';
}
