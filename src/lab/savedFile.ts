// What the files of all models of the lab have in common: where they come from, and that a model asks for nothing but the
// features that are described beside it.
import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { brokenModel } from '../learn/index.ts';
import type { Feature } from './encoding.ts';

/** What a label or an outcome was read as: one value against the others, or an amount. */
export const Outcome = Type.Union([
  Type.Object({
    column: Type.String(),
    kind: Type.Literal('outcome'),
    positive: Type.String(),
    negative: Type.Optional(Type.String()),
  }),
  Type.Object({ column: Type.String(), kind: Type.Literal('amount') }),
]);

export const Training = Type.Object({
  file: Type.String(),
  rows: Type.Integer({ minimum: 1 }),
  learner: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
  seed: Type.Integer(),
});

/** The JSON in a file; undefined when it is absent or holds none. */
export function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

export function isOfFormat(json: unknown, format: string): boolean {
  return typeof json === 'object' && json !== null && 'format' in json && json.format === format;
}

/** Refuses a file whose model asks for a column that is none of its features. */
export function checkAsked(kind: string, asked: readonly string[], features: readonly Feature[]): void {
  const names = features.map(({ name }) => name);
  const strange = asked.find((name) => !names.includes(name));
  if (strange !== undefined) brokenModel(kind, `it asks for ${JSON.stringify(strange)}, which is none of its features`);
}
