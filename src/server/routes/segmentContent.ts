// What segments are shown [SEG-4], how they do and what to do about it [SEG-5].

import { Type } from 'typebox';
import {
  addContent,
  changeContent,
  chooseContent,
  contentHistory,
  countContent,
  getContent,
  listContents,
  readRuleSegment,
  removeContent,
  sizeHistory,
} from '../../decide/index.ts';
import { toHexId } from '../../identify/index.ts';
import { analyseSegment, type SegmentAnalysis, valueOfSegment } from '../../measure/index.ts';
import { usableModel } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { addDays } from '../../time.ts';
import { requireKey } from '../access.ts';
import type { App, Routes, ServerContext } from '../context.ts';
import { pageOf } from '../reading/listPage.ts';
import { requireProfile } from '../reading/person.ts';
import { keepAnalysis } from '../reading/segmentAnalyses.ts';
import { Moment, Nullable } from '../shapes.ts';
import {
  Analytics,
  Count,
  contentOf,
  PerformanceDay,
  PersonalizedContent,
  percentOf,
  performanceDayOf,
  SegmentId,
  Value,
} from './segmentShapes.ts';

const base = '/api/v1/segments';
const ContentId = Type.Object({ id: Type.String() });
const ContentName = Type.String({ minLength: 1, maxLength: 200 });
const pieceFields = {
  variant_id: Type.Optional(Nullable(Type.String({ maxLength: 50 }))),
  is_control: Type.Optional(Type.Boolean()),
  test: Type.Optional(Type.String({ maxLength: 100, description: 'Variants of one segment and test are compared.' })),
  title: Type.Optional(Type.String({ maxLength: 200 })),
  published_at: Type.Optional(Moment),
};
const common = (summary: string) => ({ tags: ['segments'], summary, security: [{ secretKey: [] }] });
/** Sizes this far back tell the growth. */
const SIZES_DAYS = 90;

export const addSegmentContentRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  addContents(app, context);
  addChanging(app, context);
  addCounting(app, context);
  addAnalysis(app, context);
  addValue(app, context);
};

function addContents(app: App, { store, now }: ServerContext): void {
  app.post(
    `${base}/personalized`,
    {
      schema: {
        ...common('Show content to a segment, or a variant of it'),
        body: Type.Object(
          {
            ...pieceFields,
            content_id: ContentName,
            segment_id: Type.String(),
          },
          { additionalProperties: false },
        ),
        response: { 201: PersonalizedContent },
      },
    },
    async ({ workspace, body }, reply) => {
      await readRuleSegment(store, workspace, body.segment_id);
      const content = await addContent(store, {
        workspace,
        segmentId: body.segment_id,
        contentId: body.content_id,
        variantId: body.variant_id ?? undefined,
        isControl: body.is_control,
        test: body.test,
        title: body.title,
        publishedAt: body.published_at === undefined ? undefined : new Date(body.published_at),
        now: now(),
      });
      return reply.code(201).header('location', `${base}/personalized/${content.id}`).send(contentOf(content));
    },
  );

  app.get(
    `${base}/personalized`,
    {
      schema: {
        ...common('What segments are shown, the oldest first'),
        querystring: Type.Object(
          {
            segment_id: Type.Optional(Type.String()),
            cursor: Type.Optional(Type.String()),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            personalized: Type.Array(PersonalizedContent),
            total: Count,
            next_cursor: Nullable(Type.String()),
          }),
        },
      },
    },
    async ({ workspace, query: { segment_id: segmentId, ...paging } }) => {
      if (segmentId !== undefined) await readRuleSegment(store, workspace, segmentId);
      const { page, total, nextCursor } = pageOf(await listContents(store, workspace, segmentId), paging);
      return { personalized: page.map(contentOf), total, next_cursor: nextCursor };
    },
  );

  app.get(
    `${base}/:segment_id/personalized/:user_id`,
    {
      schema: {
        ...common('What somebody is shown for a segment: one variant of each test, always the same one'),
        params: Type.Object({ segment_id: Type.String(), user_id: Type.String() }),
        response: { 200: Type.Object({ personalized: Type.Array(PersonalizedContent) }) },
      },
    },
    async ({ workspace, params }) => {
      await readRuleSegment(store, workspace, params.segment_id);
      const person = toHexId(await requireProfile(store, workspace, params.user_id));
      const contents = await listContents(store, workspace, params.segment_id);
      return { personalized: chooseContent(contents, person, now()).map(contentOf) };
    },
  );
}

