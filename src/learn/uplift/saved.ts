// Models inside a saved uplift model: each is read through the registry of learners and must know no column that the
// uplift model cannot give it.
import { Type } from 'typebox';
import { brokenModel, type FittedModel } from '../learner.ts';
import { fromJSON } from '../registry.ts';
import { type Encoding, encodedNames } from './indicators.ts';

/** Remarks for the reader of a model's answers. */
export const Notes = Type.Array(Type.String());

/** Reads a model inside the uplift model `kind`; `more` are the columns beside the encoded ones. */
export function readInner(kind: string, json: unknown, encoding: Encoding, more: readonly string[] = []): FittedModel {
  const model = fromJSON(json);
  const known = new Set([...encodedNames(encoding), ...more]);
  const strange = model.names.find((name) => !known.has(name));
  if (strange !== undefined) brokenModel(kind, `a model inside it asks for the column ${JSON.stringify(strange)}`);
  return model;
}
