// Which rows belong together, without being told.

export { adjustedRandIndex } from './agreement.ts';
export { fitKMeans, type KMeans, type KMeansOptions, nearestCentres } from './kMeans.ts';
export { fitMixture, likeliestGroups, type Mixture, type MixtureOptions } from './mixture.ts';
export { type Points, pickPoints, pointsOf } from './points.ts';
export {
  type Candidate as ClusterCandidate,
  DEEPEST_VALLEY,
  findStructure,
  LEAST_STRENGTH,
  type Structure,
  type StructureOptions,
} from './structure.ts';
