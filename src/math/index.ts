export { solvePositiveDefinite } from './cholesky.ts';
export { type BootstrapOptions, bootstrapInterval, quantileOfSorted, wilsonInterval } from './intervals.ts';
export {
  detectableShare,
  differenceInterval,
  peoplePerArm,
  ratioInterval,
  type Share,
  sharesPValue,
} from './proportions.ts';
export { createRandom, type Random } from './random.ts';
export { sortFloats } from './sortFloats.ts';
export {
  betaQuantile,
  chiSquareTail,
  incompleteBeta,
  kolmogorovTail,
  logGamma,
  normalCdf,
  normalQuantile,
} from './special.ts';
export { type CommonOdds, commonOdds, falseDiscoveryRates, type Stratum } from './stratified.ts';
