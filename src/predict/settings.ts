// Settings of a question, with defaults filled in; every mistake is named in one error.

import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { InklingError } from '../errors.ts';

export function completeSettings<Settings>(question: string, schema: TSchema, given: object): Settings {
  const settings = Value.Default(schema, structuredClone(given));
  if (Value.Check(schema, settings)) return settings as Settings;
  const mistakes = Value.Errors(schema, settings).map((mistake) => ({
    field: mistake.instancePath.slice(1).replaceAll('/', '.') || 'settings',
    message: mistake.message,
  }));
  const text = mistakes.map(({ field, message }) => `${field} ${message}`).join('; ');
  throw new InklingError('invalid_input', `The settings of ${question} cannot be used: ${text}.`, {
    field: mistakes[0]?.field,
    value: given,
    hint: 'Leave a setting out to use its default.',
  });
}
