// Who belongs together: the language of segments, asked of everybody at once and of one person live with the same answer.

export { type Criteria, CriteriaSchema, ruleOfCriteria } from './criteria.ts';
export { eventFields } from './fields.ts';
export { type Condition, kinds as conditionKinds } from './kinds/index.ts';
export { valueOps } from './predicate.ts';
export { checkRule, conditionsOf, type Rule, RuleSchema, ruleJsonSchema, segmentsIn } from './rule.ts';
export { hearRule, sayCondition, sayRule } from './words/sentence.ts';
