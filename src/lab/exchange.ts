// Our models in the formats of others. They take numbers only, so it is said how each input is made of its column.
import { type ForeignFormat, foreignFormats } from '../learn/index.ts';
import type { Feature } from './encoding.ts';
import type { SavedModel } from './modelFile.ts';

type Exportable = ForeignFormat & { write: NonNullable<ForeignFormat['write']> };

/** The formats in which a model can be written. */
export const exportableFormats = foreignFormats.filter((format): format is Exportable => format.write !== undefined);

/** The bytes of a model in a format, and how the inputs it takes, in their order, are made of columns. */
export function exportModel({ model, features }: SavedModel, format: string) {
  const { write } = exportableFormats.find(({ name }) => name === format) as Exportable;
  const inputs = model.names.map((name) => ({ name, reading: describeReading(features, name) }));
  return { bytes: write(model), inputs };
}

function describeReading(features: readonly Feature[], name: string): string {
  const { column, as } = features.find((feature) => feature.name === name) as Feature;
  if (as.form === 'number') return 'the number';
  if (as.form === 'category') return as.values.map((value, code) => `${code} = ${value}`).join(', ');
  if (as.form === 'days') return `days of ${column} since ${new Date(as.since).toISOString()}`;
  return as.form === 'hour' ? `hour of ${column} in UTC` : `day of the week of ${column}, Monday = 0`;
}
