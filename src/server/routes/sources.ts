// Where events come from: the platforms that may call by themselves, with their settings, and what each source has sent.

import { Type } from 'typebox';
import { type WebhookSource, webhooks } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { requireKey } from '../access.ts';
import type { Routes, ServerContext } from '../context.ts';
import { readSources } from '../reading/sources.ts';
import { Moment, Nullable } from '../shapes.ts';

const Setting = Type.Object({
  name: Type.String(),
  description: Type.String(),
  choices: Type.Array(Type.String()),
  secret: Type.Boolean({ description: 'Never told once it is set.' }),
  set: Type.Boolean(),
  value: Type.Unknown({ description: 'null for secrets.' }),
});
const Source = Type.Object({
  name: Type.String(),
  sentence: Type.String(),
  setUp: Type.String({ description: 'What to do at the platform; {address} stands for the address to call.' }),
  path: Type.String({ description: 'Where it calls; add ?writeKey= and the write key.' }),
  settings: Type.Array(Setting),
});
const Seen = Type.Object({ source: Type.String(), events: Type.Integer(), lastEventAt: Moment });
const Sources = Type.Object({
  webhooks: Type.Array(Source),
  seen: Type.Array(Seen, { description: 'What each source has sent in the last 30 days, latest first.' }),
});

export const addSourceRoutes: Routes = (app, context) => {
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['collect'], security: [{ secretKey: [] }] };

  app.get(
    '/api/v1/sources',
    { preHandler, schema: { ...common, summary: 'Where events come from', response: { 200: Sources } } },
    async ({ workspace }) => ({
      webhooks: await Promise.all(webhooks.map((source) => describe(context, workspace, source))),
      seen: await readSources(context.store, workspace, context.now()),
    }),
  );

  app.patch(
    '/api/v1/sources/:name',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Set what a platform needs to call; null takes a setting back',
        params: Type.Object({ name: Type.String() }),
        body: Type.Record(Type.String(), Nullable(Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
        response: { 200: Source },
      },
    },
    async ({ workspace, params, body }) => {
      const source = sourceNamed(params.name);
      await context.webhooks.change(workspace, source, body, context.now());
      return describe(context, workspace, source);
    },
  );
};

function sourceNamed(name: string): WebhookSource {
  const source = webhooks.find((one) => one.name === name);
  if (source) return source;
  throw new InklingError('not_found', `There is no source "${name}" that has settings.`, {
    field: 'name',
    value: name,
    hint: `There are ${webhooks.map((one) => one.name).join(', ')}.`,
  });
}

async function describe({ webhooks: settings }: ServerContext, workspace: string, source: WebhookSource) {
  const { name, sentence, setUp } = source;
  const told = await settings.describe(workspace, source);
  return {
    name,
    sentence,
    setUp,
    path: `/v1/webhook/${name}`,
    settings: told.map((one) => ({ ...one, choices: [...one.choices] })),
  };
}
