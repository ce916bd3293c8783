// The registry of models: versions, statuses, and the file each was saved in. The row in `models` says what a model is
// and how well it did; the blob models/<id>.json is the model itself. A new generic model takes the place of the older
// one with the same question and timeframe, which becomes DEPRECATED and keeps its figures.

import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { InklingError } from '../errors.ts';
import type { State, Store } from '../store/index.ts';
import type { Performance } from './evaluate.ts';
import type { Driver } from './explain.ts';
import type { LadderStep } from './ladder.ts';
import { type Predictor, type Rung, readPredictor } from './predictor.ts';
import type { Season } from './season.ts';

export type ModelStatus = 'TRAINING' | 'ACTIVE' | 'DEPRECATED' | 'FAILED';
export type ModelType = 'GENERIC' | 'CUSTOM';

export type Lineage = {
  dataFrom: string | null;
  dataTo: string | null;
  snapshots: { asOf: string; people: number; conversions: number; role: string }[];
  signalSet: string;
  signals: string[];
  codeVersion: string;
  seed: number;
  settings: Record<string, unknown>;
  /** What was chosen on held-out people: rung, trees, penalty, mixture, calibration. */
  choice: Record<string, unknown>;
  /** How much of the trade's calendar is expected here, see season.ts; absent in models of earlier versions. */
  season?: Season;
  /** How the figures and the deployed model belong together. */
  note: string;
  seconds: Record<string, number>;
};

export type ModelRecord = {
  id: string;
  workspace: string;
  name: string;
  modelType: ModelType;
  question: string;
  conversionEvent: string;
  productCategory: string | null;
  timeframeDays: number;
  status: ModelStatus;
  version: number;
  learner: string | null;
  rung: Rung | null;
  confidence: number | null;
  /** The moment the training ended. */
  trainedOn: string | null;
  /** Distinct conversions that the deployed model learned from. */
  trainingDataSize: number | null;
  warnings: string[];
  settings: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
  performance: Performance | null;
  drivers: Driver[];
  ladder: LadderStep[];
  lineage: Lineage | null;
};

export type NewModel = {
  workspace: string;
  name: string;
  modelType: ModelType;
  question: string;
  conversionEvent: string;
  productCategory?: string;
  timeframeDays: number;
  settings: Record<string, unknown>;
  now: Date;
};

/** Registers a model in training, with the next version of its question and timeframe. */
export async function registerModel(store: Store, model: NewModel): Promise<ModelRecord> {
  const id = randomUUID();
  await store.state.query(
    `INSERT INTO models (id, workspace, version, name, question, model_type, product_category, conversion_event,
       timeframe_days, status, settings, signals, created_at, updated_at)
     SELECT $1, $2, 1 + coalesce(max(version), 0), $3, $4, $5, $6, $7, $8, 'TRAINING', $9::jsonb, '[]'::jsonb, $10, $10
     FROM models WHERE workspace = $2 AND question = $4 AND timeframe_days = $8`,
    [
      id,
      model.workspace,
      model.name,
      model.question,
      model.modelType,
      model.productCategory ?? null,
      model.conversionEvent,
      model.timeframeDays,
      model.settings,
      model.now,
    ],
  );
  return getModel(store, model.workspace, id);
}

export type TrainedModel = {
  predictor: Predictor;
  learner: string;
  confidence: number;
  trainingDataSize: number;
  warnings: string[];
  performance: Performance;
  drivers: Driver[];
  ladder: LadderStep[];
  lineage: Lineage;
  status: 'ACTIVE' | 'DEPRECATED';
  now: Date;
};

/** Saves the model and, as ACTIVE, puts it to use. The blob is written first: an active row always has its file. */
export async function saveTrained(store: Store, record: ModelRecord, trained: TrainedModel): Promise<ModelRecord> {
  const key = artifactKey(record.id);
  await store.blobs.put(key, JSON.stringify(trained.predictor.toJSON()));
  await store.state.transaction(async (tx) => {
    if (trained.status === 'ACTIVE') await makeRoom(tx, record, trained.now);
    await tx.query(
      `UPDATE models SET status = $12, rung = $2, learner = $3, signals = $4::jsonb, performance = $5::jsonb,
         lineage = $6::jsonb, warnings = $7::jsonb, confidence = $8, trained_on = $9, training_data_size = $10,
         artifact_key = $11, updated_at = $9 WHERE id = $1`,
      [
        record.id,
        trained.predictor.rung,
        trained.learner,
        JSON.stringify(trained.predictor.signals),
        JSON.stringify({ ...trained.performance, drivers: trained.drivers, ladder: trained.ladder }),
        JSON.stringify(trained.lineage),
        JSON.stringify(trained.warnings),
        trained.confidence,
        trained.now,
        trained.trainingDataSize,
        key,
        trained.status,
      ],
    );
  });
  return getModel(store, record.workspace, record.id);
}

