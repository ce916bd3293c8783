// How a segment does, and what to do about it [SEG-5]: its size and growth, what it was shown and how that was taken,
// trends, and recommendations by stated rules, each with the figures it rests on and whether they are enough to be sure.

import { type Content, type ContentDay, contentHistory, listContents } from '../decide/index.ts';
import { sharesPValue, wilsonInterval } from '../math/index.ts';
import type { Store } from '../store/index.ts';
import { DAY_MS } from '../time.ts';
import { type ContentTest, compareVariants } from './contentTests.ts';

type Interval = [low: number, high: number];

/** Where recommendations turn, in engagements per view and members. */
export const ENGAGEMENT_LOW = 0.1;
export const ENGAGEMENT_HIGH = 0.25;
export const MEMBERS_SMALL = 100;

export type Recommendation = {
  action: 'refine' | 'ab_test' | 'scale' | 'broaden';
  recommendation: string;
  /** Why, with the figures. */
  because: string;
  /** The figures leave it on this side of the rule (95 % interval). */
  isSure: boolean;
};

export type SizePoint = { at: Date | string; size: number };

export type SegmentAnalysis = {
  memberCount: number;
  /** Against the size some 30 days ago, or the oldest known. */
  growth: { since: string; from: number; to: number; change: number; share: number | null } | null;
  summary: {
    contents: number;
    views: number;
    engagements: number;
    conversions: number;
    /** Of all views; null before the first. */
    engagementRate: number | null;
    engagementInterval: Interval | null;
    conversionRate: number | null;
  };
  /** By the lower end of the interval of their engagement rate, so that three lucky views don't lead. */
  topContent: (Content & { interval: Interval })[];
  days: ContentDay[];
  trend: { direction: 'rising' | 'falling' | 'steady'; before: number; after: number; pValue: number } | null;
  tests: ContentTest[];
  recommendations: Recommendation[];
};

const GROWTH_DAYS = 30;
const TOP = 5;
const FEWEST_VIEWS = 30;

export type AnalysedSegment = {
  workspace: string;
  segmentId: string;
  memberCount: number;
  /** Oldest first. */
  sizes: readonly SizePoint[];
  now: Date;
};

export async function analyseSegment(store: Store, segment: AnalysedSegment): Promise<SegmentAnalysis> {
  const { workspace, segmentId, memberCount, sizes, now } = segment;
  const contents = await listContents(store, workspace, segmentId);
  const days = await contentHistory(store, workspace, { segmentId });
  const sum = (pick: (content: Content) => number) => contents.reduce((total, one) => total + pick(one), 0);
  const [views, engagements, conversions] = [sum((c) => c.views), sum((c) => c.engagements), sum((c) => c.conversions)];
  const summary = {
    contents: contents.length,
    views,
    engagements,
    conversions,
    engagementRate: views > 0 ? engagements / views : null,
    engagementInterval: views > 0 ? wilsonInterval(engagements, views) : null,
    conversionRate: views > 0 ? conversions / views : null,
  };
  return {
    memberCount,
    growth: growthOf(sizes, memberCount, now),
    summary,
    topContent: contents
      .filter((one) => one.views > 0)
      .map((one) => ({ ...one, interval: wilsonInterval(one.engagements, one.views) }))
      .sort((a, b) => b.interval[0] - a.interval[0])
      .slice(0, TOP),
    days,
    trend: trendOf(days),
    tests: compareVariants(contents),
    recommendations: recommend(memberCount, summary),
  };
}

/** The rules of seed 002: by engagement, and by size. */
export function recommend(
  memberCount: number,
  { views, engagements, engagementRate }: Pick<SegmentAnalysis['summary'], 'views' | 'engagements' | 'engagementRate'>,
): Recommendation[] {
  const given: Recommendation[] = [];
  if (engagementRate !== null && views >= FEWEST_VIEWS) {
    const [low, high] = wilsonInterval(engagements, views);
    const seen = `${percent(engagementRate)} of ${views.toLocaleString('en-US')} views were engaged with (95 % interval ${percent(low)} to ${percent(high)})`;
    if (engagementRate < ENGAGEMENT_LOW) {
      given.push({
        action: 'refine',
        recommendation: 'Refine segment criteria',
        because: `${seen}, less than ${percent(ENGAGEMENT_LOW)}: these people are not whom the content is for.`,
        isSure: high < ENGAGEMENT_LOW,
      });
    } else if (engagementRate < ENGAGEMENT_HIGH) {
      given.push({
        action: 'ab_test',
        recommendation: 'A/B test content variations',
        because: `${seen}, between ${percent(ENGAGEMENT_LOW)} and ${percent(ENGAGEMENT_HIGH)}: another variant may do better.`,
        isSure: low >= ENGAGEMENT_LOW && high < ENGAGEMENT_HIGH,
      });
    } else {
      given.push({
        action: 'scale',
        recommendation: 'Scale up content for this segment',
        because: `${seen}, ${percent(ENGAGEMENT_HIGH)} or more: show these people more of it.`,
        isSure: low >= ENGAGEMENT_HIGH,
      });
    }
  }
  if (memberCount < MEMBERS_SMALL) {
    given.push({
      action: 'broaden',
      recommendation: 'Broaden criteria',
      because: `${memberCount} ${memberCount === 1 ? 'member' : 'members'}, fewer than ${MEMBERS_SMALL}: too few to learn from.`,
      isSure: true,
    });
  }
  return given;
}

function growthOf(sizes: readonly SizePoint[], to: number, now: Date): SegmentAnalysis['growth'] {
  const since = now.getTime() - GROWTH_DAYS * DAY_MS;
  const timed = sizes.map(({ at, size }) => ({ at: new Date(at).getTime(), size }));
  const start = timed.findLast(({ at }) => at <= since) ?? timed[0];
  if (start === undefined || start.at >= now.getTime()) return null;
  const change = to - start.size;
  const share = start.size > 0 ? change / start.size : null;
  return { since: new Date(start.at).toISOString(), from: start.size, to, change, share };
}

/** The newer half of the days against the older half, by views. */
function trendOf(days: readonly ContentDay[]): SegmentAnalysis['trend'] {
  const middle = Math.floor(days.length / 2);
  const [before, after] = [days.slice(0, middle), days.slice(middle)].map((half) => ({
    count: half.reduce((sum, { engagements }) => sum + engagements, 0),
    of: half.reduce((sum, { views }) => sum + views, 0),
  }));
  if (Math.min(before.of, after.of) < FEWEST_VIEWS) return null;
  const pValue = sharesPValue(after, before);
  const [from, to] = [before.count / before.of, after.count / after.of];
  const direction = pValue >= 0.05 ? 'steady' : to > from ? 'rising' : 'falling';
  return { direction, before: from, after: to, pValue };
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
