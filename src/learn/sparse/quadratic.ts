// The quadratic model of a penalised log loss around some coefficients, minimised by walking one coefficient after the
// other. Whenever one moves, the intercept moves with it to its own minimum: walked by itself it would creep, because the
// columns of a category add up to it.
import type { SparseColumns } from './rows.ts';

/** The penalties, and the columns they lie on. */
type Penalised = { columns: SparseColumns; l1: number; l2: number };
/** Slopes of the loss (l2 included) at the coefficients, and how much each row bends it. */
export type Point = { slope: Float64Array; interceptSlope: number; spread: Float64Array };
/** From the coefficients to the minimum: of each column, of the intercept, and what both do to the scores. */
export type Direction = { columns: Float64Array; intercept: number; scores: Float64Array };

/** Where a walk stands. */
type Walk = Penalised & {
  coefficients: Float64Array;
  slope: Float64Array;
  spread: Float64Array;
  /** Σ spread, and of each column Σ spread · x and what is left of its bend once the intercept follows. */
  mass: number;
  sums: Float64Array;
  bends: Float64Array;
  way: Float64Array;
  /** What the coefficients alone, without the intercept, do to the scores; and to the intercept's slope. */
  scores: Float64Array;
  moved: number;
};

const MOST_FULL_SWEEPS = 50;
/** After a sweep over all columns, so many over those in use at most, which an l1 penalty leaves few of. */
const SWEEPS_IN_USE = 50;
/** So many columns in use are settled together, in so many turns at most. */
const MOST_TOGETHER = 300;
const MOST_TURNS = 5000;
/** What is left of a constant column's bend is rounding. */
const ROUNDING = 1e-14;

/** The minimum, to where the model is nowhere steeper than `enough`. */
export function descend(penalised: Penalised, coefficients: Float64Array, point: Point, enough: number): Direction {
  const walk = begin(penalised, coefficients, point);
  const all = Uint32Array.from(coefficients.keys());
  for (let full = 0; full < MOST_FULL_SWEEPS; full++) {
    if (sweep(walk, all) < enough) break;
    const inUse = all.filter((c) => coefficients[c] + walk.way[c] !== 0);
    if (inUse.length <= MOST_TOGETHER) settle(walk, inUse, enough);
    else for (let again = 0; again < SWEEPS_IN_USE && sweep(walk, inUse) >= enough; again++);
  }
  const intercept = -walk.moved / walk.mass;
  return { columns: walk.way, intercept, scores: walk.scores.map((score) => score + intercept) };
}

function begin(penalised: Penalised, coefficients: Float64Array, { slope, interceptSlope, spread }: Point): Walk {
  const { columns, l2 } = penalised;
  const { starts, rows, values } = columns;
  const mass = spread.reduce((sum, one) => sum + one, 0);
  const sums = new Float64Array(coefficients.length);
  const bends = coefficients.map((_, c) => {
    let square = 0;
    for (let i = starts[c]; i < starts[c + 1]; i++) {
      sums[c] += spread[rows[i]] * values[i];
      square += spread[rows[i]] * values[i] * values[i];
    }
    const bend = square - (sums[c] * sums[c]) / mass;
    return (bend > ROUNDING * square ? bend : 0) + l2;
  });
  const [way, scores] = [new Float64Array(coefficients.length), new Float64Array(spread.length)];
  return { ...penalised, coefficients, slope, spread, mass, sums, bends, way, scores, moved: interceptSlope };
}

/** How steep the model is along a column where the walk stands, the l1 penalty apart. */
function slopeAlong({ columns, spread, scores, slope, way, sums, mass, moved, l2 }: Walk, c: number): number {
  const { starts, rows, values } = columns;
  let present = slope[c] + l2 * way[c] - (sums[c] * moved) / mass;
  for (let i = starts[c]; i < starts[c + 1]; i++) present += spread[rows[i]] * values[i] * scores[rows[i]];
  return present;
}

/** How far a coefficient is from its minimum, given how steep the model is along it. */
function changeOf({ bends, coefficients, way, l1 }: Walk, c: number, present: number): number {
  if (bends[c] <= 0) return 0;
  const from = coefficients[c] + way[c];
  const wanted = bends[c] * from - present;
  return (Math.sign(wanted) * Math.max(0, Math.abs(wanted) - l1)) / bends[c] - from;
}

/** Lets the scores and the intercept follow a coefficient. */
function follow(walk: Walk, c: number, change: number): void {
  const { starts, rows, values } = walk.columns;
  walk.moved += change * walk.sums[c];
  for (let i = starts[c]; i < starts[c + 1]; i++) walk.scores[rows[i]] += change * values[i];
}

/** Takes one coefficient after the other to its minimum; answers how steep the model was at most. */
function sweep(walk: Walk, places: Uint32Array): number {
  let steepest = 0;
  for (let i = 0; i < places.length; i++) {
    const c = places[i];
    const change = changeOf(walk, c, slopeAlong(walk, c));
    if (change === 0) continue;
    walk.way[c] += change;
    follow(walk, c, change);
    steepest = Math.max(steepest, Math.abs(change) * walk.bends[c]);
  }
  return steepest;
}

/** The same for a few columns, on how they bend each other: columns that say nearly the same take many turns. */
function settle(walk: Walk, places: Uint32Array, enough: number): void {
  const { way, bends } = walk;
  const count = places.length;
  const together = bendsTogether(walk, places);
  const present = Float64Array.from(places, (c) => slopeAlong(walk, c));
  const before = Float64Array.from(places, (c) => way[c]);
  for (let turn = 0, steepest = enough; turn < MOST_TURNS && steepest >= enough; turn++) {
    steepest = 0;
    for (let a = 0; a < count; a++) {
      const c = places[a];
      const change = changeOf(walk, c, present[a]);
      if (change === 0) continue;
      way[c] += change;
      for (let b = 0; b < count; b++) present[b] += change * together[a * count + b];
      steepest = Math.max(steepest, Math.abs(change) * bends[c]);
    }
  }
  places.forEach((c, a) => {
    follow(walk, c, way[c] - before[a]);
  });
}

/** The bend of every pair of some columns, the intercept following. */
function bendsTogether({ columns, spread, sums, mass, l2 }: Walk, places: Uint32Array): Float64Array {
  const { starts, rows, values } = columns;
  const count = places.length;
  const together = new Float64Array(count * count);
  const one = new Float64Array(spread.length);
  places.forEach((c, a) => {
    for (let i = starts[c]; i < starts[c + 1]; i++) one[rows[i]] = spread[rows[i]] * values[i];
    for (let b = 0; b <= a; b++) {
      let sum = (a === b ? l2 : 0) - (sums[c] * sums[places[b]]) / mass;
      for (let i = starts[places[b]]; i < starts[places[b] + 1]; i++) sum += one[rows[i]] * values[i];
      together[a * count + b] = sum;
      together[b * count + a] = sum;
    }
    for (let i = starts[c]; i < starts[c + 1]; i++) one[rows[i]] = 0;
  });
  return together;
}
