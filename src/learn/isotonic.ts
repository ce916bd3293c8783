// Isotonic regression by pooling adjacent violators (Ayer et al. 1955): the non-decreasing curve nearest to the outcomes
// in weighted squares. It turns scores into honest probabilities. Between the ends of the pooled blocks the curve is
// interpolated, outside them it is clipped, as in scikit-learn's IsotonicRegression(out_of_bounds='clip').
import { type Static, Type } from 'typebox';
import { brokenModel, checkModelFile } from './learner.ts';
import { checkCalibrationRows } from './platt.ts';

/** A non-decreasing map from a predicted to a calibrated probability. */
export type Isotonic = {
  predict(p: number): number;
  toJSON(): object;
};

const IsotonicFile = Type.Object({
  kind: Type.Literal('isotonic'),
  predicted: Type.Array(Type.Number(), { minItems: 1 }),
  calibrated: Type.Array(Type.Number(), { minItems: 1 }),
});

/** Fits the curve through (p[i], y[i]) with weights w (default 1). Throws on no rows and on values that are not finite. */
export function fitIsotonic(p: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): Isotonic {
  checkCalibrationRows(p, y, w);
  const order = Uint32Array.from({ length: p.length }, (_, i) => i);
  order.sort((a, b) => p[a] - p[b] || a - b);
  return isotonicFrom(knotsOf(pool(order, p, y, w)));
}

/** Reads what `toJSON` wrote. */
export function readIsotonic(json: unknown): Isotonic {
  const file = checkModelFile<Static<typeof IsotonicFile>>('isotonic', IsotonicFile, json);
  const { predicted, calibrated } = file;
  if (predicted.length !== calibrated.length) brokenModel('isotonic', 'its two lists differ in length');
  for (let i = 1; i < predicted.length; i++) {
    if (predicted[i] <= predicted[i - 1] || calibrated[i] < calibrated[i - 1]) {
      brokenModel('isotonic', `it does not rise at knot ${i}`);
    }
  }
  return isotonicFrom({ predicted, calibrated });
}

type Knots = { predicted: number[]; calibrated: number[] };
type Block = { first: number; last: number; weight: number; mean: number };

function pool(order: Uint32Array, p: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): Block[] {
  const blocks: Block[] = [];
  for (let i = 0; i < order.length; ) {
    // Equal predictions are one point: they can get only one answer.
    const at = p[order[i]];
    let weight = 0;
    let sum = 0;
    for (; i < order.length && p[order[i]] === at; i++) {
      const rowWeight = w === undefined ? 1 : w[order[i]];
      weight += rowWeight;
      sum += rowWeight * y[order[i]];
    }
    if (weight === 0) continue;
    let block = { first: at, last: at, weight, mean: sum / weight };
    for (
      let previous = blocks.at(-1);
      previous !== undefined && previous.mean >= block.mean;
      previous = blocks.at(-1)
    ) {
      const total = previous.weight + block.weight;
      const mean = (previous.weight * previous.mean + block.weight * block.mean) / total;
      block = { first: previous.first, last: block.last, weight: total, mean };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks;
}

function knotsOf(blocks: Block[]): Knots {
  const knots: Knots = { predicted: [], calibrated: [] };
  for (const { first, last, mean } of blocks) {
    for (const at of first === last ? [first] : [first, last]) {
      knots.predicted.push(at);
      knots.calibrated.push(mean);
    }
  }
  return knots;
}

function isotonicFrom({ predicted, calibrated }: Knots): Isotonic {
  const end = predicted.length - 1;
  return {
    predict(p) {
      if (!(p > predicted[0])) return Number.isNaN(p) ? Number.NaN : calibrated[0];
      if (p >= predicted[end]) return calibrated[end];
      let low = 0;
      let high = end;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (predicted[middle] <= p) low = middle;
        else high = middle;
      }
      const share = (p - predicted[low]) / (predicted[high] - predicted[low]);
      return calibrated[low] + share * (calibrated[high] - calibrated[low]);
    },
    toJSON: () => ({ kind: 'isotonic', predicted, calibrated }),
  };
}
