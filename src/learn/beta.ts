// Beta calibration (Kull, Silva Filho & Flach 2017): the curve that is right when the predictions of either outcome follow
// a beta distribution. Three parameters bend it at both ends by themselves, and it holds the identity, which Platt's
// curve on probabilities does not: a model that is calibrated stays so.
import { type Static, Type } from 'typebox';
import { checkModelFile } from './learner.ts';
import { logOdds, sigmoid } from './link.ts';
import { checkCalibrationRows, fitCurve } from './platt.ts';

/** A non-decreasing map from a predicted to a calibrated probability: log-odds = a·ln p − b·ln(1 − p) + c, a and b ≥ 0. */
export type Beta = {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  predict(p: number): number;
  toJSON(): object;
};

const BetaFile = Type.Object({
  kind: Type.Literal('beta'),
  a: Type.Number({ minimum: 0 }),
  b: Type.Number({ minimum: 0 }),
  c: Type.Number(),
});

/** Fits the curve through (p[i], y[i]) with weights w (default 1). Throws on no rows and on values that are not finite. */
export function fitBeta(p: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): Beta {
  checkCalibrationRows(p, y, w);
  const [low, high] = [Float64Array.from(p, lowEnd), Float64Array.from(p, highEnd)];
  const outcomes = Float64Array.from(y);
  const [a, b, c] = fitCurve([low, high], outcomes, w);
  if (a >= 0 && b >= 0) return betaFrom({ a, b, c });
  // A curve that falls somewhere is none: the end that bends the wrong way is left out.
  const [slope, intercept] = fitCurve([a < 0 ? high : low], outcomes, w);
  if (slope >= 0) return betaFrom(a < 0 ? { a: 0, b: slope, c: intercept } : { a: slope, b: 0, c: intercept });
  return betaFrom({ a: 0, b: 0, c: fitCurve([], outcomes, w)[0] });
}

/** Reads what `toJSON` wrote. */
export function readBeta(json: unknown): Beta {
  return betaFrom(checkModelFile<Static<typeof BetaFile>>('beta', BetaFile, json));
}

const NEAREST = 1e-12;
const inside = (p: number) => Math.min(1 - NEAREST, Math.max(NEAREST, p));
const lowEnd = (p: number) => Math.log(inside(p));
const highEnd = (p: number) => -Math.log1p(-inside(p));

function betaFrom({ a, b, c }: Pick<Beta, 'a' | 'b' | 'c'>): Beta {
  return {
    a,
    b,
    c,
    predict: (p) => sigmoid(a * lowEnd(p) + b * highEnd(p) + c),
    toJSON: () => ({ kind: 'beta', a, b, c }),
  };
}

/** Log-odds of a probability that may be 0 or 1. */
export const boundedLogOdds = (p: number) => logOdds(inside(p));
