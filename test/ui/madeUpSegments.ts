// Made-up segments by rule for the fixture server: their rules, people, history, content and advice. Held to the
// contract by its types.

import { forecastDays, rankContent, sayRuleNaming } from '../../src/decide/index.ts';
import type { Rule } from '../../ui/src/rule.ts';
import type {
  ContentWithHistory,
  EngagementDay,
  MemberPage,
  Overlap,
  PersonSegments,
  RecommendedContents,
  RulePreview,
  RuleSegment,
  SegmentAnalytics,
  SegmentChange,
  SegmentContent,
  SegmentForecast,
  SegmentHook,
  SegmentValue,
  SizePoint,
} from '../../ui/src/segmentsApi.ts';
import type { Shop } from './madeUp.ts';

const hourMs = 3_600_000;

const looked: Rule = {
  all: [
    { kind: 'event', event: 'product_view', op: 'at_least', value: 3, window: { last: 7, unit: 'days' } },
    { not: { kind: 'event', event: 'purchase', op: 'at_least', value: 1, window: { last: 30, unit: 'days' } } },
  ],
};
const german: Rule = { kind: 'profile', field: 'country', op: 'is', value: 'DE' };
const likely: Rule = {
  all: [
    { kind: 'score', op: 'at_least', value: 60 },
    { kind: 'segment', segment: 'seg-looked' },
  ],
};

const names = [
  { id: 'seg-looked', name: 'Looked, did not buy' },
  { id: 'seg-german', name: 'From Germany' },
];
const sentenceOf = (rule: Rule) => sayRuleNaming(rule, names);

export function ruleSegmentsOf(shop: Shop): RuleSegment[] {
  const at = new Date(shop.now.getTime() - 9 * 24 * hourMs).toISOString();
  const make = (id: string, name: string, rule: Rule, more: Partial<RuleSegment>): RuleSegment => ({
    ...{ id, persona_id: null, segment_name: name, description: '', criteria: rule, rule, sentence: sentenceOf(rule) },
    ...{ strategy: 'behavioral', status: 'active', member_count: 0, counted_at: shop.asOf, has_members_by_hand: false },
    emits_events: false,
    ...{ performance_metrics: null, last_analyzed_at: null, created_at: at, created_by: 'key-1' },
    ...{ updated_at: at, updated_by: 'key-1' },
    ...more,
  });
  const size = (id: string) => insideOf(shop, id).length;
  return [
    make('seg-looked', 'Looked, did not buy', looked, {
      member_count: size('seg-looked'),
      description: 'For the letter on Fridays.',
    }),
    make('seg-german', 'From Germany', german, { member_count: size('seg-german'), strategy: 'demographic' }),
    make('seg-likely', 'Likely among them', likely, {
      member_count: null,
      counted_at: null,
      status: 'paused',
      strategy: 'hybrid',
    }),
  ];
}

/** Every n-th of the shop's people. */
function insideOf({ people }: Shop, id: string) {
  const every = id === 'seg-looked' ? 4 : id === 'seg-german' ? 3 : 7;
  return people.filter((_, index) => index % every === 0);
}

export function membersOf(shop: Shop, id: string, cursor: string | null): MemberPage {
  const from = Number(cursor || 0);
  const all = insideOf(shop, id);
  const members = all.slice(from, from + 50).map((person, index) => ({
    profile_id: person.id,
    display_name: person.displayName,
    user_id: person.identifiers.userIds[0] ?? null,
    anonymous_id: person.identifiers.anonymousIds[0] ?? null,
    confidence_score: from + index === 1 ? 0.8 : 1,
    assignment_reason: from + index === 1 ? 'asked for it at the counter' : '',
    joined_at: index === 0 ? null : new Date(shop.now.getTime() - index * hourMs).toISOString(),
  }));
  const next = from + 50;
  return { members, total: all.length, next_cursor: next < all.length ? String(next) : null };
}

export function changesOf(shop: Shop, segment: RuleSegment, people = insideOf(shop, segment.id)): SegmentChange[] {
  return people.slice(0, 6).map((person, index) => {
    const at = new Date(shop.now.getTime() - (index + 1) * 0.4 * hourMs).toISOString();
    const entered = index % 3 !== 2;
    return {
      id: `${index}-${person.id}-${segment.id}`,
      at,
      profile_id: person.id,
      display_name: person.displayName,
      segment_id: segment.id,
      segment_name: segment.segment_name,
      kind: entered ? 'entered' : 'left',
      cause: entered ? 'event' : 'time',
      reasons: [`${entered ? '' : 'no longer '}did product_view at least 3 times in the last 7 days`],
      event: entered ? { message_id: `m-${index}`, name: 'product_view', at } : null,
    };
  });
}

