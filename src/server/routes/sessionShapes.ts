// A visit, as every route tells it.

import { Type } from 'typebox';
import { botMarks } from '../../identify/index.ts';
import { Moment, Nullable } from '../shapes.ts';

export const SessionShape = Type.Object({
  id: Type.String(),
  profile: Type.String(),
  startAt: Moment,
  endAt: Moment,
  durationSeconds: Type.Integer(),
  pageCount: Type.Integer(),
  eventCount: Type.Integer(),
  converted: Type.Boolean(),
  conversionType: Type.String({ description: 'purchase, subscription or signup; empty = none.' }),
  conversionValue: Type.Number({ description: 'Of its purchases, in the currency of the workspace.' }),
  conversionAt: Nullable(Moment),
  bounced: Type.Boolean(),
  avgSecondsOnPage: Type.Number({ description: '0 = not known.' }),
  avgScrollDepth: Type.Number({ description: 'In percent; 0 = not known.' }),
  totalClicks: Type.Integer(),
  entryPage: Type.String(),
  exitPage: Type.String(),
  pageSequence: Type.Array(Type.String(), { description: 'The first 500.' }),
  actionSequence: Type.Array(Type.String(), { description: 'The first 500.' }),
  actionCounts: Type.Record(Type.String(), Type.Integer()),
  platform: Type.String(),
  deviceType: Type.String(),
  browser: Type.String(),
  os: Type.String(),
  country: Type.String(),
  trafficSource: Type.String({ description: 'Empty = direct.' }),
  medium: Type.String(),
  campaign: Type.String(),
  term: Type.String(),
  content: Type.String(),
  clickId: Type.String({ description: 'Of an ad, with its name: gclid=…' }),
  referrer: Type.String(),
  botScore: Type.Integer({ description: '0 to 100; from 60 on it counts as the visit of a program.' }),
  botReasons: Type.Array(Type.String(), {
    description: botMarks.map(({ name, points, sentence }) => `${name} (${points}): ${sentence}`).join('; '),
  }),
});
