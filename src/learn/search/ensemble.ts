// An ensemble from a library of models (Caruana et al. 2004): starting from none, add, with replacement, the model that
// lowers the log loss of the mean log-odds most. Judged by cross-fitting, since weights flatter the rows they were chosen
// on, and taken only where it beats the best single model by more than the standard error of the difference.
import { lossOf } from './trial.ts';

/** Log-odds of each candidate for the same rows, their outcomes, and how many rows belong to each fold, in order. */
export type Library = { scores: readonly Float64Array[]; y: Float32Array; foldSizes: readonly number[] };

export type Ensemble = {
  /** One per candidate, summing to one; a single candidate has 1 where blending does not help. */
  weights: Float64Array;
  /** Log-odds of the rows; each fold's were blended by weights that the other folds chose. */
  scores: Float64Array;
};

const STEPS = 25;
/** Weights hardly change with more rows than this. */
const ROWS_TO_CHOOSE_BY = 40_000;

export function chooseEnsemble(library: Library): Ensemble {
  const { scores, y } = library;
  const all = Int32Array.from(y.keys());
  const best = selectBest(library, all);
  if (scores.length === 1 || library.foldSizes.length === 1) {
    return { weights: best, scores: scores[best.indexOf(1)] };
  }
  const single = crossFit(library, selectBest);
  const blended = crossFit(library, selectForward);
  return helps(blended, single, y)
    ? { weights: selectForward(library, all), scores: blended }
    : { weights: best, scores: single };
}

/** Weights of the candidates, chosen on some rows. */
type Select = (library: Library, rows: Int32Array) => Float64Array;

function crossFit(library: Library, select: Select): Float64Array {
  const blended = new Float64Array(library.y.length);
  let from = 0;
  for (const size of library.foldSizes) {
    const to = from + size;
    const others = Int32Array.from(library.y.keys()).filter((r) => r < from || r >= to);
    const weights = select(library, others);
    for (let r = from; r < to; r++) {
      for (let m = 0; m < weights.length; m++) blended[r] += weights[m] * library.scores[m][r];
    }
    from = to;
  }
  return blended;
}

function selectBest({ scores, y }: Library, rows: Int32Array): Float64Array {
  const losses = scores.map((own) => rows.reduce((sum, r) => sum + lossOf(own[r], y[r]), 0));
  const best = losses.indexOf(Math.min(...losses));
  return Float64Array.from(scores, (_, m) => Number(m === best));
}

/** Forward selection with replacement on some rows: the share of steps in which each candidate was added. */
function selectForward({ scores, y }: Library, rows: Int32Array): Float64Array {
  const stride = Math.ceil(rows.length / ROWS_TO_CHOOSE_BY);
  const places = rows.filter((_, i) => i % stride === 0);
  const sum = new Float64Array(places.length);
  const counts = new Float64Array(scores.length);
  for (let step = 1; step <= STEPS; step++) {
    const losses = scores.map((own) => {
      let loss = 0;
      for (let i = 0; i < places.length; i++) loss += lossOf((sum[i] + own[places[i]]) / step, y[places[i]]);
      return loss;
    });
    const added = losses.indexOf(Math.min(...losses));
    counts[added]++;
    for (let i = 0; i < places.length; i++) sum[i] += scores[added][places[i]];
  }
  return counts.map((count) => count / STEPS);
}

/** Whether the loss of `blended` is lower than that of `single` by more than the standard error of the difference. */
function helps(blended: Float64Array, single: Float64Array, y: Float32Array): boolean {
  const gains = blended.map((score, r) => lossOf(single[r], y[r]) - lossOf(score, y[r]));
  const mean = gains.reduce((total, gain) => total + gain, 0) / gains.length;
  const squares = gains.reduce((total, gain) => total + (gain - mean) ** 2, 0);
  return mean > Math.sqrt(squares / gains.length / (gains.length - 1));
}
