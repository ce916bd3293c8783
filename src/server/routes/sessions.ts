// Visits of the past: all of them, one, those of a person; and how the workspace wants them cut.

import { Type } from 'typebox';
import { changeSessionSettings, sessionSettingsOf } from '../../identify/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { requireProfile } from '../reading/person.ts';
import { findSession, listSessions } from '../reading/sessions.ts';
import { Bots, Nullable } from '../shapes.ts';
import { SessionShape } from './sessionShapes.ts';

const Page = Type.Object({ sessions: Type.Array(SessionShape), nextCursor: Nullable(Type.String()) });
const paging = {
  cursor: Type.Optional(Type.String({ description: 'nextCursor of the page before, with the same filters.' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
};
const moment = Type.Optional(Type.String({ format: 'date-time' }));
const text = Type.Optional(Type.String({ maxLength: 2000 }));

const settings = {
  timeoutMinutes: Type.Number({ minimum: 1, maximum: 480, description: 'A longer pause ends a visit.' }),
  sdkIds: Type.Boolean({ description: "Whether an SDK's own session ids begin visits." }),
  newOnCampaign: Type.Boolean({ description: 'Whether another campaign, or a click on another ad, begins a visit.' }),
  midnight: Type.Boolean({ description: 'Whether midnight in the time zone of the workspace ends a visit.' }),
};
const Settings = Type.Object(settings);

export const addSessionRoutes: Routes = (app, context) => {
  const { store, now } = context;
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['sessions'], security: [{ secretKey: [] }] };

  app.get(
    '/api/v1/sessions',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Visits, latest first',
        querystring: Type.Object({
          ...{ from: moment, to: moment, source: text, campaign: text, device: text, platform: text, entryPage: text },
          converted: Type.Optional(Type.Boolean()),
          bots: Bots,
          ...paging,
        }),
        response: { 200: Page },
      },
    },
    ({ workspace, query: { from, to, ...query } }) =>
      listSessions(store, { workspace, ...query, from: dateOf(from), to: dateOf(to) }),
  );

  app.get(
    '/api/v1/sessions/:id',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'One visit',
        params: Type.Object({ id: Type.String() }),
        response: { 200: SessionShape },
      },
    },
    ({ workspace, params }) => findSession(store, workspace, params.id),
  );

  app.get(
    '/api/v1/people/:id/sessions',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'The visits of a person, latest first',
        params: Type.Object({ id: Type.String({ description: 'Profile id, user id or anonymous id.' }) }),
        querystring: Type.Object(paging),
        response: { 200: Page },
      },
    },
    async ({ workspace, params, query }) => {
      const profile = await requireProfile(store, workspace, params.id);
      return listSessions(store, { workspace, profile, bots: 'with', ...query });
    },
  );

  app.get(
    '/api/v1/collect/sessions',
    { preHandler, schema: { ...common, summary: 'How visits are cut', response: { 200: Settings } } },
    ({ workspace }) => sessionSettingsOf(store, workspace),
  );

  app.patch(
    '/api/v1/collect/sessions',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Change how visits are cut',
        description:
          'New visits follow at once, those of the past within minutes. Models learn it with their next training.',
        body: Type.Partial(Settings, { additionalProperties: false }),
        response: { 200: Settings },
      },
    },
    ({ workspace, body }) => changeSessionSettings(store, workspace, body, now()),
  );
};

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
