// Who was it? A deterministic graph of identifiers, resolved as of any moment.

export { answerReviews } from './answer.ts';
export { type CarriedMethod, carriedMethods, type Method, methods } from './evidence.ts';
export { type Followed, type FollowedRow, followBlock } from './follow.ts';
export { type Follower, type FollowerOptions, openFollower, refreshPeople } from './follower.ts';
export { type Decision, type DecisionKind, labelsOf, listDecisions, type Outcome } from './judge.ts';
export { findProfile, findProfiles, type Identity, identityOf } from './lookup.ts';
export type { Matching } from './matching/everybody.ts';
export type { MatchingLimits } from './matching/limits.ts';
export type { KeptModel } from './matching/model.ts';
export { describeMatching, type MatchingState, type WeighedPair, weighPair } from './matching/weigh.ts';
export type { Weighed } from './matching/words.ts';
export { anchorsOf, membersByProfile, membersOf, profilesOf } from './members.ts';
export { mergePeople, refusePair, splitPerson, undoDecision, undoEvidence } from './merging.ts';
export { fromHexId, nodeOf, toHexId } from './node.ts';
export {
  botsSql,
  boundsOf,
  countAllEvents,
  identityMapSql,
  inPart,
  mergedSinceSql,
  movedSql,
  type ProfilePart,
  type ResolvedEvents,
  resolvedEventsSql,
  within,
} from './people.ts';
export { CROSS_PLATFORM_AT_LEAST, type CrossPlatform, crossPlatformByWeek, crossPlatformOf } from './platforms.ts';
export { type Resolution, type ResolveOptions, resolveAll } from './resolve.ts';
export { listReviews, type Review, type ReviewStatus } from './reviews.ts';
export {
  checkRules,
  defaultRules,
  type IdentityRules,
  idWithin,
  type RulesChange,
  readRules,
  type TypeRules,
  typeOf,
  withChange,
  writeRules,
} from './rules.ts';
export type { By } from './ruling.ts';
export * from './sessions/index.ts';
export { type StoppedLink, stoppedOf } from './stopped.ts';
export { type Suggested, type Suggestion, suggestLinks } from './suggest.ts';
export { changeRules, type RulesTrial, tryRules } from './tryRules.ts';
