// Where a score is a curve of a sum, the parts of the sum explain the score too: stretched by one factor per row they add up
// to it, and their signs and proportions stay.

/**
 * Contributions to a sum (the expected sum last) as contributions to `toScore` of it: all stretched by the slope between
 * the two.
 */
export function stretchContributions(contributions: Float64Array, toScore: (sum: number) => number): Float64Array {
  const last = contributions.length - 1;
  const expected = contributions[last];
  const bias = toScore(expected);
  let moved = 0;
  for (let c = 0; c < last; c++) moved += contributions[c];
  const score = toScore(expected + moved);
  if (Math.abs(moved) < NO_MOVE) {
    // The contributions cancel out, and their slope is that of the curve at this point.
    const slope = (toScore(expected + STEP) - toScore(expected - STEP)) / (2 * STEP);
    return contributions.map((part, c) => (c === last ? score - moved * slope : part * slope));
  }
  const slope = (score - bias) / moved;
  return contributions.map((part, c) => (c === last ? bias : part * slope));
}

const NO_MOVE = 1e-7;
const STEP = 1e-4;
