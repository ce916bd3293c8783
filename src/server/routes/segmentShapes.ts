// Shapes of the segment routes. They speak in snake_case, as callers of this API always have.

import { type Static, Type } from 'typebox';
import type { Content, ContentDay, RuleSegment } from '../../decide/index.ts';
import { segmentStatuses, strategies } from '../../decide/index.ts';
import type { Analysed } from '../reading/segmentAnalyses.ts';
import { Interval, Moment, Nullable } from '../shapes.ts';

export const Count = Type.Integer({ minimum: 0 });
export const SegmentId = Type.Object({ segment_id: Type.String() });
export const Strategy = Type.Enum([...strategies]);
export const Status = Type.Enum([...segmentStatuses]);

export const SegmentCriteria = Type.Unknown({
  description:
    'Flat criteria (age_range, location, interests, purchase_history …) or a rule under all, any, not or kind. ' +
    'docs/guide/segments.md tells both.',
});

const Name = Type.String({ minLength: 1, maxLength: 100 });
const Described = {
  description: Type.Optional(Type.String({ maxLength: 2000 })),
  persona_id: Type.Optional(
    Nullable(Type.String({ maxLength: 100, description: 'Whom it belongs to, in words of your own.' })),
  ),
  strategy: Type.Optional(Strategy),
  status: Type.Optional(Type.Enum(['active', 'paused'])),
  emits_events: Type.Optional(
    Type.Boolean({
      description:
        'Whether who enters and leaves is told as events (segment_entered, segment_exited) from now on; false where it is not given.',
    }),
  ),
};
export const NewSegment = Type.Object(
  { segment_name: Name, criteria: SegmentCriteria, ...Described },
  { additionalProperties: false },
);
export const SegmentChange = Type.Object(
  { segment_name: Type.Optional(Name), criteria: Type.Optional(SegmentCriteria), ...Described },
  { additionalProperties: false },
);
export type SegmentBody = Static<typeof SegmentChange>;

export const Segment = Type.Object({
  id: Type.String(),
  persona_id: Nullable(Type.String()),
  segment_name: Type.String(),
  description: Type.String(),
  criteria: Type.Unknown(),
  rule: Type.Unknown(),
  sentence: Type.String({ description: 'The rule in English.' }),
  strategy: Strategy,
  status: Status,
  member_count: Nullable(Count),
  counted_at: Nullable(Moment),
  emits_events: Type.Boolean({ description: 'Whether who enters and leaves is told as events.' }),
  has_members_by_hand: Type.Boolean(),
  performance_metrics: Type.Unknown({ description: 'The summary of the latest analysis; null before the first.' }),
  last_analyzed_at: Nullable(Moment),
  created_at: Moment,
  created_by: Type.String(),
  updated_at: Moment,
  updated_by: Type.String(),
});

export function segmentOf(segment: RuleSegment, analysed?: Analysed) {
  return {
    id: segment.id,
    persona_id: segment.personaId,
    segment_name: segment.name,
    description: segment.description,
    criteria: segment.criteria,
    rule: segment.rule,
    sentence: segment.sentence,
    strategy: segment.strategy,
    status: segment.status,
    member_count: segment.size,
    counted_at: segment.countedAt,
    emits_events: segment.eventsSince !== null,
    has_members_by_hand: segment.byHand,
    performance_metrics: analysed?.metrics ?? null,
    last_analyzed_at: analysed?.at ?? null,
    created_at: segment.createdAt,
    created_by: segment.createdBy,
    updated_at: segment.updatedAt,
    updated_by: segment.updatedBy,
  };
}

const Rate = Nullable(Type.Number({ description: 'Per cent of the views.' }));

export const PersonalizedContent = Type.Object({
  id: Type.String(),
  content_id: Type.String(),
  segment_id: Type.String(),
  variant_id: Nullable(Type.String()),
  test: Type.String(),
  is_control: Type.Boolean(),
  title: Type.String(),
  view_count: Count,
  engagement_count: Count,
  conversion_count: Count,
  engagement_rate: Rate,
  published_at: Moment,
  stopped_at: Nullable(Moment),
  created_at: Moment,
  updated_at: Moment,
});

