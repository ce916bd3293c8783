// How much each of several uplift models counts in their mean, judged by doubly robust scores of rows that none of them
// saw: causal Q-aggregation (Lan & Syrgkanis 2024). The loss is half that of the mean and half the mean of the losses, so
// that a good model is not diluted and several equally good ones share; the shares are not negative and sum to one.

/** `predictions[k][r]` is what model k says of row r, `scores[r]` the doubly robust score. */
export type Rivals = {
  predictions: readonly ArrayLike<number>[];
  scores: ArrayLike<number>;
  weights?: ArrayLike<number>;
};

const STEPS = 500;

/** The shares, one per model, by Frank-Wolfe steps with exact line search (Dai, Rigollet & Zhang 2012). */
export function aggregateShares(rivals: Rivals): number[] {
  const { gram, agreement } = momentsOf(rivals);
  const size = agreement.length;
  const loss = (shares: readonly number[]) => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      sum += shares[i] * (0.5 * gram[i][i] - 2 * agreement[i]);
      for (let j = 0; j < size; j++) sum += 0.5 * shares[i] * shares[j] * gram[i][j];
    }
    return sum;
  };
  let shares = new Array<number>(size).fill(1 / size);
  for (let step = 0; step < STEPS; step++) {
    const slopes = shares.map((_, i) => {
      const shared = shares.reduce((sum, share, j) => sum + share * gram[i][j], 0);
      return 0.5 * gram[i][i] - 2 * agreement[i] + shared;
    });
    const target = slopes.indexOf(Math.min(...slopes));
    const towards = (length: number) => shares.map((share, i) => (1 - length) * share + (i === target ? length : 0));
    // The loss is a parabola along the way: three points give its minimum.
    const [at0, atHalf, at1] = [0, 0.5, 1].map((length) => loss(towards(length)));
    const bend = 2 * (at0 - 2 * atHalf + at1);
    const length = bend > 0 ? Math.min(1, Math.max(0, -(4 * atHalf - 3 * at0 - at1) / (2 * bend))) : Number(at1 < at0);
    if (!(length > 1e-12)) break;
    shares = towards(length);
  }
  return shares;
}

/** Weighted means of the products of the models with each other, and of each with the scores. */
function momentsOf({ predictions, scores, weights }: Rivals): { gram: number[][]; agreement: number[] } {
  const mean = (product: (r: number) => number) => {
    let sum = 0;
    let mass = 0;
    for (let r = 0; r < scores.length; r++) {
      const weight = weights === undefined ? 1 : weights[r];
      sum += weight * product(r);
      mass += weight;
    }
    return sum / mass;
  };
  return {
    gram: predictions.map((one) => predictions.map((other) => mean((r) => one[r] * other[r]))),
    agreement: predictions.map((one) => mean((r) => one[r] * scores[r])),
  };
}
