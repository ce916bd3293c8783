// A model with all that a later file needs to be read as the training file was: the label, the features with their
// dictionaries, and where it came from. One JSON document, checked when it is read. A model that another library saved is
// read in its place: it then has the features it asks for by name, all of them numbers.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { InklingError } from '../errors.ts';
import { checkModelFile, type FittedModel, fromJSON, readForeignModel } from '../learn/index.ts';
import { Feature } from './encoding.ts';
import { checkAsked, isOfFormat, Outcome, Training } from './savedFile.ts';

const ModelFile = Type.Object({
  format: Type.Literal('inkling-lab'),
  version: Type.Literal(1),
  /** Absent of a model from elsewhere, as is `training`. */
  label: Type.Optional(Outcome),
  features: Type.Array(Feature, { minItems: 1 }),
  training: Type.Optional(Training),
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

/** Reads a model of the lab or of another library; throws `not_found`, or `model_file_invalid` with what is wrong. */
export function readModel(path: string): SavedModel {
  const bytes = bytesOf(path);
  const json = jsonOf(bytes);
  if (!isOfFormat(json, 'inkling-lab')) return fromElsewhere(readForeignModel(bytes));
  const {
    model: inner,
    format: _,
    version: __,
    ...description
  } = checkModelFile<Static<typeof ModelFile>>('lab', ModelFile, json);
  const model = fromJSON(inner);
  checkAsked('lab', model.names, description.features);
  return { ...description, model };
}

function fromElsewhere(model: FittedModel): SavedModel {
  return { features: model.names.map((name) => ({ name, column: name, as: { form: 'number' } })), model };
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new InklingError('not_found', `There is no model file ${path}.`, {
      field: '--model',
      hint: 'Check the path.',
      cause,
    });
  }
}

/** Undefined when the bytes are no JSON, as of a format of another library. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
