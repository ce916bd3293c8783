// Linkage of records that name the same person or thing: Fellegi and Sunter's weights, learned without labels.

export { cluster } from './clusters.ts';
export type { Comparison } from './comparison.ts';
export { comparisons } from './comparisons/registry.ts';
export type { ThresholdRow } from './decide.ts';
export type { PairExplanation, Step } from './explain.ts';
export type { ColumnPlan, TextColumn, TextTable } from './fields.ts';
export {
  explainUnder,
  type Frozen,
  type FrozenPair,
  type Label,
  linkAll,
  pairsUnder,
  readFrozen,
  writeFrozen,
} from './frozen.ts';
export { kinds } from './kinds/registry.ts';
export { type Linkage, type LinkOptions, link } from './link.ts';
export { type LiveLink, type LiveLinkage, type LiveOptions, openLiveLinkage } from './live.ts';
export { type LiveIndex, type LiveRecord, type Met, openLiveIndex, type Part } from './liveIndex.ts';
export { chanceOf, type LinkageModel } from './model.ts';
export { plainAddress } from './normalise/address.ts';
export { type EncodedField, type Encoder, encodedFields, openEncoder } from './normalise/encoded.ts';
export { nicknameOf } from './normalise/nicknames.ts';
export { soundOf } from './normalise/sound.ts';
export { plainText } from './normalise/text.ts';
export { openPairTable, type PairTable } from './pairTable.ts';
