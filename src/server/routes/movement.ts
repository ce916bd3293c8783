// What precedes a step up from Low to Medium to High, journeys of a few people, and the report of drivers as a file.

import { Type } from 'typebox';
import {
  type ReportFormat,
  readDriverReport,
  readMovement,
  reportFormats,
  usableModel,
  writeDriverReport,
} from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { tagAnswer } from '../etags.ts';
import { Interval, Level, Moment, Nullable } from '../shapes.ts';

const Count = Type.Integer({ minimum: 0 });
const Share = Type.Number({ minimum: 0, maximum: 1 });

const Action = Type.Object({
  action: Type.String(),
  roseShare: Type.Number({ description: 'Share of those who rose that did it between the two scorings.' }),
  othersShare: Type.Number({ description: 'The same of people like them who did not rise.' }),
  oddsRatio: Nullable(Type.Number({ description: 'Mantel-Haenszel over the strata of people who are alike.' })),
  interval: Nullable(Interval),
  pValue: Share,
  falseDiscoveryRate: Type.Number({ description: 'Benjamini-Hochberg over all actions and steps.' }),
  verdict: Type.Enum(['more', 'less', 'unclear']),
  sentence: Type.String(),
});

const Movement = Type.Object({
  modelId: Type.String(),
  from: Nullable(Moment),
  to: Nullable(Moment),
  scorings: Count,
  flow: Type.Array(Type.Object({ from: Level, to: Level, people: Count })),
  steps: Type.Array(
    Type.Object({
      from: Level,
      rose: Count,
      others: Count,
      matchedRose: Count,
      matchedOthers: Count,
      actions: Type.Array(Action),
      statement: Type.String(),
    }),
  ),
  statement: Type.String(),
});

const Journeys = Type.Object({
  journeys: Type.Array(
    Type.Object({
      name: Type.String(),
      level: Level,
      score: Type.Integer(),
      rose: Type.Boolean(),
      sentence: Type.String(),
      reasons: Type.Array(Type.String()),
      scores: Type.Array(Type.Object({ daysBefore: Type.Number(), score: Type.Integer(), level: Level })),
      events: Type.Array(
        Type.Object({
          daysBefore: Type.Number(),
          event: Type.String(),
          category: Nullable(Type.String()),
          times: Count,
        }),
      ),
    }),
  ),
});

const Query = Type.Object(
  { modelId: Type.Optional(Type.String({ description: 'Absent = the active model.' })) },
  { additionalProperties: false },
);

const contentTypes: Record<ReportFormat, string> = {
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

export const addMovementRoutes: Routes = (app, context) => {
  const { store, now } = context;
  const common = (summary: string) => ({ tags: ['intent'], summary, security: [{ secretKey: [] }] });
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.addHook('onSend', tagAnswer);

  app.get(
    '/api/v1/intent/drivers/movement',
    {
      schema: {
        ...common('What people did before they rose a level, against people like them who did not rise'),
        querystring: Query,
        response: { 200: Movement },
      },
    },
    async ({ workspace, query }) =>
      (await readMovement(store, await usableModel(store, workspace, query.modelId), now())).movement,
  );

  app.get(
    '/api/v1/intent/drivers/journeys',
    {
      schema: {
        ...common('The way of a few people of each level, told without who they are'),
        querystring: Query,
        response: { 200: Journeys },
      },
    },
    async ({ workspace, query }) => {
      const { journeys } = await readMovement(store, await usableModel(store, workspace, query.modelId), now());
      return { journeys };
    },
  );

  app.get(
    '/api/v1/intent/drivers/report',
    {
      schema: {
        ...common('Drivers, movement and journeys as a report: HTML, PDF, CSV or JSON'),
        querystring: Type.Object(
          { ...Query.properties, format: Type.Enum([...reportFormats], { default: 'html' }) },
          { additionalProperties: false },
        ),
        produces: Object.values(contentTypes),
      },
    },
    async ({ workspace, query: { modelId, format } }, reply) => {
      const report = await readDriverReport(store, await usableModel(store, workspace, modelId), now());
      return reply
        .type(contentTypes[format])
        .header(
          'content-disposition',
          `${format === 'html' ? 'inline' : 'attachment'}; filename="intent-drivers.${format}"`,
        )
        .send(writeDriverReport(report, format));
    },
  );
};
