// A short series of counts carried on: a level that wanders, with a steady drift, seen through noise (Harvey 1989,
// local level with drift). How much of the change is wandering is not known, so every ratio of a grid is filtered
// (Kalman 1960) and weighs by its likelihood: the interval then holds that doubt as well.
import { betaQuantile } from '../../math/index.ts';

export type Forecast = {
  /** One per step ahead. */
  points: { mean: number; low: number; high: number }[];
  /** Change per step that goes on. */
  drift: number;
};

/** Fewer values tell wandering from noise too badly. */
export const LEAST_VALUES = 14;

/** Variance of a step of the level against that of the noise. */
const RATIOS = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100];
/** The first values only say where the level and the drift begin. */
const STATES = 2;
const UNKNOWN = 1e8;

/** `horizon` steps ahead of evenly spaced values; undefined when there are too few of them. Knows no season. */
export function forecastLevel(
  values: readonly number[],
  { horizon, confidence = 0.8 }: { horizon: number; confidence?: number },
): Forecast | undefined {
  if (values.length < LEAST_VALUES) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  if (scale === 0)
    return { points: Array.from({ length: horizon }, () => ({ mean, low: mean, high: mean })), drift: 0 };
  const filtered = RATIOS.map((ratio) =>
    filter(
      values.map((value) => (value - mean) / scale),
      ratio,
    ),
  );
  const most = Math.max(...filtered.map(({ logLikelihood }) => logLikelihood));
  const weights = filtered.map(({ logLikelihood }) => Math.exp(logLikelihood - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const average = (of: (one: Filtered) => number) =>
    filtered.reduce((sum, one, i) => sum + (weights[i] / total) * of(one), 0);
  const spread = studentQuantile(confidence, values.length - STATES);
  const points = Array.from({ length: horizon }, (_, i) => {
    const ahead = i + 1;
    const at = (one: Filtered) => one.level + ahead * one.drift;
    const middle = average(at);
    const variance = average((one) => varianceAhead(one, ahead) + (at(one) - middle) ** 2);
    const half = spread * Math.sqrt(variance) * scale;
    return { mean: mean + scale * middle, low: mean + scale * middle - half, high: mean + scale * middle + half };
  });
  return { points, drift: scale * average((one) => one.drift) };
}

type Filtered = {
  ratio: number;
  level: number;
  drift: number;
  /** Of level and drift, in units of the noise's variance. */
  covariance: [ll: number, ld: number, dd: number];
  noise: number;
  logLikelihood: number;
};

function filter(values: readonly number[], ratio: number): Filtered {
  let [level, drift] = [values[0], 0];
  let [ll, ld, dd] = [UNKNOWN, 0, UNKNOWN];
  let [squares, logs] = [0, 0];
  for (let t = 0; t < values.length; t++) {
    if (t > 0) {
      level += drift;
      ll += 2 * ld + dd + ratio;
      ld += dd;
    }
    const innovation = values[t] - level;
    const variance = ll + 1;
    if (t >= STATES) {
      squares += innovation ** 2 / variance;
      logs += Math.log(variance);
    }
    const [gainLevel, gainDrift] = [ll / variance, ld / variance];
    level += gainLevel * innovation;
    drift += gainDrift * innovation;
    [ll, ld, dd] = [ll - gainLevel * ll, ld - gainLevel * ld, dd - gainDrift * ld];
  }
  const n = values.length - STATES;
  const noise = Math.max(squares / n, 1e-12);
  return { ratio, level, drift, covariance: [ll, ld, dd], noise, logLikelihood: -0.5 * (n * Math.log(noise) + logs) };
}

function varianceAhead({ ratio, covariance: [ll, ld, dd], noise }: Filtered, ahead: number): number {
  return noise * (ll + 2 * ahead * ld + ahead * ahead * dd + ahead * ratio + 1);
}

/** The t within which a Student variable of `degrees` lies with that probability. */
function studentQuantile(confidence: number, degrees: number): number {
  const x = betaQuantile(confidence, 0.5, degrees / 2);
  return Math.sqrt((degrees * x) / (1 - x));
}
