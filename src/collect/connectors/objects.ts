// Records of exports as objects: NDJSON has them, Parquet gives the cells of a row, and warehouses keep what was nested
// as JSON text. 64-bit integers of Parquet become numbers where they fit and text where they do not.

import { hash } from 'node:crypto';
import { type Fields, fieldsOf } from '../fields.ts';
import { isBlank } from './cells.ts';
import type { RawRecord } from './connector.ts';

/** The record by column, whatever the file is. */
export function objectOf(record: RawRecord, header: readonly string[]): Fields {
  if (!Array.isArray(record)) return record as Fields;
  const cells = record as readonly unknown[];
  return Object.fromEntries(header.map((name, i) => [name, plain(cells[i])]));
}

/** An object, or the JSON text of one; empty when it is neither. */
export function unpacked(value: unknown): Fields {
  return typeof value === 'string' ? fieldsOf(parsed(value)) : fieldsOf(value);
}

/** A list, or the JSON text of one; empty when it is neither. */
export function listOf(value: unknown): readonly unknown[] {
  const list = typeof value === 'string' ? parsed(value) : value;
  return Array.isArray(list) ? list : [];
}

/** JSON text as its value; any other text as it is. */
export function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The fields that say something. */
export function withoutBlanks(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([key, value]) => key !== '__proto__' && !isBlank(value)));
}

/** An id for events that have none of their own: the same event has the same id in every export. */
export function idFrom(source: string, ...parts: readonly unknown[]): string {
  return `${source}_${hash('sha256', JSON.stringify(parts.map(String))).slice(0, 24)}`;
}

/** Typed cells of Parquet as JSON would have them. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