/** Puts a model that was replaced to use again. */
export async function reactivateModel(store: Store, record: ModelRecord, now: Date): Promise<ModelRecord> {
  await store.state.transaction(async (tx) => {
    await makeRoom(tx, record, now);
    await tx.query("UPDATE models SET status = 'ACTIVE', updated_at = $2 WHERE id = $1", [record.id, now]);
  });
  return getModel(store, record.workspace, record.id);
}

/** One generic model is active for each question and timeframe: whichever was gives way. */
async function makeRoom(
  tx: Pick<State, 'query'>,
  { workspace, question, timeframeDays, modelType, id }: ModelRecord,
  now: Date,
) {
  if (modelType !== 'GENERIC') return;
  await tx.query(
    `UPDATE models SET status = 'DEPRECATED', updated_at = $5 WHERE workspace = $1 AND question = $2
       AND timeframe_days = $3 AND model_type = 'GENERIC' AND status = 'ACTIVE' AND id <> $4`,
    [workspace, question, timeframeDays, id, now],
  );
}

/** Notes that a training stopped, with its reason among the warnings. */
export async function failModel(store: Store, record: ModelRecord, reason: string, now: Date): Promise<void> {
  await store.state.query(
    `UPDATE models SET status = 'FAILED', warnings = $2::jsonb, updated_at = $3 WHERE id = $1 AND status = 'TRAINING'`,
    [record.id, JSON.stringify([reason]), now],
  );
}

/** Trainings that a stopped process left behind: nobody works on them any more. Called when the server starts. */
export async function failAbandonedTrainings(store: Store, now: Date): Promise<number> {
  const rows = await store.state.query<{ id: string }>(
    `UPDATE models SET status = 'FAILED', warnings = $1::jsonb, updated_at = $2 WHERE status = 'TRAINING' RETURNING id`,
    [JSON.stringify(['The process stopped during the training. Train again.']), now],
  );
  return rows.length;
}

export async function listModels(store: Store, workspace: string): Promise<ModelRecord[]> {
  const rows = await store.state.query<ModelRow>(
    'SELECT * FROM models WHERE workspace = $1 ORDER BY created_at DESC, version DESC',
    [workspace],
  );
  return rows.map(toRecord);
}

export async function getModel(store: Store, workspace: string, id: string): Promise<ModelRecord> {
  const [row] = await store.state.query<ModelRow>('SELECT * FROM models WHERE workspace = $1 AND id = $2', [
    workspace,
    id,
  ]);
  if (row === undefined) {
    throw new InklingError('not_found', `There is no model "${id}" in this workspace.`, {
      field: 'modelId',
      value: id,
      hint: 'GET /api/v1/intent/models lists them.',
    });
  }
  return toRecord(row);
}

/** The latest active model, generic before custom, of any timeframe or the one asked for. */
export async function findActiveModel(
  store: Store,
  workspace: string,
  { question = 'purchase_intent', timeframeDays }: { question?: string; timeframeDays?: number } = {},
): Promise<ModelRecord | undefined> {
  const rows = await store.state.query<ModelRow>(
    `SELECT * FROM models WHERE workspace = $1 AND question = $2 AND status = 'ACTIVE'
       AND ($3::integer IS NULL OR timeframe_days = $3)
     ORDER BY (model_type = 'GENERIC') DESC, trained_on DESC LIMIT 1`,
    [workspace, question, timeframeDays ?? null],
  );
  return rows[0] && toRecord(rows[0]);
}

