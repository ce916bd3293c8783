export { solvePositiveDefinite } from './cholesky.ts';
export { type BootstrapOptions, bootstrapInterval, quantileOfSorted, wilsonInterval } from './intervals.ts';
export { createRandom, type Random } from './random.ts';
export { betaQuantile, incompleteBeta, logGamma, normalCdf, normalQuantile } from './special.ts';
