// A model with all that a later file needs to be read as the training file was: the label, the features with their
// dictionaries, and where it came from. One JSON document, checked when it is read.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { InklingError } from '../errors.ts';
import { brokenModel, checkModelFile, type FittedModel, fromJSON } from '../learn/index.ts';
import { Feature } from './encoding.ts';

const ModelFile = Type.Object({
  format: Type.Literal('inkling-lab'),
  version: Type.Literal(1),
  label: Type.Union([
    Type.Object({
      column: Type.String(),
      kind: Type.Literal('outcome'),
      positive: Type.String(),
      negative: Type.Optional(Type.String()),
    }),
    Type.Object({ column: Type.String(), kind: Type.Literal('amount') }),
  ]),
  features: Type.Array(Feature, { minItems: 1 }),
  training: Type.Object({
    file: Type.String(),
    rows: Type.Integer({ minimum: 1 }),
    learner: Type.String(),
    settings: Type.Record(Type.String(), Type.Unknown()),
    seed: Type.Integer(),
  }),
  model: Type.Unknown(),
});

/** What is known of a saved model beside the model itself. */
export type Description = Omit<Static<typeof ModelFile>, 'format' | 'version' | 'model'>;
export type SavedModel = Description & { model: FittedModel };

export function writeModel(path: string, { model, ...description }: SavedModel): void {
  writeFileSync(
    path,
    `${JSON.stringify({ format: 'inkling-lab', version: 1, ...description, model: model.toJSON() })}\n`,
  );
}

/** Reads a saved model; throws `not_found`, or `model_file_invalid` with what is wrong. */
export function readModel(path: string): SavedModel {
  const {
    model: json,
    format: _,
    version: __,
    ...description
  } = checkModelFile<Static<typeof ModelFile>>('lab', ModelFile, readJson(path));
  const model = fromJSON(json);
  const names = description.features.map(({ name }) => name);
  const strange = model.names.find((name) => !names.includes(name));
  if (strange !== undefined)
    brokenModel('lab', `it asks for ${JSON.stringify(strange)}, which is none of its features`);
  return { ...description, model };
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InklingError('not_found', `There is no model file ${path}.`, {
      field: '--model',
      hint: 'Check the path.',
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch {
    brokenModel('lab', `${path} is not JSON`);
  }
}
