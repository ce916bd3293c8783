// Rates of many things of which some were hardly seen: each is drawn towards what is usual among them, the more the less
// is known of it, so that few views don't win (empirical Bayes, Casella 1985). What is usual and how far
// rates lie apart is not known either: every pair of a grid weighs by the beta-binomial likelihood of what was counted.
import { betaQuantile, logGamma } from '../../math/index.ts';

export type Counted = { trials: number; successes: number };

export type ShrunkRate = { rate: number; low: number; high: number };

/** What the usual rate counts for, in trials: little = rates lie far apart. */
const STRENGTHS = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];
/** Log-odds of what is usual against the share over all. */
const SHIFTS = [-2, -1.4, -1, -0.7, -0.5, -0.35, -0.25, -0.15, -0.07, 0, 0.07, 0.15, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2];

/** In the order given; `confidence` is that of each interval. What was never tried has the usual rate; where nothing was, all is open. */
export function shrinkRates(counted: readonly Counted[], confidence = 0.95): ShrunkRate[] {
  const trials = counted.reduce((sum, one) => sum + one.trials, 0);
  const successes = counted.reduce((sum, one) => sum + one.successes, 0);
  if (trials === 0) return counted.map(() => ({ rate: 0.5, low: 0, high: 1 }));
  // Half a success and half a failure keep a mean of 0 or 1 from being certain.
  const mean = (successes + 0.5) / (trials + 1);
  const priors = SHIFTS.flatMap((shift, i) => {
    const usual = shifted(mean, shift);
    // The shifts stand closer around the middle, so each speaks for the stretch that it has to itself.
    const width = (SHIFTS[i + 1] ?? shift) - (SHIFTS[i - 1] ?? shift);
    return STRENGTHS.map((strength) => {
      const [a, b] = [usual * strength, (1 - usual) * strength];
      return { a, b, log: Math.log(width) + logLikelihood(counted, a, b) };
    });
  });
  const most = Math.max(...priors.map(({ log }) => log));
  const weighed = priors.map(({ a, b, log }) => ({ a, b, weight: Math.exp(log - most) }));
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return counted.map((one) => {
    let [rate, square] = [0, 0];
    for (const prior of weighed) {
      const [a, b] = [prior.a + one.successes, prior.b + one.trials - one.successes];
      const middle = a / (a + b);
      rate += (prior.weight / total) * middle;
      square += (prior.weight / total) * (middle ** 2 + (middle * (1 - middle)) / (a + b + 1));
    }
    // The mixture as the one beta distribution of its mean and variance.
    const size = (rate * (1 - rate)) / (square - rate * rate) - 1;
    const quantile = (share: number) => betaQuantile(share, rate * size, (1 - rate) * size);
    return { rate, low: quantile(0.5 - confidence / 2), high: quantile(0.5 + confidence / 2) };
  });
}

/** A share moved along the log-odds. */
function shifted(share: number, by: number): number {
  return 1 / (1 + Math.exp(-(Math.log(share / (1 - share)) + by)));
}

function logLikelihood(counted: readonly Counted[], a: number, b: number): number {
  const beta = (x: number, y: number) => logGamma(x) + logGamma(y) - logGamma(x + y);
  return counted.reduce(
    (sum, { trials, successes }) => sum + beta(a + successes, b + trials - successes) - beta(a, b),
    0,
  );
}
