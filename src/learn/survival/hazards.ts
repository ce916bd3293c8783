// When will it happen, if it happens? A rate per day that is constant within stretches of days and moves with one risk score:
// log rate in stretch j = intercept_j + (slope + drift · log of its middle day) · z, the piecewise exponential model (Holford
// 1976; Laird & Olivier 1981). Who has not done it by the end of what is known counts for the days they were watched. With a
// stretch for each day on which something happened it is Cox's regression with Breslow's ties. The drift lets the score
// say more about tomorrow than about next month. Newton's method on a concave likelihood.
import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { solvePositiveDefinite } from '../../math/index.ts';
import { brokenModel, checkModelFile } from '../learner.ts';

/** How long each was watched, and whether it happened at the end of that. */
export type Waits = { days: Float32Array; happened: Uint8Array };

export type HazardSettings = {
  /** Ends of the stretches in days, rising; the last rate holds on beyond the last of them. */
  edges: readonly number[];
  /** Whether the part of the score may change with the days; default yes. */
  drifts?: boolean;
  /** Each stretch is drawn to the rate of all as if by so many events; default 0.5, or none of them could be empty. */
  priorEvents?: number;
};

export type Hazards = {
  /** Expected events up to a day, of somebody with that score; the chance to have done it is 1 − exp(−this). */
  cumulative(z: number, days: number): number;
  /** The day on which `cumulative` reaches an amount; infinite when it never does. */
  dayOf(z: number, amount: number): number;
  toJSON(): HazardFile;
};

const HazardFile = Type.Object({
  kind: Type.Literal('hazards'),
  edges: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1 }),
  intercepts: Type.Array(Type.Number()),
  slope: Type.Number(),
  drift: Type.Number(),
  /** The score that counts as 0. */
  centre: Type.Number(),
});
type HazardFile = Static<typeof HazardFile>;

const MOST_STEPS = 50;
const TOLERANCE = 1e-10;
/** Scores further out than those learned from say no more than the furthest. */
const FARTHEST = 12;

/** Learns from scores and waits of the same people. Throws `too_little_data` where nothing happened. */
export function fitHazards(z: Float64Array, waits: Waits, settings: HazardSettings): Hazards {
  const { edges, drifts = true, priorEvents = 0.5 } = settings;
  const { days, happened } = waits;
  let [events, exposure, centre] = [0, 0, 0];
  for (let i = 0; i < z.length; i++) {
    events += happened[i];
    exposure += days[i];
    centre += z[i] / z.length;
  }
  if (events === 0 || !(exposure > 0)) {
    throw new InklingError('too_little_data', 'Nothing has happened yet, so nothing says when it will.', {
      hint: 'Learn from a longer past.',
    });
  }
  const stretches = edges.length;
  const logMiddle = edges.map((edge, j) => Math.log(((edges[j - 1] ?? 0) + edge) / 2));
  const shift = logMiddle.reduce((sum, log) => sum + log / stretches, 0);
  const times = logMiddle.map((log) => (drifts ? log - shift : 0));
  const size = stretches + (drifts ? 2 : 1);
  const parameters = new Float64Array(size).fill(Math.log(events / exposure), 0, stretches);
  for (let step = 0; step < MOST_STEPS; step++) {
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    const add = (j: number, score: number, happens: number, watched: number) => {
      const tilt = drifts ? times[j] * score : 0;
      const rate = parameters[j] + parameters[stretches] * score + (drifts ? parameters[stretches + 1] * tilt : 0);
      const expected = watched * Math.exp(rate);
      const left = happens - expected;
      gradient[j] += left;
      gradient[stretches] += left * score;
      hessian[j * size + j] += expected;
      hessian[stretches * size + j] += expected * score;
      hessian[stretches * size + stretches] += expected * score * score;
      if (!drifts) return;
      gradient[stretches + 1] += left * tilt;
      hessian[(stretches + 1) * size + j] += expected * tilt;
      hessian[(stretches + 1) * size + stretches] += expected * score * tilt;
      hessian[(stretches + 1) * size + stretches + 1] += expected * tilt * tilt;
    };
    for (let i = 0; i < z.length; i++) {
      const score = bounded(z[i] - centre);
      for (let j = 0; j < stretches; j++) {
        const from = edges[j - 1] ?? 0;
        const isLast = j === stretches - 1 || days[i] <= edges[j];
        add(j, score, isLast ? happened[i] : 0, (isLast ? days[i] : edges[j]) - from);
        if (isLast) break;
      }
    }
    if (priorEvents > 0) {
      for (let j = 0; j < stretches; j++) add(j, 0, priorEvents, (priorEvents * exposure) / events);
      // As much belief that the score says the same on every day.
      if (drifts) {
        gradient[stretches + 1] -= priorEvents * parameters[stretches + 1];
        hessian[(stretches + 1) * size + stretches + 1] += priorEvents;
      }
    }
    const held = hessian.map((value, k) => (k % (size + 1) === 0 ? value + 1e-9 : value));
    const move = solvePositiveDefinite(held, gradient);
    if (move === undefined) break;
    let largest = 0;
    for (let k = 0; k < size; k++) {
      // Far from the top a whole step may leap over it.
      const part = Math.max(-2, Math.min(2, move[k]));
      parameters[k] += part;
      largest = Math.max(largest, Math.abs(part));
    }
    if (largest < TOLERANCE) break;
  }
  const [slope, drift] = [parameters[stretches], drifts ? parameters[stretches + 1] : 0];
  // Saved so that a reader need not know the shift.
  const file: HazardFile = {
    kind: 'hazards',
    edges: [...edges],
    intercepts: [...parameters.subarray(0, stretches)],
    slope: slope - drift * shift,
    drift,
    centre,
  };
  return hazardsFrom(file);
}

/** Reads what `toJSON` wrote; refuses what cannot be meant. */
export function readHazards(json: unknown): Hazards {
  const file = checkModelFile<HazardFile>('hazards', HazardFile, json);
  if (file.intercepts.length !== file.edges.length) brokenModel('hazards', 'its rates do not fit its days');
  if (file.edges.some((edge, j) => j > 0 && edge <= file.edges[j - 1])) brokenModel('hazards', 'its days do not rise');
  return hazardsFrom(file);
}

function hazardsFrom(file: HazardFile): Hazards {
  const { edges, intercepts, slope, drift, centre } = file;
  const logMiddle = edges.map((edge, j) => Math.log(((edges[j - 1] ?? 0) + edge) / 2));
  const rate = (z: number, j: number) => Math.exp(intercepts[j] + (slope + drift * logMiddle[j]) * bounded(z - centre));
  const last = edges.length - 1;
  return {
    cumulative(z, days) {
      let sum = 0;
      for (let j = 0; j <= last; j++) {
        const from = edges[j - 1] ?? 0;
        if (days <= from) break;
        sum += rate(z, j) * ((j === last ? days : Math.min(days, edges[j])) - from);
      }
      return sum;
    },
    dayOf(z, amount) {
      let rest = amount;
      for (let j = 0; j <= last; j++) {
        const from = edges[j - 1] ?? 0;
        const daily = rate(z, j);
        const whole = daily * (edges[j] - from);
        if (j === last || rest <= whole) return from + rest / daily;
        rest -= whole;
      }
      return Number.POSITIVE_INFINITY;
    },
    toJSON: () => file,
  };
}

const bounded = (score: number) => Math.max(-FARTHEST, Math.min(FARTHEST, score));
