// The quantile of some thousand values, found without sorting them: a leaf of every tree asks for one.

type Numbers = ArrayLike<number>;

/**
 * The least of the values that, with all below it, makes up this share of the weight (as scikit-learn's
 * `_weighted_percentile`); weights are 1 where none are given. Hoare's selection, in time proportional to the values.
 */
export function weightedQuantile(values: Numbers, weights: Numbers | undefined, share: number): number {
  const v = new Float64Array(values);
  const w = weights === undefined ? new Float64Array(v.length).fill(1) : new Float64Array(weights);
  const wanted = share * w.reduce((sum, weight) => sum + weight, 0);
  let passed = 0;
  let from = 0;
  let to = v.length;
  while (to - from > 1) {
    const pivot = middleOf(v[from], v[(from + to) >> 1], v[to - 1]);
    const { less, greater, lessWeight, equalWeight } = partition(v, w, from, to, pivot);
    if (less > from && passed + lessWeight >= wanted) to = less;
    else if (greater === to || passed + lessWeight + equalWeight >= wanted) return pivot;
    else {
      passed += lessWeight + equalWeight;
      from = greater;
    }
  }
  return v[from];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Puts what is less than the pivot first and what is greater last; `less` and `greater` are where the equal ones start and end. */
function partition(v: Float64Array, w: Float64Array, from: number, to: number, pivot: number) {
  let less = from;
  let greater = to;
  let lessWeight = 0;
  let equalWeight = 0;
  for (let i = from; i < greater; ) {
    if (v[i] < pivot) {
      lessWeight += w[i];
      swap(v, w, i++, less++);
    } else if (v[i] > pivot) swap(v, w, i, --greater);
    else equalWeight += w[i++];
  }
  return { less, greater, lessWeight, equalWeight };
}

function swap(v: Float64Array, w: Float64Array, i: number, j: number): void {
  const value = v[i];
  const weight = w[i];
  v[i] = v[j];
  w[i] = w[j];
  v[j] = value;
  w[j] = weight;
}
