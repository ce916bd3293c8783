// From a raw score to a prediction and back. Threads that fit and score need this, so it brings nothing else along.

/** How a raw score becomes a prediction: log-odds → probability, the amount itself, or the logarithm of a mean → mean. */
export type Link = 'logit' | 'identity' | 'log';

/** From a raw score to a prediction. */
export const inverseOf: Record<Link, (score: number) => number> = {
  logit: (score) => sigmoid(score),
  identity: (score) => score,
  log: Math.exp,
};

export const sigmoid = (score: number) => 1 / (1 + Math.exp(-score));
export const logOdds = (probability: number) => Math.log(probability / (1 - probability));