export const PerformanceDay = Type.Object({
  date: Type.String({ format: 'date' }),
  views: Count,
  engagement: Count,
  conversions: Count,
  engagement_rate: Rate,
});

export function contentOf(content: Content) {
  return {
    id: content.id,
    content_id: content.contentId,
    segment_id: content.segmentId,
    variant_id: content.variantId,
    test: content.test,
    is_control: content.isControl,
    title: content.title,
    view_count: content.views,
    engagement_count: content.engagements,
    conversion_count: content.conversions,
    engagement_rate: percentOf(content.engagementRate),
    published_at: content.publishedAt,
    stopped_at: content.stoppedAt,
    created_at: content.createdAt,
    updated_at: content.updatedAt,
  };
}

export function performanceDayOf({ date, views, engagements, conversions }: ContentDay) {
  return {
    date,
    views,
    engagement: engagements,
    conversions,
    engagement_rate: percentOf(views > 0 ? engagements / views : null),
  };
}

/** Shares inside are 0 to 1; this API has always spoken in per cent. */
export const percentOf = (share: number | null) => (share === null ? null : share * 100);

const IntervalOrNull = Nullable(Interval);

export const Analytics = Type.Object({
  segment_id: Type.String(),
  segment_name: Type.String(),
  member_count: Count,
  growth: Nullable(
    Type.Object({
      since: Moment,
      from: Count,
      to: Count,
      change: Type.Integer(),
      change_percent: Nullable(Type.Number()),
    }),
  ),
  performance_summary: Type.Object({
    total_content: Count,
    total_views: Count,
    total_engagement: Count,
    total_conversions: Count,
    avg_engagement_rate: Rate,
    engagement_rate_interval: IntervalOrNull,
    conversion_rate: Rate,
  }),
  top_performing_content: Type.Array(
    Type.Intersect([PersonalizedContent, Type.Object({ engagement_rate_interval: Interval })]),
  ),
  engagement_trends: Type.Array(PerformanceDay),
  trend: Nullable(
    Type.Object({
      direction: Type.Enum(['rising', 'falling', 'steady']),
      before: Type.Number(),
      after: Type.Number(),
      p_value: Type.Number(),
    }),
  ),
  tests: Type.Array(
    Type.Object({
      test: Type.String(),
      control: Nullable(Type.String()),
      variants: Type.Array(
        Type.Object({
          content_id: Type.String(),
          variant_id: Nullable(Type.String()),
          is_control: Type.Boolean(),
          view_count: Count,
          engagement_count: Count,
          engagement_rate: Rate,
          engagement_rate_interval: Interval,
          difference: Nullable(Type.Object({ value: Type.Number(), interval: Interval })),
          p_value: Nullable(Type.Number({ description: 'Adjusted for the number of variants.' })),
          verdict: Type.Enum(['CONTROL', 'BETTER', 'WORSE', 'NO_DIFFERENCE', 'TOO_LITTLE']),
          views_needed: Nullable(Type.Integer({ description: 'Of each, to show a difference of a fifth.' })),
          sentence: Type.String(),
        }),
      ),
      statement: Type.String(),
    }),
  ),
  recommendations: Type.Array(
    Type.Object({
      action: Type.Enum(['refine', 'ab_test', 'scale', 'broaden']),
      recommendation: Type.String(),
      because: Type.String(),
      is_sure: Type.Boolean(),
    }),
  ),
});

export const Value = Type.Object({
  members: Count,
  scored: Count,
  as_of: Nullable(Moment),
  timeframe_days: Type.Number(),
  expected_conversions: Nullable(Type.Number()),
  interval: IntervalOrNull,
  order_value: Nullable(Type.Number({ description: 'In the currency of the workspace.' })),
  orders: Count,
  expected_value: Nullable(Type.Number()),
  value_per_member: Nullable(Type.Number({ description: 'Of those with a score.' })),
});
