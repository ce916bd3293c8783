// Who belongs together: the language of segments, asked of everybody at once and of one person live with the same answer.

export { programOf, readAround } from './around.ts';
export { type BatchOptions, membershipSql, membersSql } from './batch.ts';
export { compileRules, type Program } from './compile.ts';
export { deviantsOf } from './consent.ts';
export { type Criteria, CriteriaSchema, ruleOfCriteria } from './criteria.ts';
export { differing } from './everybody.ts';
export { eventFields } from './fields.ts';
export { type Listed, type Listing, type ListingResult, listByHand, listedAmong } from './hand.ts';
export { type Condition, kinds as conditionKinds } from './kinds/index.ts';
export type { Cause, Change } from './live/changes.ts';
export { type LiveSegments, openLiveSegments, TIMERS_AHEAD_MS } from './live/live.ts';
export { type Look, openSegmentsNow, type SegmentsNow, type SegmentsNowOptions } from './now.ts';
export { valueOps } from './predicate.ts';
export { type Asking, countRule, type Evaluation, evaluateRule, type Preview, previewRule } from './preview.ts';
export {
  changeIdAt,
  changesAfter,
  duplicatesOf,
  type Likeness,
  type MembershipChange,
  type MembersPage,
  membershipChanges,
  type Overlap,
  overlapOf,
  type SegmentMember,
  type SizePoint,
  segmentMembers,
  segmentMembersSql,
  segmentsOfPerson,
  sizeHistories,
  sizeHistory,
} from './reading.ts';
export { checkRule, conditionsOf, type Rule, RuleSchema, ruleJsonSchema, segmentsIn } from './rule.ts';
export {
  type Acting,
  archiveRuleSegment,
  createRuleSegment,
  dependentsOf,
  listRuleSegments,
  type RuleSegment,
  readRuleSegment,
  type SegmentDraft,
  type SegmentFilter,
  type SegmentStatus,
  type Strategy,
  segmentNames,
  segmentStatuses,
  strategies,
  updateRuleSegment,
} from './stored.ts';
export { hearRuleNaming, type NamedSegment, sayRuleNaming } from './words/naming.ts';
export { hearRule, sayCondition, sayRule } from './words/sentence.ts';
export { zoneOf } from './zone.ts';
