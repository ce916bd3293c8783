// How a reader says no: `model_file_invalid` with the reason, and with the way out where the file is whole but holds
// something Inkling does not speak.
import { InklingError } from '../../errors.ts';

/** Refuses a file that contradicts itself or its format. */
export function damaged(format: string, reason: string): never {
  throw new InklingError('model_file_invalid', `The ${format} file cannot be read: ${reason}.`, {
    hint: 'Save the model again in the library that trained it.',
  });
}

/** Refuses a sound file whose model has no counterpart here; `remedy` says what to do instead. */
export function unsupported(format: string, reason: string, remedy: string): never {
  throw new InklingError('model_file_invalid', `The ${format} model cannot be used: ${reason}.`, { hint: remedy });
}
