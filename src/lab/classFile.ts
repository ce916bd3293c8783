// A model of several classes with all that a later file needs to be read as the training file was, and its predictions as
// CSV. The same idea as modelFile.ts, with classes in place of two outcomes.
import { writeFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { brokenModel, checkModelFile, type FittedClasses, likeliest, readClasses } from '../learn/index.ts';
import { encode, Feature, unseenNotes } from './encoding.ts';
import { type Figures, judgeClasses } from './figures.ts';
import { readClassPlaces } from './label.ts';
import { checkAsked, isOfFormat, jsonIn, Training } from './savedFile.ts';
import type { Table } from './table/table.ts';

const ClassFile = Type.Object({
  format: Type.Literal('inkling-lab-classes'),
  version: Type.Literal(1),
  label: Type.Object({
    column: Type.String(),
    kind: Type.Literal('classes'),
    classes: Type.Array(Type.String(), { minItems: 2 }),
  }),
  features: Type.Array(Feature, { minItems: 1 }),
  training: Training,
  model: Type.Unknown(),
});

/** Judged rows: `y` are places of classes, `p` one column per class, `places` rows of the table. */
export type ClassScored = { places: Int32Array; y: Float32Array; p: Float64Array[] };

export type SavedClasses = Omit<Static<typeof ClassFile>, 'format' | 'version' | 'model'> & { model: FittedClasses };

export function writeClassModel(path: string, { model, ...description }: SavedClasses): void {
  const file = { format: 'inkling-lab-classes', version: 1, ...description, model: model.toJSON() };
  writeFileSync(path, `${JSON.stringify(file)}\n`);
}

/** Undefined when the file is absent or of another kind of model; throws `model_file_invalid` when it is a damaged one. */
export function readClassModel(path: string): SavedClasses | undefined {
  const json = jsonIn(path);
  if (!isOfFormat(json, 'inkling-lab-classes')) return undefined;
  const file = checkModelFile<Static<typeof ClassFile>>('classes', ClassFile, json);
  const { format: _, version: __, model: inner, ...description } = file;
  const model = readClasses(inner);
  checkAsked('classes', model.names, description.features);
  if (model.classes.join('\n') !== description.label.classes.join('\n')) {
    brokenModel('classes', 'its classes are not those of its label');
  }
  return { ...description, model };
}

/** Probabilities for every row of a table, and how good they are where it holds the label. */
export function predictClasses(saved: SavedClasses, table: Table) {
  const { x, unseen } = encode(table, saved.features);
  const notes = unseenNotes(unseen);
  const p = saved.model.predict(x);
  const isLabelled = table.columns.some(({ name }) => name === saved.label.column);
  const y = isLabelled ? readClassPlaces(table, saved.label) : undefined;
  const known = y === undefined ? [] : [...y.keys()].filter((r) => !Number.isNaN(y[r]));
  const figures: Figures | undefined =
    y === undefined || known.length === 0
      ? undefined
      : judgeClasses(
          known.map((r) => y[r]),
          p.map((column) => known.map((r) => column[r])),
        );
  return {
    scored: { places: Int32Array.from({ length: table.rows }, (_, r) => r), y, p },
    figures,
    judgedRows: known.length,
    notes,
  };
}

/** Writes `row` (from 1), the class where it is known, the most probable class, and each class's probability. */
export function writeClassPredictions(
  path: string,
  { places, y, p }: Omit<ClassScored, 'y'> & { y?: Float32Array },
  classes: readonly string[],
): void {
  const order = [...places.keys()].sort((a, b) => places[a] - places[b]);
  const header = ['row', ...(y ? ['class'] : []), 'prediction', ...classes.map((name) => `p_${name}`)];
  const lines = order.map((i) => [
    places[i] + 1,
    ...(y ? [cell(classes[y[i]] ?? '')] : []),
    cell(classes[likeliest(p, i)]),
    ...p.map((column) => column[i]),
  ]);
  writeFileSync(path, `${[header.map(cell), ...lines].map((line) => line.join(',')).join('\n')}\n`);
}

/** Quoted as in RFC 4180 where it has to be. */
const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
