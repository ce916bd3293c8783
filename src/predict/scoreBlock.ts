// From a page of features to rows of the table `scores`, reasons included, in the engine's own binary form: arithmetic
// only, so that any thread can do it, a thousand people at a time, column by column.

import { blocksOf, type FeatureBlock, type FeaturePage } from '../features/index.ts';
import { selectColumns } from '../learn/index.ts';
import { openRowWriter, type RowWriter, textBytes } from '../store/index.ts';
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

/** Not a power of two: lists so far apart would all fall into the same few lines of the processor's cache. */
const PEOPLE_AT_A_TIME = 1000;

/** Scores of everybody on a page; `onPeople` hears how many are done, and is waited for. */
export async function scoreBlock(
  predictor: Predictor,
  page: FeaturePage,
  place: ScoringPlace,
  onPeople: (done: number) => void | Promise<void> = () => {},
): Promise<ScoredBlock> {
  const writer = openRowWriter(Math.max(4096, page.bytes.length >> 2));
  const segments: Record<Level, number> = { HIGH: 0, MEDIUM: 0, LOW: 0 };
  const write = rowsOf(predictor, place, writer, segments);
  let people = 0;
  let last: bigint | undefined;
  for (const block of blocksOf(page, PEOPLE_AT_A_TIME)) {
    write(block);
    people += block.x.rows;
    last = block.profiles.at(-1);
    await onPeople(people);
  }
  return { people, last, segments, bytes: writer.take() };
}

function rowsOf(predictor: Predictor, place: ScoringPlace, writer: RowWriter, segments: Record<Level, number>) {
  const names = predictor.signals.map(textBytes);
  const segmentNames = { HIGH: textBytes('HIGH'), MEDIUM: textBytes('MEDIUM'), LOW: textBytes('LOW') };
  const categoryNames = new Map<string, Uint8Array>();
  const [workspace, modelId] = [textBytes(place.workspace), textBytes(place.modelId)];
  const [asOf, scoredAt] = [BigInt(place.asOf.getTime()), BigInt(place.scoredAt.getTime())];
  const categoryBytes = (category: string) => {
    const known = categoryNames.get(category) ?? textBytes(category);
    categoryNames.set(category, known);
    return known;
  };
  return ({ profiles, categories, x: all }: FeatureBlock) => {
    const x = selectColumns(all, predictor.signals);
    const { probabilities, contributions } = predictor.explain(x);
    const confidences = predictor.confidences(x, probabilities);
    // Of signals that move nobody here nothing is looked at person by person.
    const moving = predictor.signals.flatMap((_, c) => (movesAny(contributions[c]) ? [c] : []));
    const parts = new Float64Array(moving.length + 1);
    for (let r = 0; r < x.rows; r++) {
      for (let i = 0; i < moving.length; i++) parts[i] = contributions[moving[i]][r];
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
      writer.f32(confidences[r]);
      writeDay(writer, predictor.conversionDay(probability, place.asOf));
      writer.bytes(categoryBytes(categories[r]));
      writer.length(top.length);
      for (const i of top) writer.bytes(names[moving[i]]);
      writer.length(top.length);
      for (const i of top) writer.f32(parts[i]);
      writer.length(top.length);
      for (const i of top) writer.f32(x.columns[moving[i]][r]);
      writer.u64(scoredAt);
    }
  };
}

function movesAny(list: Float64Array): boolean {
  for (let r = 0; r < list.length; r++) if (list[r] !== 0) return true;
  return false;
}

/** A nullable day: whether there is none, then days since 1970. */
function writeDay(writer: RowWriter, day: number | null): void {
  writer.u8(day === null ? 1 : 0);
  if (day !== null) writer.u16(day);
}
