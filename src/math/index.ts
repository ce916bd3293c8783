export { createRandom, type Random } from './random.ts';
export { betaQuantile, incompleteBeta, logGamma, normalCdf, normalQuantile } from './special.ts';