export function personSegmentsOf(shop: Shop, segments: RuleSegment[], id: string): PersonSegments {
  const person = shop.people.filter((one) => one.id === id);
  const inside = segments.filter((one) => one.status === 'active' && insideOf(shop, one.id).includes(person[0]));
  return {
    segments: inside.map(({ id: segment, segment_name, sentence }) => ({ id: segment, segment_name, sentence })),
    changes: inside.flatMap((segment) => changesOf(shop, segment, person)),
  };
}

export function sizesOf(shop: Shop, segment: RuleSegment): SizePoint[] {
  const size = segment.member_count ?? 0;
  return Array.from({ length: 40 }, (_, index) => ({
    at: new Date(shop.now.getTime() - (40 - index) * 12 * hourMs).toISOString(),
    size: Math.max(0, Math.round(size * (0.7 + 0.3 * (index / 39)) + 6 * Math.sin(index))),
  }));
}

export function overlapOf(shop: Shop, segments: RuleSegment[], ids: string[]): Overlap {
  const sets = ids.map((id) => new Set(insideOf(shop, id).map((one) => one.id)));
  const regions = new Map<string, { ids: string[]; people: number }>();
  for (const { id } of shop.people) {
    const inside = ids.filter((_, i) => sets[i].has(id));
    const region = regions.get(inside.join()) ?? { ids: inside, people: 0 };
    region.people++;
    if (inside.length > 0) regions.set(inside.join(), region);
  }
  const name = (id: string) => segments.find((one) => one.id === id)?.segment_name ?? id;
  return {
    segments: ids.map((id, i) => ({ id, name: name(id), size: sets[i].size })),
    regions: [...regions.values()],
    matrix: sets.map((a) => sets.map((b) => [...a].filter((one) => b.has(one)).length)),
  };
}

export function worthOf({ member_count: size }: RuleSegment): SegmentValue {
  const members = size ?? 0;
  const expected = members / 20;
  return {
    ...{ members, scored: members, as_of: null, timeframe_days: 30, expected_conversions: expected },
    ...{ interval: [expected * 0.7, expected * 1.3], order_value: 61, orders: 40, expected_value: expected * 61 },
    value_per_member: 3.05,
  };
}

export function contentsOf(shop: Shop, id: string): SegmentContent[] {
  if (id !== 'seg-looked') return [];
  const at = shop.asOf;
  return [
    { variant: 'plain', control: true, views: 1200, engaged: 132 },
    { variant: 'photo', control: false, views: 1180, engaged: 201 },
  ].map(({ variant, control, views, engaged }) => ({
    ...{ id: `c-${variant}`, content_id: 'friday-letter', segment_id: id, variant_id: variant, test: 'picture' },
    ...{ is_control: control, title: 'The Friday letter', view_count: views, engagement_count: engaged },
    ...{ conversion_count: Math.round(engaged / 9), engagement_rate: (100 * engaged) / views },
    ...{ published_at: at, stopped_at: null, created_at: at, updated_at: at },
  }));
}

export function contentOf(shop: Shop, id: string): ContentWithHistory {
  const content = contentsOf(shop, 'seg-looked').find((one) => one.id === id)!;
  return { ...content, performance_history: daysShown(shop) };
}

export function recommendedOf(shop: Shop, segment: RuleSegment): RecommendedContents {
  const counted = contentsOf(shop, segment.id).map((one) => ({
    ...{ id: one.id, contentId: one.content_id, title: one.title },
    ...{ views: one.view_count, engagements: one.engagement_count },
  }));
  return {
    recommended: rankContent(counted).map(({ contentId, views, engagements, ...rest }) => ({
      ...rest,
      ...{ content_id: contentId, view_count: views, engagement_count: engagements },
    })),
  };
}

function daysShown(shop: Shop): EngagementDay[] {
  return Array.from({ length: 10 }, (_, index) => ({
    date: new Date(shop.now.getTime() - (10 - index) * 24 * hourMs).toISOString().slice(0, 10),
    ...{ views: 238, engagement: 30 + index, conversions: 4, engagement_rate: (100 * (30 + index)) / 238 },
  }));
}

