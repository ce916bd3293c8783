// What a segment will be and what to show it [SEG-9].

import { Type } from 'typebox';
import {
  contentHistory,
  forecastDays,
  listContents,
  rankContent,
  readRuleSegment,
  sizeHistory,
  zoneOf,
} from '../../decide/index.ts';
import { getWorkspace } from '../../govern/index.ts';
import { addDays, DAY_MS, toDay } from '../../time.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Day, Nullable } from '../shapes.ts';
import { SegmentId } from './segmentShapes.ts';

const Series = Type.Object({
  days: Type.Integer({ description: 'Days that are known.' }),
  points: Type.Array(Type.Object({ date: Day, mean: Type.Number(), low: Type.Number(), high: Type.Number() }), {
    description: 'Empty where the history is too short.',
  }),
  drift: Nullable(Type.Number({ description: 'Change from day to day that goes on.' })),
  statement: Type.String(),
});

const Ranked = Type.Object({
  id: Type.String(),
  content_id: Type.String(),
  title: Type.String(),
  view_count: Type.Integer(),
  engagement_count: Type.Integer(),
  rate: Type.Number({
    description: 'Engagements per view, drawn to what is usual the more the fewer views there were.',
  }),
  low: Type.Number(),
  high: Type.Number(),
});

/** Sizes this far back are carried on. */
const HISTORY_DAYS = 180;
const common = (summary: string) => ({ tags: ['segments'], summary, security: [{ secretKey: [] }] });

export const addSegmentOutlookRoutes: Routes = (app, context) => {
  const { store, now } = context;
  app.addHook('preHandler', requireKey(context, 'secret'));

  app.get(
    '/api/v1/segments/:segment_id/forecast',
    {
      schema: {
        ...common('Size, engagements and conversions of the next days, with 80 % intervals'),
        params: SegmentId,
        querystring: Type.Object(
          { days: Type.Optional(Type.Integer({ minimum: 1, maximum: 90, default: 14 })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ size: Series, engagements: Series, conversions: Series }) },
      },
    },
    async ({ workspace, params: { segment_id: segmentId }, query: { days = 14 } }) => {
      const sizes = await sizeHistory(store, workspace, segmentId, addDays(now(), -HISTORY_DAYS));
      const shown = await contentHistory(store, workspace, { segmentId });
      // What is counted over a day is known once the day is over.
      const { timeZone } = await getWorkspace(store, workspace);
      const yesterday = toDay((zoneOf(timeZone).dayOf(now().getTime()) - 1) * DAY_MS);
      const counted = (of: 'engagements' | 'conversions') =>
        forecastDays(
          shown.map((day) => ({ date: day.date, value: day[of] })),
          { days, filling: 'none', through: yesterday },
        );
      // The last size of each day stands for it.
      const daily = new Map(sizes.map(({ at, size }) => [at.slice(0, 10), size]));
      return {
        size: forecastDays(
          [...daily].map(([date, value]) => ({ date, value })),
          { days, filling: 'stays', through: toDay(now()) },
        ),
        engagements: counted('engagements'),
        conversions: counted('conversions'),
      };
    },
  );

  app.get(
    '/api/v1/segments/:segment_id/recommended-content',
    {
      schema: {
        ...common('What the segment engages with most, so that few views do not win'),
        params: SegmentId,
        response: { 200: Type.Object({ recommended: Type.Array(Ranked) }) },
      },
    },
    async ({ workspace, params: { segment_id: segmentId } }) => {
      await readRuleSegment(store, workspace, segmentId);
      const ranked = rankContent(await listContents(store, workspace, segmentId));
      return {
        recommended: ranked.map(({ contentId, views, engagements, ...rest }) => ({
          ...rest,
          content_id: contentId,
          view_count: views,
          engagement_count: engagements,
        })),
      };
    },
  );
};
