// Reading fields of which nothing is known but that they came as JSON: an object or none, text, a number.

export type Fields = Readonly<Record<string, unknown>>;

export const noFields: Fields = Object.freeze({});

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : noFields;
}

export function shortText(value: unknown): string {
  const text = textOf(value);
  return text.length > 200 ? text.slice(0, 200).toWellFormed() : text;
}

/** A finite number, also from text such as '12.50'; undefined when it is none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Text as it can be stored: numbers are written out, halves of surrogate pairs are replaced. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}
