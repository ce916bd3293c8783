// From a page of features to rows of the table `scores`, reasons included, in the engine's own binary form: arithmetic
// only, so that any thread can do it. Contributions are made a thousand people at a time, column by column.

import { blockOf, type FeaturePage } from '../features/index.ts';
import { copyRow, type Matrix, selectColumns } from '../learn/index.ts';
import { openRowWriter, type RowWriter, textBytes } from '../store/index.ts';
import { DAY_MS } from '../time.ts';
import { topColumns } from './explain.ts';
import type { Predictor } from './predictor.ts';
import { type Level, levelOf, scoreOf } from './score.ts';

/** Which scoring the rows belong to. */
export type ScoringPlace = {
  workspace: string;
  modelId: string;
  modelVersion: number;
  asOf: Date;
  scoredAt: Date;
};

/** `last`: the profile up to which the people are scored, absent without any. */
export type ScoredBlock = {
  people: number;
  last?: bigint;
  segments: Record<Level, number>;
  bytes: Uint8Array<ArrayBuffer>;
};

/** The columns of a row, in the order in which `scoreBlock` writes them. */
export const SCORE_COLUMNS = [
  ...['workspace', 'model_id', 'model_version', 'as_of', 'profile', 'score', 'probability', 'segment', 'confidence'],
  ...['predicted_conversion_date', 'category', 'signals', 'contributions', 'signal_values', 'scored_at'],
];

const PEOPLE_AT_A_TIME = 1024;

/** Scores of everybody on a page; `onPeople` hears how many are done, and is waited for. */
export async function scoreBlock(
  predictor: Predictor,
  page: FeaturePage,
  place: ScoringPlace,
  onPeople: (done: number) => void | Promise<void> = () => {},
): Promise<ScoredBlock> {
  const block = blockOf(page);
  const x = selectColumns(block.x, predictor.signals);
  const writer = openRowWriter(Math.max(4096, x.rows * 256));
  const segments: Record<Level, number> = { HIGH: 0, MEDIUM: 0, LOW: 0 };
  const write = rowsOf(predictor, place, writer, segments);
  for (let from = 0; from < x.rows; from += PEOPLE_AT_A_TIME) {
    const to = Math.min(x.rows, from + PEOPLE_AT_A_TIME);
    const part = { ...x, rows: to - from, columns: x.columns.map((column) => column.subarray(from, to)) };
    write(part, block.profiles.subarray(from, to), block.categories.slice(from, to));
    await onPeople(to);
  }
  return { people: x.rows, last: block.profiles.at(-1), segments, bytes: writer.take() };
}

function rowsOf(predictor: Predictor, place: ScoringPlace, writer: RowWriter, segments: Record<Level, number>) {
  const names = predictor.signals.map(textBytes);
  const segmentNames = { HIGH: textBytes('HIGH'), MEDIUM: textBytes('MEDIUM'), LOW: textBytes('LOW') };
  const categoryNames = new Map<string, Uint8Array>();
  const [workspace, modelId] = [textBytes(place.workspace), textBytes(place.modelId)];
  const [asOf, scoredAt] = [BigInt(place.asOf.getTime()), BigInt(place.scoredAt.getTime())];
  const row = new Float32Array(predictor.signals.length);
  const parts = new Float64Array(predictor.signals.length + 1);
  const categoryBytes = (category: string) => {
    const known = categoryNames.get(category) ?? textBytes(category);
    categoryNames.set(category, known);
    return known;
  };
  return (x: Matrix, profiles: BigUint64Array, categories: readonly string[]) => {
    const probabilities = predictor.predict(x);
    const contributions = predictor.contributionsOf(x);
    for (let r = 0; r < x.rows; r++) {
      copyRow(x, r, row);
      for (let c = 0; c < parts.length; c++) parts[c] = contributions[c][r];
      const top = topColumns(parts);
      const probability = probabilities[r];
      const score = scoreOf(probability);
      const segment = levelOf(score);
      segments[segment]++;
      writer.bytes(workspace);
      writer.bytes(modelId);
      writer.u32(place.modelVersion);
      writer.u64(asOf);
      writer.u64(profiles[r]);
      writer.u8(score);
      writer.f32(probability);
      writer.bytes(segmentNames[segment]);
      writer.f32(predictor.confidence(row, probability));
      writeDay(writer, predictor.conversionDate(probability, place.asOf));
      writer.bytes(categoryBytes(categories[r]));
      writer.length(top.length);
      for (const c of top) writer.bytes(names[c]);
      writer.length(top.length);
      for (const c of top) writer.f32(parts[c]);
      writer.length(top.length);
      for (const c of top) writer.f32(row[c]);
      writer.u64(scoredAt);
    }
  };
}

/** A nullable day: whether there is none, then days since 1970. */
function writeDay(writer: RowWriter, day: string | null): void {
  writer.u8(day === null ? 1 : 0);
  if (day !== null) writer.u16(Date.parse(day) / DAY_MS);
}
