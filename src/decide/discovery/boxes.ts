// A rule for a group, found step by step: the condition on one signal that brings rule and group nearest to each other
// (by F1) is added until another hardly helps. Bounds are rounded as a person would write them.

import type { Matrix } from '../../learn/index.ts';
import { quantileOfSorted, wilsonInterval } from '../../math/index.ts';
import type { Condition, Rule } from '../segments/index.ts';
import { LEAST_VISITS, LEAST_VISITS_SIGNAL, ruleSignals } from './behaviours.ts';
import { columnOf } from './ruler.ts';

type Bound = { signal: string; op: 'at_least' | 'at_most'; value: number };

/** How well a rule finds the people of a group, on people it was not made from. */
export type Fidelity = {
  people: number;
  /** Of those who fit the rule, the share in the group. */
  precision: number;
  precisionInterval: [number, number];
  /** Of the group, the share who fit the rule. */
  recall: number;
  recallInterval: [number, number];
  f1: number;
};

const MOST_CONDITIONS = 5;
const LEAST_GAIN = 0.005;
const BOUNDS_TRIED = 32;

/** Conditions that part the marked rows from the others; `x` holds people with enough visits only. */
export function findBox(x: Matrix, inside: Uint8Array): Bound[] {
  const candidates = ruleSignals.flatMap((signal) => boundsOf(signal, columnOf(x, signal)));
  const bounds: Bound[] = [];
  let rows = Uint32Array.from({ length: x.rows }, (_, r) => r);
  const members = inside.reduce((sum, one) => sum + one, 0);
  let reached = f1Of(members, x.rows, members);
  while (bounds.length < MOST_CONDITIONS) {
    let best: Bound | undefined;
    let bestF1 = reached + LEAST_GAIN;
    for (const bound of candidates) {
      const column = columnOf(x, bound.signal);
      let [hits, chosen] = [0, 0];
      for (let i = 0; i < rows.length; i++) {
        if (!fits(bound, column[rows[i]])) continue;
        chosen++;
        hits += inside[rows[i]];
      }
      const f1 = f1Of(hits, chosen, members);
      if (f1 > bestF1) [best, bestF1] = [bound, f1];
    }
    if (best === undefined) break;
    const { signal } = best;
    const taken = best;
    rows = rows.filter((r) => fits(taken, columnOf(x, signal)[r]));
    bounds.push(best);
    reached = bestF1;
  }
  return merged(bounds);
}

/** The bounds as a rule of the language of segments, among people with enough visits. */
export function ruleOf(bounds: readonly Bound[]): Rule {
  const least: Bound = { signal: LEAST_VISITS_SIGNAL, op: 'at_least', value: LEAST_VISITS };
  const asked = bounds.some(({ signal, op }) => signal === least.signal && op === least.op)
    ? bounds
    : [least, ...bounds];
  return { all: asked.map((bound): Condition => ({ kind: 'signal', ...bound })) };
}

/** Whether each row fits all bounds. */
export function fitsAll(x: Matrix, bounds: readonly Bound[]): Uint8Array {
  const fit = new Uint8Array(x.rows).fill(1);
  for (const bound of bounds) {
    const column = columnOf(x, bound.signal);
    for (let r = 0; r < x.rows; r++) if (!fits(bound, column[r])) fit[r] = 0;
  }
  return fit;
}

export function fidelityOf(x: Matrix, bounds: readonly Bound[], inside: Uint8Array): Fidelity {
  const fit = fitsAll(x, bounds);
  let [hits, chosen, members] = [0, 0, 0];
  for (let r = 0; r < x.rows; r++) {
    chosen += fit[r];
    members += inside[r];
    hits += fit[r] & inside[r];
  }
  return {
    people: x.rows,
    precision: chosen > 0 ? hits / chosen : 0,
    precisionInterval: wilsonInterval(hits, chosen),
    recall: members > 0 ? hits / members : 0,
    recallInterval: wilsonInterval(hits, members),
    f1: f1Of(hits, chosen, members),
  };
}

/** What is unknown fits no bound, as in the language of segments. */
function fits({ op, value }: Bound, of: number): boolean {
  return op === 'at_least' ? of >= value : of <= value;
}

function f1Of(hits: number, chosen: number, members: number): number {
  return chosen + members === 0 ? 0 : (2 * hits) / (chosen + members);
}

function boundsOf(signal: string, column: Float32Array): Bound[] {
  const sorted = Float64Array.from(column.filter((value) => !Number.isNaN(value))).sort();
  const values = new Set<number>();
  for (let i = 1; i < BOUNDS_TRIED; i++) values.add(rounded(quantileOfSorted(sorted, i / BOUNDS_TRIED)));
  return [...values]
    .filter((value) => !Number.isNaN(value))
    .flatMap((value) => (['at_least', 'at_most'] as const).map((op) => ({ signal, op, value })));
}

/** Two digits, or whole numbers from ten on. */
function rounded(value: number): number {
  return Math.abs(value) >= 10 ? Math.round(value) : Number(value.toPrecision(2));
}

/** Of two bounds on the same side of a signal only the tighter one says something. */
function merged(bounds: readonly Bound[]): Bound[] {
  return bounds.filter(
    (bound) =>
      !bounds.some(
        (other) =>
          other !== bound &&
          other.signal === bound.signal &&
          other.op === bound.op &&
          (bound.op === 'at_least' ? other.value > bound.value : other.value < bound.value),
      ),
  );
}
