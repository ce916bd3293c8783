// What the intent endpoints take and give, as schemas: they validate, and the OpenAPI document is drawn from them.

import { Type } from 'typebox';
import { tradeNames } from '../../predict/index.ts';
import { Day, Interval, Level, Moment, Nullable, Reason, ScoreChange } from '../shapes.ts';
import { PersonRow } from './peopleShapes.ts';

const Number01 = Type.Number({ minimum: 0, maximum: 1 });
const Rung = Type.Enum(['rule', 'logistic', 'boosting']);

export const Driver = Type.Object({
  signal: Type.String(),
  sentence: Type.String(),
  importance: Type.Number({ description: 'Share of all that moves the scores; all shares sum to one.' }),
  direction: Type.Enum(['raises', 'lowers', 'mixed']),
  meanContribution: Type.Number({ description: 'Mean log-odds over the people looked at.' }),
});

const listed = {
  id: Type.String(),
  name: Type.String(),
  modelType: Type.Enum(['GENERIC', 'CUSTOM']),
  question: Type.String(),
  conversionEvent: Type.String(),
  productCategory: Nullable(Type.String()),
  timeframeDays: Type.Integer(),
  status: Type.Enum(['TRAINING', 'ACTIVE', 'DEPRECATED', 'FAILED']),
  version: Type.Integer(),
  learner: Nullable(Type.String()),
  rung: Nullable(Rung),
  confidence: Nullable(Number01),
  trainedOn: Nullable(Moment),
  trainingDataSize: Nullable(Type.Integer({ description: 'Distinct conversions that the model learned from.' })),
  warnings: Type.Array(Type.String()),
  auc: Nullable(Type.Number()),
  prAuc: Nullable(Type.Number()),
  baselineAuc: Nullable(Type.Number()),
  createdAt: Moment,
  updatedAt: Moment,
};
export const ModelRow = Type.Object(listed);

const RocPoint = Type.Object({ fpr: Type.Number(), tpr: Type.Number() });

const Performance = Type.Object({
  holdout: Type.Object({
    asOf: Type.Array(Moment),
    people: Type.Integer(),
    conversions: Type.Integer(),
    protocol: Type.Enum(['later days', 'people held out']),
  }),
  auc: Nullable(Type.Number()),
  aucInterval: Nullable(Interval),
  prAuc: Nullable(Type.Number()),
  logLoss: Nullable(Type.Number()),
  brier: Nullable(Type.Number()),
  calibrationError: Nullable(Type.Number()),
  baselineAuc: Nullable(Type.Number()),
  baselineName: Type.String(),
  logisticAuc: Nullable(Type.Number()),
  roc: Type.Array(RocPoint),
  baselineRoc: Type.Array(RocPoint),
  pr: Type.Array(Type.Object({ recall: Type.Number(), precision: Type.Number() })),
  calibration: Type.Array(
    Type.Object({
      predicted: Type.Number(),
      observed: Type.Number(),
      low: Type.Number(),
      high: Type.Number(),
      people: Type.Integer(),
    }),
  ),
  lift: Type.Array(
    Type.Object({
      decile: Type.Integer(),
      people: Type.Integer(),
      conversions: Type.Number(),
      rate: Type.Number(),
      lift: Type.Number(),
      cumulativeGain: Type.Number(),
    }),
  ),
  byConfidence: Type.Optional(
    Type.Array(
      Type.Object({
        atLeast: Number01,
        people: Type.Integer(),
        error: Type.Number({ description: 'Mean distance of the probability from what happened, 1 or 0.' }),
        brier: Type.Number(),
      }),
      { description: 'What confidence is worth: the error among those with at least so much of it.' },
    ),
  ),
  thresholds: Type.Array(
    Type.Object({
      threshold: Type.Integer(),
      people: Type.Integer(),
      truePositives: Type.Integer(),
      falsePositives: Type.Integer(),
      precision: Nullable(Type.Number()),
      recall: Nullable(Type.Number()),
    }),
  ),
  segments: Type.Array(
    Type.Object({
      name: Level,
      size: Type.Integer(),
      actualConversionRate: Nullable(Type.Number()),
      interval: Nullable(Interval),
    }),
  ),
  statement: Type.String(),
});

const Lineage = Type.Object({
  dataFrom: Nullable(Moment),
  dataTo: Nullable(Moment),
  snapshots: Type.Array(
    Type.Object({ asOf: Moment, people: Type.Integer(), conversions: Type.Integer(), role: Type.String() }),
  ),
  signalSet: Type.String(),
  signals: Type.Array(Type.String()),
  codeVersion: Type.String(),
  seed: Type.Integer(),
  settings: Type.Record(Type.String(), Type.Unknown()),
  choice: Type.Record(Type.String(), Type.Unknown()),
  /** Absent in models of earlier versions. */
  season: Type.Optional(
    Type.Object({
      trade: Type.String(),
      amplitude: Type.Number(),
      error: Type.Number(),
      weeks: Type.Integer(),
    }),
  ),
  note: Type.String(),
  seconds: Type.Record(Type.String(), Type.Number()),
});

export const Model = Type.Object({
  ...listed,
  performance: Nullable(Performance),
  drivers: Type.Array(Driver),
  lineage: Nullable(Lineage),
  ladder: Type.Array(Type.Object({ rung: Rung, reached: Type.Boolean(), needs: Type.String(), has: Type.String() })),
});

