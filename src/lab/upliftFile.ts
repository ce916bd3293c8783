// An uplift model with all that a later file needs to be read as the training file was, and its predictions as CSV. The
// same idea as modelFile.ts, with a treatment beside the outcome.
import { writeFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { checkModelFile, type FittedUplift, upliftFromJSON } from '../learn/index.ts';
import { encode, Feature, unseenNotes } from './encoding.ts';
import { checkAsked, isOfFormat, jsonIn, Outcome, Training } from './savedFile.ts';
import type { Table } from './table/table.ts';

const UpliftFile = Type.Object({
  format: Type.Literal('inkling-lab-uplift'),
  version: Type.Literal(1),
  outcome: Outcome,
  treatment: Type.Object({ column: Type.String(), treated: Type.String(), control: Type.String() }),
  features: Type.Array(Feature, { minItems: 1 }),
  training: Training,
  model: Type.Unknown(),
});

export type SavedUplift = Omit<Static<typeof UpliftFile>, 'format' | 'version' | 'model'> & { model: FittedUplift };

export function writeUpliftModel(path: string, { model, ...description }: SavedUplift): void {
  const file = { format: 'inkling-lab-uplift', version: 1, ...description, model: model.toJSON() };
  writeFileSync(path, `${JSON.stringify(file)}\n`);
}

/** Undefined when the file is absent or not of an uplift model; throws `model_file_invalid` when it is a damaged one. */
export function readUpliftModel(path: string): SavedUplift | undefined {
  const json = jsonIn(path);
  if (!isOfFormat(json, 'inkling-lab-uplift')) return undefined;
  const file = checkModelFile<Static<typeof UpliftFile>>('uplift', UpliftFile, json);
  const { format: _, version: __, model: inner, ...description } = file;
  const model = upliftFromJSON(inner);
  checkAsked('uplift', model.names, description.features);
  return { ...description, model };
}

/** The uplift of every row of a table, and what has to be said about it. */
export function predictUplift(saved: SavedUplift, table: Table): { uplift: Float64Array; notes: string[] } {
  const { x, unseen } = encode(table, saved.features);
  const notes = unseenNotes(unseen);
  return { uplift: saved.model.predict(x), notes: [...notes, ...saved.model.notes] };
}

/** Rows with their uplift; `places` are rows of the file (all of them if absent), the arms and outcomes where known. */
export type UpliftRows = {
  uplift: Float64Array;
  places?: Int32Array;
  treated?: Uint8Array;
  y?: Float32Array;
};

/** Writes `row` (from 1, the header not counted), arm and outcome where they are known, and uplift. */
export function writeUplifts(path: string, { uplift, places, treated, y }: UpliftRows): void {
  const columns = [
    { name: 'row', of: (i: number) => (places === undefined ? i : places[i]) + 1 },
    ...(treated ? [{ name: 'treated', of: (i: number) => treated[i] }] : []),
    ...(y ? [{ name: 'outcome', of: (i: number) => y[i] }] : []),
    { name: 'uplift', of: (i: number) => uplift[i] },
  ];
  const lines = Array.from(uplift, (_, i) => columns.map(({ of }) => of(i)).join(','));
  writeFileSync(path, `${[columns.map(({ name }) => name).join(','), ...lines].join('\n')}\n`);
}
