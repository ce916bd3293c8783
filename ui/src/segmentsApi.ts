// What the routes of segments by rule answer. They speak in snake_case, and their rates are per cent, as callers of this
// API always had them; `null` means unknown.

import type { Interval } from './api.ts';
import type { Rule } from './rule.ts';

export type Strategy = 'demographic' | 'behavioral' | 'engagement' | 'predictive' | 'hybrid';
export type SegmentStatus = 'active' | 'paused' | 'archived';

/** GET /api/v1/segments/{id} */
export type RuleSegment = {
  id: string;
  persona_id: string | null;
  segment_name: string;
  description: string;
  criteria: unknown;
  rule: Rule;
  sentence: string;
  strategy: Strategy;
  status: SegmentStatus;
  /** At the latest count. */
  member_count: number | null;
  counted_at: string | null;
  /** Whether who enters and leaves is told as events. */
  emits_events: boolean;
  has_members_by_hand: boolean;
  performance_metrics: PerformanceSummary | null;
  last_analyzed_at: string | null;
  created_at: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
};

/** GET /api/v1/segments */
export type RuleSegmentPage = { segments: RuleSegment[]; total: number; next_cursor: string | null };

/** POST and PUT /api/v1/segments */
export type RuleSegmentRequest = {
  segment_name: string;
  description: string;
  criteria: Rule;
  emits_events: boolean;
  strategy?: Strategy;
};

/** POST /api/v1/segments/sentence */
export type RuleInWords = { rule: Rule; sentence: string };

/** POST /api/v1/segments/preview */
export type RulePreview = {
  sentence: string;
  people: number;
  size: number;
  interval: Interval;
  is_exact: boolean;
  /** Profile ids. */
  sample: string[];
};

/** GET /api/v1/segments/{id}/members */
export type MemberPage = { members: SegmentMember[]; total: number; next_cursor: string | null };

export type SegmentMember = {
  profile_id: string;
  display_name: string;
  user_id: string | null;
  anonymous_id: string | null;
  confidence_score: number;
  /** As given by hand; empty where the rule says it. */
  assignment_reason: string;
  /** null = they were in it when the segment was made. */
  joined_at: string | null;
};

/** POST and DELETE /api/v1/segments/{id}/members/{person} */
export type ListedByHand = { listed: number; profile_ids: string[]; unknown: string[] };

/** GET /api/v1/segments/{id}/changes */
export type ChangePage = { changes: SegmentChange[] };

export type SegmentChange = {
  id: string;
  at: string;
  profile_id: string;
  /** What the person is called now. */
  display_name: string;
  segment_id: string;
  segment_name: string;
  kind: 'entered' | 'left';
  cause: string;
  /** Conditions that turned, in words. */
  reasons: string[];
  event: { message_id: string; name: string; at: string } | null;
};

/** GET /api/v1/segments/{id}/sizes: the oldest first. */
export type SegmentSizes = { sizes: SizePoint[] };
/** GET /api/v1/segments/sizes */
export type ManySizes = { segments: { id: string; sizes: SizePoint[] }[] };
export type SizePoint = { at: string; size: number };

/** GET /api/v1/segments/{id}/dependents */
export type Dependents = { segments: RuleSegment[] };

/** GET /api/v1/segments/{id}/duplicates */
export type Duplicates = { segments: { id: string; name: string; is_same_rule: boolean; jaccard: number }[] };

/** GET /api/v1/segments/overlap: `matrix[i][j]` people are in both; each region is in its segments and in no other. */
export type Overlap = {
  segments: { id: string; name: string; size: number }[];
  regions: { ids: string[]; people: number }[];
  matrix: number[][];
};

/** GET /api/v1/people/{id}/segments */
export type PersonSegments = {
  segments: { id: string; segment_name: string; sentence: string }[];
  changes: SegmentChange[];
};

export type SegmentContent = {
  id: string;
  content_id: string;
  segment_id: string;
  variant_id: string | null;
  test: string;
  is_control: boolean;
  title: string;
  view_count: number;
  engagement_count: number;
  conversion_count: number;
  engagement_rate: number | null;
  /** Shown from then on. */
  published_at: string;
  /** Shown to nobody since then. */
  stopped_at: string | null;
  created_at: string;
  updated_at: string;
};