function addChanging(app: App, { store, now }: ServerContext): void {
  app.put(
    `${base}/personalized/:id`,
    {
      schema: {
        ...common('Change what is given of a piece of content; once it was seen, only its title and when it begins'),
        params: ContentId,
        body: Type.Object(
          { ...pieceFields, content_id: Type.Optional(ContentName) },
          { additionalProperties: false, minProperties: 1 },
        ),
        response: { 200: PersonalizedContent },
      },
    },
    async ({ workspace, params: { id }, body }) => {
      const { content_id: contentId, variant_id: variantId, is_control: isControl, published_at: at } = body;
      const change = {
        ...(contentId !== undefined && { contentId }),
        ...(variantId !== undefined && { variantId: variantId ?? '' }),
        ...(isControl !== undefined && { isControl }),
        ...(body.test !== undefined && { test: body.test }),
        ...(body.title !== undefined && { title: body.title }),
        ...(at !== undefined && { publishedAt: new Date(at) }),
      };
      return contentOf(await changeContent(store, { workspace, id, change, now: now() }));
    },
  );

  app.post(
    `${base}/personalized/:id/stop`,
    {
      schema: {
        ...common('Show it to nobody from now on; its counts stay'),
        params: ContentId,
        response: { 200: PersonalizedContent },
      },
    },
    async ({ workspace, params: { id } }) =>
      contentOf(await changeContent(store, { workspace, id, change: { stoppedAt: now() }, now: now() })),
  );

  app.post(
    `${base}/personalized/:id/start`,
    {
      schema: {
        ...common('Show it from now on, after a stop or before its time'),
        params: ContentId,
        response: { 200: PersonalizedContent },
      },
    },
    async ({ workspace, params: { id } }) => {
      const { publishedAt } = await getContent(store, workspace, id);
      const isAhead = new Date(publishedAt) > now();
      const change = { stoppedAt: null, ...(isAhead && { publishedAt: now() }) };
      return contentOf(await changeContent(store, { workspace, id, change, now: now() }));
    },
  );
}

