// Scores as a file, written while it is read: a page of rows at a time, whatever the number of people.

import { type ModelRecord, type Score, type ScoreFilter, streamScores, toCsvLine } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';

export type ExportFormat = 'csv' | 'ndjson' | 'json';

const contentTypes: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  json: 'application/json; charset=utf-8',
};

export const contentTypeOf = (format: ExportFormat) => contentTypes[format];

const columns: Record<string, (score: Score) => string | number | null> = {
  user_id: (score) => score.userId,
  anonymous_id: (score) => score.anonymousId,
  profile_id: (score) => score.profileId,
  score: (score) => score.score,
  segment: (score) => score.segment,
  probability: (score) => score.probability,
  confidence: (score) => score.confidence,
  predicted_conversion_date: (score) => score.predictedConversionDate,
  category: (score) => score.category,
  reasons: (score) => score.signals.map(({ sentence }) => sentence).join('; '),
  model_id: (score) => score.modelId,
  model_version: (score) => score.modelVersion,
  as_of: (score) => score.asOf,
};

export async function* exportScores(
  store: Store,
  model: ModelRecord,
  filter: ScoreFilter,
  format: ExportFormat,
): AsyncIterable<string> {
  if (format === 'csv') yield `${Object.keys(columns).join(',')}\r\n`;
  if (format === 'json') yield '[';
  let first = true;
  for await (const page of streamScores(store, model, filter)) {
    if (format === 'csv') yield page.map(toLine).join('');
    else if (format === 'ndjson') yield page.map((score) => `${JSON.stringify(score)}\n`).join('');
    else yield (first ? '' : ',') + page.map((score) => JSON.stringify(score)).join(',');
    first = false;
  }
  if (format === 'json') yield ']';
}

function toLine(score: Score): string {
  return toCsvLine(Object.values(columns).map((read) => read(score)));
}