export function analyticsOf(shop: Shop, segment: RuleSegment): SegmentAnalytics {
  const contents = contentsOf(shop, segment.id);
  const sum = (of: (content: SegmentContent) => number) => contents.reduce((all, one) => all + of(one), 0);
  const [views, engaged] = [sum((one) => one.view_count), sum((one) => one.engagement_count)];
  const isShown = contents.length > 0;
  const size = segment.member_count ?? 0;
  return {
    segment_id: segment.id,
    segment_name: segment.segment_name,
    member_count: size,
    growth: isShown
      ? {
          since: new Date(shop.now.getTime() - 720 * hourMs).toISOString(),
          ...{ from: size - 40, to: size, change: 40, change_percent: 15.4 },
        }
      : null,
    performance_summary: {
      ...{ total_content: contents.length, total_views: views, total_engagement: engaged },
      total_conversions: sum((one) => one.conversion_count),
      avg_engagement_rate: isShown ? (100 * engaged) / views : null,
      engagement_rate_interval: isShown ? [12.6, 15.4] : null,
      conversion_rate: isShown ? 1.6 : null,
    },
    top_performing_content: contents.map((one) => ({ ...one, engagement_rate_interval: [12, 16] })),
    engagement_trends: isShown ? daysShown(shop) : [],
    trend: isShown ? { direction: 'rising', before: 13.1, after: 15.2, p_value: 0.03 } : null,
    tests: isShown ? [pictureTest(contents)] : [],
    recommendations: isShown
      ? [
          {
            action: 'ab_test',
            recommendation: 'A/B test content variations',
            because: '14.0% of 2,380 views were engaged with (95% interval 12.6% to 15.4%): between 10% and 25%.',
            is_sure: true,
          },
        ]
      : [],
  };
}

function pictureTest(contents: SegmentContent[]): SegmentAnalytics['tests'][number] {
  return {
    test: 'picture',
    control: 'plain',
    statement: 'photo does better than plain.',
    variants: contents.map((one) => ({
      ...{ content_id: one.content_id, variant_id: one.variant_id, is_control: one.is_control },
      ...{ view_count: one.view_count, engagement_count: one.engagement_count, engagement_rate: one.engagement_rate },
      engagement_rate_interval: one.is_control ? [9.3, 12.9] : [15, 19.3],
      difference: one.is_control ? null : { value: 6, interval: [3.2, 8.8] },
      p_value: one.is_control ? null : 0.00002,
      verdict: one.is_control ? 'CONTROL' : 'BETTER',
      views_needed: one.is_control ? null : 3200,
      sentence: one.is_control ? '11 of 100 views are engaged with.' : '17 of 100, 6 more than plain (3.2 to 8.8).',
    })),
  };
}

/** Its size by the server's own reckoning; what it was shown is known for too few days. */
export function forecastOf(shop: Shop, segment: RuleSegment, days: number): SegmentForecast {
  const daily = new Map(sizesOf(shop, segment).map(({ at, size }) => [at.slice(0, 10), size]));
  const sizes = [...daily].map(([date, value]) => ({ date, value }));
  const shown = analyticsOf(shop, segment).engagement_trends.map(({ date, engagement: value }) => ({ date, value }));
  const counted = forecastDays(shown, { days, filling: 'none' });
  return { size: forecastDays(sizes, { days, filling: 'stays' }), engagements: counted, conversions: counted };
}

/** An address that is away. */
export function hookOf({ asOf }: Shop): SegmentHook {
  const fault = 'crm.example answered 503.';
  return {
    ...{
      id: 'hook-1',
      url: 'https://crm.example/changes',
      segment_ids: null,
      sent: 1240,
      withheld: 3,
      failures: 2,
      fault,
    },
    ...{ retry_at: asOf, created_at: asOf, answers: [{ at: asOf, changes: 12, is_test: false, fault }] },
  };
}

export function previewOf(shop: Shop, rule: Rule): RulePreview {
  const found = shop.people.filter((_, index) => index % (3 + (JSON.stringify(rule).length % 5)) === 0);
  return {
    sentence: sentenceOf(rule),
    people: shop.people.length,
    size: found.length,
    interval: [found.length - 18, found.length + 21],
    is_exact: false,
    sample: found.slice(0, 10).map(({ id }) => id),
  };
}
