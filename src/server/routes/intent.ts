// Who is about to buy? Models, scores, segments, drivers, export, and the prediction of this second.

import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import {
  createSegment,
  deleteModel,
  deleteSegment,
  findScore,
  findSegment,
  getModel,
  listModels,
  listScores,
  listSegments,
  type ModelRecord,
  personDrivers,
  segmentDrivers,
  startTraining,
  usableModel,
} from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { App, Routes, ServerContext } from '../context.ts';
import { tagAnswer } from '../etags.ts';
import { contentTypeOf, exportScores } from '../reading/export.ts';
import { pageOf } from '../reading/listPage.ts';
import { describeMembers } from '../reading/members.ts';
import * as shapes from './intentShapes.ts';

const Id = Type.Object({ id: Type.String() });

export const addIntentRoutes: Routes = (app, context) => {
  const common = (summary: string) => ({ tags: ['intent'], summary, security: [{ secretKey: [] }] });
  app.addHook('preHandler', requireKey(context, 'secret'));
  app.addHook('onSend', tagAnswer);
  addModels(app, context, common);
  addScores(app, context, common);
  addSegments(app, context, common);
  addAnswers(app, context, common);
};

type Common = (summary: string) => { tags: string[]; summary: string; security: { secretKey: never[] }[] };

function addModels(app: App, { store, now }: ServerContext, common: Common): void {
  app.get(
    '/api/v1/intent/models',
    {
      schema: {
        ...common('Models, newest first'),
        querystring: shapes.ModelQuery,
        response: { 200: shapes.ModelPage },
      },
    },
    async ({ workspace, query }) => {
      const models = (await listModels(store, workspace)).filter(
        ({ status, modelType }) =>
          (query.status === undefined || query.status === status) &&
          (query.modelType === undefined || query.modelType === modelType),
      );
      const { page, ...rest } = pageOf(models, query);
      return { models: page.map(toRow), ...rest };
    },
  );

  app.post(
    '/api/v1/intent/models',
    {
      schema: {
        ...common('Train a model of your own; it is ACTIVE, or FAILED with the reason, when it has ended'),
        body: shapes.ModelRequest,
        response: { 202: shapes.Model },
      },
    },
    async ({ workspace, body, log }, reply) => {
      const training = await startTraining(store, { ...body, workspace, modelType: 'CUSTOM', now: now() });
      training.finished.catch((error) => log.error({ err: error }, `Training ${training.model.id} failed`));
      return reply
        .code(202)
        .header('location', `/api/v1/intent/models/${training.model.id}`)
        .send(toModel(training.model));
    },
  );

  app.get(
    '/api/v1/intent/models/:id',
    {
      schema: {
        ...common('A model: how well it did, what drives it, where it comes from'),
        params: Id,
        response: { 200: shapes.Model },
      },
    },
    async ({ workspace, params }) => toModel(await getModel(store, workspace, params.id)),
  );

  app.delete(
    '/api/v1/intent/models/:id',
    {
      schema: {
        ...common('Remove a model and its scores; the only active one stays'),
        params: Id,
        response: { 204: Type.Null() },
      },
    },
    async ({ workspace, params }, reply) => {
      await deleteModel(store, workspace, params.id);
      return reply.code(204).send(null);
    },
  );
}

function addScores(app: App, { store }: ServerContext, common: Common): void {
  app.get(
    '/api/v1/intent/scores',
    {
      schema: {
        ...common('Scores of the latest scoring, best first'),
        querystring: shapes.ScoreQuery,
        response: { 200: shapes.ScorePage },
      },
    },
    async ({ workspace, query }) => {
      const { modelId, ...rest } = query;
      return listScores(store, await usableModel(store, workspace, modelId), rest);
    },
  );

  app.get(
    '/api/v1/intent/scores/:userId',
    {
      schema: {
        ...common('The score of one person, by user id, anonymous id or profile id'),
        params: Type.Object({ userId: Type.String() }),
        querystring: Type.Object({ modelId: Type.Optional(Type.String()) }, { additionalProperties: false }),
        response: { 200: shapes.Score },
      },
    },
    async ({ workspace, params, query }) =>
      findScore(store, await usableModel(store, workspace, query.modelId), params.userId),
  );

  app.get(
    '/api/v1/intent/export',
    {
      schema: {
        ...common('All scores in one stream: CSV, NDJSON or JSON'),
        querystring: shapes.ExportQuery,
        produces: ['text/csv', 'application/x-ndjson', 'application/json'],
      },
    },
    async ({ workspace, query }, reply) => {
      const { modelId, format = 'csv', ...filter } = query;
      const model = await usableModel(store, workspace, modelId);
      return reply
        .type(contentTypeOf(format))
        .header('content-disposition', `attachment; filename="intent-scores.${format}"`)
        .send(Readable.from(exportScores(store, model, filter, format)));
    },
  );
}