/** GET /api/v1/segments/personalized */
export type SegmentContents = { personalized: SegmentContent[]; total: number; next_cursor: string | null };

/** POST and PUT /api/v1/segments/personalized */
export type ContentRequest = Partial<
  Pick<SegmentContent, 'content_id' | 'title' | 'variant_id' | 'test' | 'is_control'>
>;

/** GET /api/v1/segments/personalized/{id} */
export type ContentWithHistory = SegmentContent & { performance_history: EngagementDay[] };

/** GET /api/v1/segments/{id}/recommended-content: the best first, its rates from 0 to 1. */
export type RecommendedContents = { recommended: RankedContent[] };
export type RankedContent = {
  id: string;
  content_id: string;
  title: string;
  view_count: number;
  engagement_count: number;
  rate: number;
  low: number;
  high: number;
};

/** GET /api/v1/segments/hooks */
export type SegmentHooks = { hooks: SegmentHook[] };
export type SegmentHook = {
  id: string;
  url: string;
  /** null = all. */
  segment_ids: string[] | null;
  sent: number;
  withheld: number;
  /** Since the last call that did not fail. */
  failures: number;
  fault: string | null;
  retry_at: string | null;
  created_at: string;
  /** To the latest calls, the newest first. */
  answers: HookAnswer[];
};
export type HookAnswer = { at: string; changes: number; is_test: boolean; fault: string | null };

export type PerformanceSummary = {
  total_content: number;
  total_views: number;
  total_engagement: number;
  total_conversions: number;
  avg_engagement_rate: number | null;
  engagement_rate_interval: Interval | null;
  conversion_rate: number | null;
};

export type EngagementDay = {
  date: string;
  views: number;
  engagement: number;
  conversions: number;
  engagement_rate: number | null;
};

/** GET /api/v1/segments/{id}/analytics */
export type SegmentAnalytics = {
  segment_id: string;
  segment_name: string;
  member_count: number;
  growth: { since: string; from: number; to: number; change: number; change_percent: number | null } | null;
  performance_summary: PerformanceSummary;
  top_performing_content: (SegmentContent & { engagement_rate_interval: Interval })[];
  engagement_trends: EngagementDay[];
  trend: { direction: 'rising' | 'falling' | 'steady'; before: number; after: number; p_value: number } | null;
  tests: ContentTest[];
  recommendations: {
    action: 'refine' | 'ab_test' | 'scale' | 'broaden';
    recommendation: string;
    because: string;
    is_sure: boolean;
  }[];
};

/** GET /api/v1/segments/{id}/value */
export type SegmentValue = {
  members: number;
  /** Members with a score. */
  scored: number;
  as_of: string | null;
  timeframe_days: number;
  expected_conversions: number | null;
  interval: Interval | null;
  order_value: number | null;
  orders: number;
  expected_value: number | null;
  value_per_member: number | null;
};

/** GET /api/v1/segments/{id}/forecast: with 80 % intervals. */
export type SegmentForecast = { size: Forecast; engagements: Forecast; conversions: Forecast };
export type Forecast = {
  /** Days that are known. */
  days: number;
  /** Empty where too few are. */
  points: ForecastPoint[];
  drift: number | null;
  statement: string;
};
export type ForecastPoint = { date: string; mean: number; low: number; high: number };

export type ContentTest = {
  test: string;
  control: string | null;
  variants: {
    content_id: string;
    variant_id: string | null;
    is_control: boolean;
    view_count: number;
    engagement_count: number;
    engagement_rate: number | null;
    engagement_rate_interval: Interval;
    difference: { value: number; interval: Interval } | null;
    p_value: number | null;
    verdict: 'CONTROL' | 'BETTER' | 'WORSE' | 'NO_DIFFERENCE' | 'TOO_LITTLE';
    views_needed: number | null;
    sentence: string;
  }[];
  statement: string;
};
