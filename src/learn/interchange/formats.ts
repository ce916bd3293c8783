// The formats in which models come from other libraries and go to them. A format is one file and one line here; reading
// recognises it by the bytes, never by the name of a file.
import type { FittedModel } from '../learner.ts';
import { readLightgbm, recognisesLightgbm } from './lightgbm.ts';
import { readOnnx, recognisesOnnx } from './onnx/read.ts';
import { writeOnnx } from './onnx/write.ts';
import { unsupported } from './refuse.ts';
import { readXgboost, recognisesXgboost } from './xgboost.ts';

export type ForeignFormat = {
  readonly name: string;
  /** What it is and how to get such a file, in one sentence. */
  readonly sentence: string;
  /** Whether the bytes look like it; they may still be damaged. */
  recognises(bytes: Uint8Array): boolean;
  /** Throws `model_file_invalid` with the reason when the bytes are damaged or hold what Inkling does not speak. */
  read(bytes: Uint8Array): FittedModel;
  /** Absent where Inkling only reads. Throws `invalid_input` for a model the format cannot hold. */
  write?(model: FittedModel): Uint8Array;
};

export const foreignFormats: readonly ForeignFormat[] = [
  {
    name: 'xgboost',
    sentence: "XGBoost's trees: booster.save_model('model.json') or 'model.ubj'.",
    recognises: recognisesXgboost,
    read: readXgboost,
  },
  {
    name: 'lightgbm',
    sentence: "LightGBM's trees: booster.save_model('model.txt').",
    recognises: recognisesLightgbm,
    read: readLightgbm,
  },
  {
    name: 'onnx',
    sentence: 'ONNX: one ensemble of trees is read; every kind of model is written, but for isotonic calibrations.',
    recognises: recognisesOnnx,
    read: readOnnx,
    write: writeOnnx,
  },
];

/** Reads a model that another library saved; the format is recognised. Throws `model_file_invalid` with the reason. */
export function readForeignModel(bytes: Uint8Array): FittedModel {
  const format = foreignFormats.find(({ recognises }) => recognises(bytes));
  if (format === undefined) {
    const remedy = `Bring one of: ${foreignFormats.map(({ sentence }) => sentence).join(' ')}`;
    unsupported('brought', 'it is of no known format', remedy);
  }
  return format.read(bytes);
}
