// The language of segment rules as the builder writes it: JSON under all, any, not and kind. The server's schema
// (GET /api/v1/segments/rule.schema.json) is its meaning; what is wrong with a rule is said by the server.

export type Scalar = string | number | boolean;
export type Value = Scalar | (string | number)[];

export type Op =
  | 'is'
  | 'is_not'
  | 'more_than'
  | 'at_least'
  | 'less_than'
  | 'at_most'
  | 'between'
  | 'contains'
  | 'contains_not'
  | 'starts_with'
  | 'ends_with'
  | 'has_all'
  | 'exists'
  | 'exists_not'
  | 'before'
  | 'after'
  | 'in_last'
  | 'in_next';

export type Predicate = { op: Op; value?: Value };
export type Filter = { field: string } & Predicate;
/** Which events; no name means any. */
export type EventsWish = { event?: string | string[]; where?: Filter[] };

export type SpanUnit = 'minutes' | 'hours' | 'days' | 'weeks';
export type Span = { amount: number; unit: SpanUnit };
export type CalendarUnit = 'day' | 'week' | 'month' | 'year';
export type Window =
  | { last: number; until?: number; unit: SpanUnit }
  | { calendar: CalendarUnit; which: 'this' | 'previous' }
  | { from?: string; to?: string };

export type Measure =
  | 'count'
  | 'sum'
  | 'min'
  | 'max'
  | 'mean'
  | 'distinct'
  | 'days'
  | 'first'
  | 'last'
  | 'days_since_first'
  | 'days_since_last';

export type Step = EventsWish & { within?: Span };

export type EventCondition = { kind: 'event'; measure?: Measure; of?: string; window?: Window } & EventsWish &
  Predicate;
export type SequenceCondition = { kind: 'sequence'; steps: Step[]; then_not?: Step; within?: Span; window?: Window };
export type FunnelCondition = { kind: 'funnel'; steps: Step[]; reached: number; within?: Span; window?: Window };
export type TraitCondition = { kind: 'trait'; trait: string } & Predicate;
export type ProfileField =
  | 'country'
  | 'device_type'
  | 'platforms'
  | 'first_seen'
  | 'last_seen'
  | 'events'
  | 'purchases';
export type ProfileCondition = { kind: 'profile'; field: ProfileField } & Predicate;
export type SignalCondition = { kind: 'signal'; signal: string } & Predicate;
export type ScorePart = 'score' | 'probability' | 'confidence' | 'level' | 'change';
export type ScoreCondition = { kind: 'score'; of?: ScorePart; days?: number; model?: string } & Predicate;
export type SegmentCondition = { kind: 'segment'; segment: string };
export type HandCondition = { kind: 'hand'; segment: string; verdict: 'include' | 'exclude'; confidence?: number };
export type BucketCondition = { kind: 'bucket'; salt: string; from: number; to: number };
export type ConsentCondition = { kind: 'consent'; category: string };

export type Condition =
  | EventCondition
  | SequenceCondition
  | FunnelCondition
  | TraitCondition
  | ProfileCondition
  | SignalCondition
  | ScoreCondition
  | SegmentCondition
  | HandCondition
  | BucketCondition
  | ConsentCondition;

export type Kind = Condition['kind'];
export type Rule = { all: Rule[] } | { any: Rule[] } | { not: Rule } | Condition;