export const ModelRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    timeframeDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 180 })),
    conversionEvent: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    productCategory: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    trade: Type.Optional(
      Type.Enum([...tradeNames], { description: 'Whose calendar stands in for the season that is not in the data.' }),
    ),
    signals: Type.Optional(
      Type.Object(
        { include: Type.Optional(Type.Array(Type.String())), exclude: Type.Optional(Type.Array(Type.String())) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export const Score = Type.Object({
  profileId: Type.String(),
  userId: Nullable(Type.String()),
  anonymousId: Nullable(Type.String()),
  modelId: Type.String(),
  modelVersion: Type.Integer(),
  asOf: Moment,
  score: Type.Integer({ minimum: 0, maximum: 100 }),
  segment: Level,
  probability: Number01,
  confidence: Number01,
  predictedConversionDate: Nullable(Day),
  category: Nullable(Type.String()),
  change: Nullable(ScoreChange),
  signals: Type.Array(Reason),
  lastUpdated: Moment,
});

/** Whose scores are meant. */
export const scoreFilters = {
  modelId: Type.Optional(Type.String({ description: 'Absent = the active model.' })),
  segment: Type.Optional(Level),
  minScore: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  maxScore: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  minConfidence: Type.Optional(Number01),
  category: Type.Optional(Type.String()),
};
const paging = {
  cursor: Type.Optional(Type.String({ description: 'nextCursor of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 50 })),
};
export const ScoreQuery = Type.Object({ ...scoreFilters, ...paging }, { additionalProperties: false });
/** Of lists that are short enough to come whole. */
export const ListQuery = Type.Object(
  { ...paging, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })) },
  { additionalProperties: false },
);
export const PageQuery = Type.Object(paging, { additionalProperties: false });
export const ExportQuery = Type.Object(
  { ...scoreFilters, format: Type.Optional(Type.Enum(['csv', 'ndjson', 'json'], { default: 'csv' })) },
  { additionalProperties: false },
);
export const ModelQuery = Type.Object(
  {
    ...ListQuery.properties,
    status: Type.Optional(Type.Enum(['TRAINING', 'ACTIVE', 'DEPRECATED', 'FAILED'])),
    modelType: Type.Optional(Type.Enum(['GENERIC', 'CUSTOM'])),
  },
  { additionalProperties: false },
);
const pageEnd = { nextCursor: Nullable(Type.String()), total: Type.Integer() };
export const ModelPage = Type.Object({ models: Type.Array(ModelRow), ...pageEnd });
export const SegmentQuery = Type.Object(
  { ...ListQuery.properties, level: Type.Optional(Level), category: Type.Optional(Type.String()) },
  { additionalProperties: false },
);
export const ScorePage = Type.Object({
  scores: Type.Array(Score),
  nextCursor: Nullable(Type.String()),
  total: Type.Integer(),
  asOf: Nullable(Moment),
});

export const Segment = Type.Object({
  id: Type.String(),
  name: Type.String(),
  modelId: Type.String(),
  level: Nullable(Level),
  productCategory: Nullable(Type.String()),
  minScore: Type.Integer(),
  maxScore: Type.Integer(),
  minConfidence: Nullable(Type.Number()),
  size: Nullable(Type.Integer()),
  share: Nullable(Type.Number()),
  expectedConversions: Nullable(Type.Number()),
  actualConversionRate: Nullable(Type.Number()),
  actualInterval: Nullable(Interval),
  asOf: Nullable(Moment),
  createdAt: Moment,
});

export const SegmentPage = Type.Object({ segments: Type.Array(Segment), ...pageEnd });

export const SegmentRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    minScore: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, default: 0 })),
    maxScore: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, default: 100 })),
    minConfidence: Type.Optional(Number01),
    productCategory: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    modelId: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

export const SegmentUsers = Type.Object({
  users: Type.Array(PersonRow),
  nextCursor: Nullable(Type.String()),
  total: Type.Integer(),
});

export const DriverQuery = Type.Object(
  {
    modelId: Type.Optional(Type.String()),
    segment: Type.Optional(Level),
    category: Type.Optional(Type.String()),
    profileId: Type.Optional(Type.String({ description: 'A profile id or any other identifier of one person.' })),
  },
  { additionalProperties: false },
);

export const PredictionRequest = Type.Object(
  {
    userId: Type.Optional(Type.String({ minLength: 1 })),
    anonymousId: Type.Optional(Type.String({ minLength: 1 })),
    profileId: Type.Optional(Type.String({ minLength: 1 })),
    modelId: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

export const Prediction = Type.Object({
  userId: Nullable(Type.String()),
  profileId: Type.String(),
  modelId: Type.String(),
  modelVersion: Type.Integer(),
  score: Type.Integer({ minimum: 0, maximum: 100 }),
  intentLevel: Level,
  probability: Number01,
  purchaseProbability7d: Nullable(Number01),
  timeframeDays: Type.Integer(),
  confidence: Number01,
  confidenceReason: Type.String(),
  predictedConversionDate: Nullable(Day),
  category: Nullable(Type.String()),
  product: Nullable(Type.String({ description: 'Of that category: looked at last, not bought since.' })),
  sentence: Type.String(),
  reasons: Type.Array(Reason),
  basedOn: Type.Object({ events: Type.Integer(), lastEventAt: Nullable(Moment) }),
  asOf: Type.String({
    format: 'date-time',
    description: 'When it was worked out: six hours ago at most, with no event of the person since.',
  }),
  latencyMs: Type.Number(),
});
