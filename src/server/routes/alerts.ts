// What somebody should know of, and where it is told.

import { Type } from 'typebox';
import { alertSettingsOf, alerts, changeAlertSettings, destinations, listAlerts } from '../../alerts/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Moment, Nullable } from '../shapes.ts';

const Alerts = Type.Object({
  alerts: Type.Array(
    Type.Object({
      alert: Type.String(),
      message: Type.String(),
      hint: Type.String(),
      since: Moment,
      raisedAt: Moment,
      resolvedAt: Nullable(Moment),
    }),
  ),
});

const ofAlerts = alerts.map(
  ({ name, sentence, settings }) =>
    [
      name,
      Type.Object(
        {
          enabled: Type.Boolean({ default: true, description: `Whether to look: ${sentence}` }),
          ...settings.properties,
        },
        { description: sentence },
      ),
    ] as const,
);

const Settings = Type.Object({
  alerts: Type.Object(Object.fromEntries(ofAlerts)),
  webhook: Nullable(
    Type.Object(
      { url: Type.String(), secret: Type.String() },
      { description: destinations.map(({ name, sentence }) => `${name}: ${sentence}`).join(' ') },
    ),
  ),
});

const Change = Type.Object(
  {
    alerts: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()))),
    webhook: Type.Optional(
      Nullable(
        Type.Object({
          url: Type.String({ maxLength: 2000, description: 'A public address.' }),
          secret: Type.Optional(Type.String({ minLength: 16, maxLength: 200, description: 'Absent = one is made.' })),
        }),
      ),
    ),
  },
  { additionalProperties: false },
);

export const addAlertRoutes: Routes = (app, context) => {
  const { store, now } = context;
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['alerts'], security: [{ secretKey: [] }] };

  app.get(
    '/api/v1/alerts',
    {
      preHandler,
      schema: { ...common, summary: 'What is open, and what was over within a day', response: { 200: Alerts } },
    },
    async ({ workspace }) => ({ alerts: await listAlerts(store, workspace, now()) }),
  );

  app.get(
    '/api/v1/alerts/settings',
    {
      preHandler,
      schema: { ...common, summary: 'What is looked for, and where it is told', response: { 200: Settings } },
    },
    async ({ workspace }) => (await alertSettingsOf(store, workspace)) as never,
  );

  app.patch(
    '/api/v1/alerts/settings',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Change what is looked for, and where it is told',
        description:
          'A webhook gets a POST with X-Inkling-Signature: t=SECONDS,v1=HMAC-SHA256 of "SECONDS.BODY" under its secret, in hex.',
        body: Change,
        response: { 200: Settings },
      },
    },
    async ({ workspace, body }) => (await changeAlertSettings(store, workspace, body, now())) as never,
  );
};