function addCounting(app: App, { store, now }: ServerContext): void {
  app.get(
    `${base}/personalized/:id`,
    {
      schema: {
        ...common('One piece of content of a segment, with its history by the day'),
        params: ContentId,
        response: {
          200: Type.Intersect([PersonalizedContent, Type.Object({ performance_history: Type.Array(PerformanceDay) })]),
        },
      },
    },
    async ({ workspace, params: { id } }) => {
      const content = await getContent(store, workspace, id);
      const days = await contentHistory(store, workspace, { id });
      return { ...contentOf(content), performance_history: days.map(performanceDayOf) };
    },
  );

  app.delete(
    `${base}/personalized/:id`,
    {
      schema: {
        ...common('Show it no more; its counts go with it'),
        params: ContentId,
        response: { 204: Type.Null() },
      },
    },
    async ({ workspace, params }, reply) => {
      await removeContent(store, workspace, params.id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    `${base}/personalized/:id/performance`,
    {
      schema: {
        ...common('Add to what was counted: views, and how many of them were engaged with and converted'),
        params: ContentId,
        body: Type.Object(
          {
            views: Type.Optional(Count),
            engagement: Type.Optional(Count),
            conversions: Type.Optional(Count),
            at: Type.Optional(Moment),
            key: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: 200,
                description: 'Sent again with the same key, it counts once.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: PersonalizedContent },
      },
    },
    async ({ workspace, params, body: { engagement, at, ...counts } }) =>
      contentOf(
        await countContent(store, {
          ...counts,
          workspace,
          id: params.id,
          engagements: engagement,
          at: at === undefined ? undefined : new Date(at),
          now: now(),
        }),
      ),
  );
}

function addAnalysis(app: App, context: ServerContext): void {
  const { store, now } = context;
  const read = async (workspace: string, id: string) => {
    const segment = await readRuleSegment(store, workspace, id);
    const sizes = await sizeHistory(store, workspace, id, addDays(now(), -SIZES_DAYS));
    const asked = { workspace, segmentId: id, memberCount: segment.size ?? 0, sizes, now: now() };
    return analyticsOf(segment, await analyseSegment(store, asked));
  };

  app.get(
    `${base}/:segment_id/analytics`,
    {
      schema: {
        ...common('How a segment does: size and growth, what it was shown and how that was taken, what to do'),
        params: SegmentId,
        response: { 200: Analytics },
      },
    },
    async ({ workspace, params }) => read(workspace, params.segment_id),
  );

  app.post(
    `${base}/:segment_id/analyze`,
    {
      schema: {
        ...common('The same, kept as performance_metrics of the segment'),
        params: SegmentId,
        response: { 200: Analytics },
      },
    },
    async ({ workspace, params: { segment_id: segmentId } }) => {
      const analytics = await read(workspace, segmentId);
      await keepAnalysis(store, { workspace, segmentId, metrics: analytics.performance_summary, now: now() });
      return analytics;
    },
  );

  app.get(
    `${base}/health`,
    {
      schema: {
        ...common('Whether segments are kept up to date'),
        response: { 200: Type.Object({ status: Type.Literal('healthy'), segments: Count, uncounted: Count }) },
      },
    },
    async ({ workspace }) => readHealth(store, workspace),
  );
}

function addValue(app: App, { store }: ServerContext): void {
  app.get(
    `${base}/:segment_id/value`,
    {
      schema: {
        ...common('What is expected of a segment: conversions by the scores of its people, times what an order brings'),
        params: SegmentId,
        querystring: Type.Object(
          { model_id: Type.Optional(Type.String({ description: 'Absent = the active model.' })) },
          { additionalProperties: false },
        ),
        response: { 200: Value },
      },
    },
    async ({ workspace, params, query }) => {
      const segment = await readRuleSegment(store, workspace, params.segment_id);
      const value = await valueOfSegment(store, await usableModel(store, workspace, query.model_id), segment);
      return {
        members: value.members,
        scored: value.scored,
        as_of: value.asOf,
        timeframe_days: value.timeframeDays,
        expected_conversions: value.expectedConversions,
        interval: value.interval,
        order_value: value.orderValue,
        orders: value.orders,
        expected_value: value.expectedValue,
        value_per_member: value.perMember,
      };
    },
  );
}

async function readHealth({ state }: Store, workspace: string) {
  const [row] = await state.query<{ segments: string; uncounted: string }>(
    `SELECT count(*) AS segments, count(*) FILTER (WHERE counted_at IS NULL) AS uncounted FROM rule_segments
     WHERE workspace = $1 AND status = 'active'`,
    [workspace],
  );
  return { status: 'healthy' as const, segments: Number(row.segments), uncounted: Number(row.uncounted) };
}

function analyticsOf({ id, name }: { id: string; name: string }, analysis: SegmentAnalysis) {
  const { growth, summary, trend } = analysis;
  const percents = ([low, high]: [number, number]): [number, number] => [low * 100, high * 100];
  return {
    segment_id: id,
    segment_name: name,
    member_count: analysis.memberCount,
    growth: growth && {
      since: growth.since,
      from: growth.from,
      to: growth.to,
      change: growth.change,
      change_percent: percentOf(growth.share),
    },
    performance_summary: {
      total_content: summary.contents,
      total_views: summary.views,
      total_engagement: summary.engagements,
      total_conversions: summary.conversions,
      avg_engagement_rate: percentOf(summary.engagementRate),
      engagement_rate_interval: summary.engagementInterval && percents(summary.engagementInterval),
      conversion_rate: percentOf(summary.conversionRate),
    },
    top_performing_content: analysis.topContent.map(({ interval, ...content }) => ({
      ...contentOf(content),
      engagement_rate_interval: percents(interval),
    })),
    engagement_trends: analysis.days.map(performanceDayOf),
    trend: trend && {
      direction: trend.direction,
      before: trend.before * 100,
      after: trend.after * 100,
      p_value: trend.pValue,
    },
    tests: analysis.tests.map(({ variants, ...test }) => ({
      ...test,
      variants: variants.map((variant) => ({
        content_id: variant.contentId,
        variant_id: variant.variantId,
        is_control: variant.isControl,
        view_count: variant.views,
        engagement_count: variant.engagements,
        engagement_rate: percentOf(variant.engagementRate),
        engagement_rate_interval: percents(variant.interval),
        difference: variant.difference && {
          value: variant.difference.value * 100,
          interval: percents(variant.difference.interval),
        },
        p_value: variant.pValue,
        verdict: variant.verdict,
        views_needed: variant.viewsForAFifth,
        sentence: variant.sentence,
      })),
    })),
    recommendations: analysis.recommendations.map(({ isSure, ...one }) => ({ ...one, is_sure: isSure })),
  };
}