function addSegments(app: App, { store, now }: ServerContext, common: Common): void {
  app.get(
    '/api/v1/intent/segments',
    {
      schema: {
        ...common('Ready segments for the workspace and each category, then saved ones'),
        querystring: shapes.SegmentQuery,
        response: { 200: shapes.SegmentPage },
      },
    },
    async ({ workspace, query }) => {
      const segments = (await listSegments(store, workspace)).filter(
        ({ level, productCategory }) =>
          (query.level === undefined || query.level === level) &&
          (query.category === undefined || query.category === productCategory),
      );
      const { page, ...rest } = pageOf(segments, query);
      return { segments: page, ...rest };
    },
  );

  app.post(
    '/api/v1/intent/segments',
    {
      schema: {
        ...common('Save a range of scores as a segment'),
        body: shapes.SegmentRequest,
        response: { 201: shapes.Segment },
      },
    },
    async ({ workspace, body }, reply) => {
      const segment = await createSegment(store, { ...body, workspace, now: now() });
      return reply.code(201).send(segment);
    },
  );

  app.delete(
    '/api/v1/intent/segments/:id',
    { schema: { ...common('Remove a saved segment'), params: Id, response: { 204: Type.Null() } } },
    async ({ workspace, params }, reply) => {
      await deleteSegment(store, workspace, params.id);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/api/v1/intent/segments/:id/users',
    {
      schema: {
        ...common('The people in a segment, best score first'),
        params: Id,
        querystring: shapes.PageQuery,
        response: { 200: shapes.SegmentUsers },
      },
    },
    async ({ workspace, params, query }) => {
      const { model, filter } = await findSegment(store, workspace, params.id);
      const { scores, nextCursor, total } = await listScores(store, model, { ...filter, ...query });
      return { users: await describeMembers(store, model, scores), nextCursor, total };
    },
  );
}

function addAnswers(app: App, { store, live, now }: ServerContext, common: Common): void {
  app.get(
    '/api/v1/intent/drivers',
    {
      schema: {
        ...common('What moves the scores of a model, of a segment or of one person'),
        querystring: shapes.DriverQuery,
        response: { 200: Type.Object({ drivers: Type.Array(shapes.Driver) }) },
      },
    },
    async ({ workspace, query }) => {
      const { modelId, profileId, segment, category } = query;
      const model = await usableModel(store, workspace, modelId);
      if (profileId !== undefined) return { drivers: await personDrivers(store, model, profileId) };
      if (segment === undefined && category === undefined) return { drivers: model.drivers };
      return { drivers: await segmentDrivers(store, model, { segment, category }) };
    },
  );

  app.post(
    '/api/v1/intent/predict',
    {
      schema: {
        ...common('The intent of one person at this second, with its reasons'),
        body: shapes.PredictionRequest,
        response: { 200: shapes.Prediction },
      },
    },
    async ({ workspace, body }) => {
      const person = body.userId ?? body.anonymousId ?? body.profileId;
      if (person === undefined) {
        throw new InklingError('invalid_input', 'The body names nobody.', {
          field: 'userId',
          hint: 'Give a userId, an anonymousId or a profileId.',
        });
      }
      const prediction = await live.predict({ workspace, person, modelId: body.modelId, now: now() });
      return { ...prediction, userId: body.userId ?? null };
    },
  );
}

function toRow(model: ModelRecord) {
  const { performance, drivers: _drivers, lineage: _lineage, ladder: _ladder, settings: _settings, ...row } = model;
  return {
    ...row,
    auc: performance?.auc ?? null,
    prAuc: performance?.prAuc ?? null,
    baselineAuc: performance?.baselineAuc ?? null,
  };
}

function toModel(model: ModelRecord) {
  const { performance, drivers, ladder, lineage } = model;
  return { ...toRow(model), performance, drivers, ladder, lineage };
}