/** The model asked for, or the active one; it has to be able to predict. */
export async function usableModel(store: Store, workspace: string, id?: string): Promise<ModelRecord> {
  const model = id === undefined ? await findActiveModel(store, workspace) : await getModel(store, workspace, id);
  if (model === undefined) {
    throw new InklingError('not_found', 'This workspace has no active model yet.', {
      hint: 'Train one: POST /api/v1/intent/models, or `inkling train`.',
    });
  }
  if (model.status === 'TRAINING' || model.status === 'FAILED') {
    throw new InklingError('conflict', `The model "${model.name}" is ${model.status.toLowerCase()}.`, {
      field: 'modelId',
      value: model.id,
      hint: model.status === 'TRAINING' ? 'Wait until its status is ACTIVE.' : 'Train it again.',
    });
  }
  return model;
}

/** Removes a model, its file and its scores. The only active one stays: without it the workspace has no scores. */
export async function deleteModel(store: Store, workspace: string, id: string): Promise<void> {
  const model = await getModel(store, workspace, id);
  const active = (await listModels(store, workspace)).filter(({ status }) => status === 'ACTIVE');
  if (model.status === 'ACTIVE' && active.length === 1) {
    throw new InklingError('conflict', `"${model.name}" is the only active model.`, {
      field: 'modelId',
      value: id,
      hint: 'Train another one first; it then takes its place.',
    });
  }
  if (model.status === 'TRAINING') {
    throw new InklingError('conflict', `"${model.name}" is being trained.`, { hint: 'Wait until it has ended.' });
  }
  await store.state.query('DELETE FROM models WHERE workspace = $1 AND id = $2', [workspace, id]);
  await store.facts.remove('scores', 'workspace = {workspace:String} AND model_id = {id:String}', { workspace, id });
  await store.blobs.remove(artifactKey(id));
  predictors.get(store)?.delete(id);
}

/** Reads the model itself; kept in memory, a handful at a time. */
export async function loadPredictor(store: Store, model: ModelRecord): Promise<Predictor> {
  const cache = predictors.get(store) ?? new LRUCache<string, Predictor>({ max: 16 });
  predictors.set(store, cache);
  const cached = cache.get(model.id);
  if (cached) return cached;
  const body = await store.blobs.get(artifactKey(model.id));
  if (body === undefined) {
    throw new InklingError('model_file_invalid', `The file of the model "${model.name}" is missing.`, {
      value: artifactKey(model.id),
      hint: 'Train the model again, or restore the file from a backup.',
    });
  }
  const predictor = readPredictor(parse(body, model.name));
  cache.set(model.id, predictor);
  return predictor;
}

const predictors = new WeakMap<Store, LRUCache<string, Predictor>>();

export const artifactKey = (id: string) => `models/${id}.json`;

function parse(body: Buffer, name: string): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new InklingError('model_file_invalid', `The file of the model "${name}" is not JSON.`, {
      hint: 'Train the model again, or restore the file from a backup.',
      cause: error,
    });
  }
}

type ModelRow = {
  id: string;
  workspace: string;
  version: number;
  name: string;
  question: string;
  model_type: ModelType;
  product_category: string | null;
  conversion_event: string;
  timeframe_days: number;
  status: ModelStatus;
  rung: Rung | null;
  learner: string | null;
  settings: Record<string, unknown>;
  performance: (Performance & { drivers: Driver[]; ladder: LadderStep[] }) | null;
  lineage: Lineage | null;
  warnings: string[];
  confidence: number | null;
  trained_on: Date | null;
  training_data_size: number | null;
  created_at: Date;
  updated_at: Date;
};

function toRecord(row: ModelRow): ModelRecord {
  const { drivers = [], ladder = [], ...performance } = row.performance ?? {};
  return {
    id: row.id,
    workspace: row.workspace,
    name: row.name,
    modelType: row.model_type,
    question: row.question,
    conversionEvent: row.conversion_event,
    productCategory: row.product_category,
    timeframeDays: row.timeframe_days,
    status: row.status,
    version: row.version,
    learner: row.learner,
    rung: row.rung,
    confidence: row.confidence,
    trainedOn: row.trained_on && new Date(row.trained_on).toISOString(),
    trainingDataSize: row.training_data_size,
    warnings: row.warnings,
    settings: row.settings,
    createdAt: new Date(row.created_at).toISOString(),
    updatedAt: new Date(row.updated_at).toISOString(),
    performance: row.performance ? (performance as Performance) : null,
    drivers,
    ladder,
    lineage: row.lineage,
  };
}
