// What Inkling's own ONNX files say of themselves where the format has no place for it.
import { damaged } from '../refuse.ts';
import type { OnnxModel } from './messages.ts';

export const PRODUCER = 'inkling';

/** Keys in the metadata of a file; each holds a JSON list of names of columns. */
export const METADATA = {
  names: 'inkling.names',
  categorical: 'inkling.categorical',
  zeroIsMissing: 'inkling.zeroIsMissing',
} as const;

/** The list under a key; undefined where there is none. */
export function listedIn({ metadata }: OnnxModel, key: string): string[] | undefined {
  if (metadata[key] === undefined) return undefined;
  try {
    const list: unknown = JSON.parse(metadata[key]);
    if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list;
  } catch {
    // Answered below like any other text that is no list.
  }
  damaged('ONNX', `its ${key} is no list of names`);
}
