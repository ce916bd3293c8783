// A column as it grows, cell by cell, and finds out what it holds: numbers or dates while every cell is one, text with a
// dictionary from the first cell that is neither. Cells stay eight bytes each whatever they hold, in pieces that are
// never moved, so a table needs its own size and no more.
import { readDecimal, textOf } from './decimal.ts';

/** A column of a table. Missing cells are NaN. */
export type Column = {
  name: string;
  kind: 'number' | 'date' | 'text';
  /** Numbers; moments in milliseconds; or places in `texts`. */
  values: Float64Array;
  /** Different texts in the order in which they were met; empty for numbers and dates. */
  texts: readonly string[];
  /** Cells that spell a number, and how many different ones there are among the texts. */
  numbers: number;
  /** The first cell that is neither a number nor missing. */
  firstText: { line: number; value: string } | undefined;
  /** Nearly every text is different: they were not kept, and their cells are missing. */
  tooManyTexts: boolean;
};

export type ColumnBuilder = {
  addBytes(bytes: Uint8Array, start: number, end: number, line: number): void;
  /** A value that is no text by itself: from Parquet. */
  addValue(value: unknown, line: number): void;
  finish(): Column;
};

/** Texts that stand for a missing cell, besides the empty one: those of pandas, and "?". */
export const MISSING_TEXTS = ['NA', 'N/A', 'n/a', 'NaN', 'nan', 'null', 'NULL', 'None', '#N/A', '?'];

const MOST_TEXTS = 200_000;

export function createColumn(name: string, missing: ReadonlySet<string>): ColumnBuilder {
  const values = createValues();
  const missingNumbers = new Set([...missing].map(Number).filter((number) => !Number.isNaN(number)));
  const codes = new Map<string, number>();
  let kind: Column['kind'] | undefined;
  let numbers = 0;
  let firstText: Column['firstText'];
  let tooManyTexts = false;

  function codeOf(text: string): number {
    const known = codes.get(text);
    if (known !== undefined) return known;
    if (codes.size >= MOST_TEXTS) {
      tooManyTexts = true;
      return Number.NaN;
    }
    codes.set(text, codes.size);
    return codes.size - 1;
  }

  function add(value: number, spells: 'number' | 'date', line: number): void {
    if (spells === 'number') numbers++;
    kind ??= spells;
    if (kind !== spells && kind !== 'text') becomeText();
    if (spells === 'date') firstText ??= { line, value: spell(value, 'date') };
    values.push(kind === 'text' ? codeOf(spell(value, spells)) : value);
  }

  function addNumber(value: number, line: number): void {
    if (Number.isNaN(value) || (missingNumbers.size > 0 && missingNumbers.has(value))) values.push(Number.NaN);
    else add(value, 'number', line);
  }

  function becomeText(): void {
    const was = kind;
    kind = 'text';
    if (was === 'number' || was === 'date') values.replace((value) => codeOf(spell(value, was)));
  }

  function addText(text: string, line: number): void {
    if (text === '' || missing.has(text)) {
      values.push(Number.NaN);
      return;
    }
    const moment = readDate(text);
    if (moment !== undefined) {
      add(moment, 'date', line);
      return;
    }
    firstText ??= { line, value: text };
    if (kind !== 'text') becomeText();
    values.push(codeOf(text));
  }

  return {
    addBytes(bytes, start, end, line) {
      const number = start === end ? undefined : readDecimal(bytes, start, end);
      if (number === undefined) addText(textOf(bytes, start, end), line);
      else addNumber(number, line);
    },
    addValue(value, line) {
      if (typeof value === 'number' || typeof value === 'bigint') {
        addNumber(Number(value), line);
      } else if (value instanceof Date) add(value.getTime(), 'date', line);
      else addText(value === null || value === undefined ? '' : String(value).trim(), line);
    },
    finish: () => ({
      name,
      kind: kind ?? 'number',
      values: values.take(),
      texts: [...codes.keys()],
      numbers,
      firstText,
      tooManyTexts,
    }),
  };
}

/** A number or moment in one and the same spelling, so that a column of codes reads alike in every file. */
export function spell(value: number, kind: 'number' | 'date'): string {
  return kind === 'number' ? String(value) : new Date(value).toISOString();
}

const DATE = /^\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** The moment of a date in the order year, month, day; without a zone in UTC. */
function readDate(text: string): number | undefined {
  if (text.length < 10) return undefined;
  const first = text.charCodeAt(0);
  if (first < 48 || first > 57) return undefined;
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const iso = `${text.slice(0, 10).replaceAll('/', '-')}${text.length > 10 ? `T${text.slice(11)}` : ''}`;
  const moment = Date.parse(text.length > 10 && match[1] === undefined ? `${iso}Z` : iso);
  return Number.isNaN(moment) ? undefined : moment;
}

const PIECE = 1 << 16;

function createValues() {
  let pieces: Float64Array[] = [];
  let length = 0;
  return {
    push(value: number): void {
      if (length === pieces.length * PIECE) pieces.push(new Float64Array(PIECE));
      pieces[pieces.length - 1][length++ & (PIECE - 1)] = value;
    },
    /** Changes every value that is not missing. */
    replace(change: (value: number) => number): void {
      for (let i = 0; i < length; i++) {
        const piece = pieces[i >>> 16];
        const value = piece[i & (PIECE - 1)];
        if (!Number.isNaN(value)) piece[i & (PIECE - 1)] = change(value);
      }
    },
    /** All values in one array; the pieces are let go. */
    take(): Float64Array {
      const all = new Float64Array(length);
      pieces.forEach((piece, p) => {
        all.set(piece.subarray(0, Math.min(PIECE, length - p * PIECE)), p * PIECE);
      });
      pieces = [];
      return all;
    },
  };
}
