// From columns of text to fields: each column's kind is recognised, its different values are brought to their normal
// form once, and every record keeps small numbers only. Where two tables are linked, their records stand in one row
// after the other.

import { InklingError } from '../../errors.ts';
import type { Comparison, TokenWeights } from './comparison.ts';
import { comparisons } from './comparisons/registry.ts';
import type { Facet, Kind, Sight } from './kind.ts';
import { kinds } from './kinds/registry.ts';

/** A column as it stands in a file: places in `texts`, −1 where nothing is written. */
export type TextColumn = { name: string; codes: Int32Array; texts: readonly string[] };
export type TextTable = { rows: number; columns: readonly TextColumn[] };

/** What a column is taken for; a model keeps this. */
export type ColumnPlan = { column: string; kind: string };

export type Field = {
  name: string;
  column: string;
  kind: Kind;
  facet: Facet;
  comparison: Comparison;
  /** Of each record the place of its value, −1 where it is missing. */
  codes: Int32Array;
  values: readonly string[];
  /** How many records have each value. */
  counts: Float64Array;
  /** Fields whose values may have been written here; they share `values`. */
  others: number[];
};

/** The places of the values record by record, so that to compare two records is to read two short rows. */
export type Cells = { width: number; places: Int32Array };

/** How many values a kind is recognised by. */
const LOOKED_AT = 500;

/** The kind of every column but those left out; `mapping` overrides, with "ignore" for none. */
export function recognise(
  tables: readonly TextTable[],
  { leave, mapping = {} }: { leave: readonly string[]; mapping?: Readonly<Record<string, string>> },
): ColumnPlan[] {
  const names = tables[0].columns.map(({ name }) => name).filter((name) => !leave.includes(name));
  const shared = names.filter((name) => tables.every(({ columns }) => columns.some((column) => column.name === name)));
  checkMapping(mapping, shared);
  const plans: ColumnPlan[] = [];
  for (const name of shared) {
    const kind = mapping[name] ?? kindOf(tables, name);
    if (kind !== undefined && kind !== 'ignore') plans.push({ column: name, kind });
  }
  return plans;
}

/** The fields of one or two tables by a plan; empty columns give none unless they are kept. */
export function encodeFields(
  tables: readonly TextTable[],
  plans: readonly ColumnPlan[],
  empty: 'drop' | 'keep' = 'drop',
): Field[] {
  const dictionaries = new Map<string, Dictionary>();
  const fields: Field[] = [];
  for (const { column, kind: kindName } of plans) {
    const kind = kindNamed(kindName);
    for (const facet of kind.facets) {
      const dictionary = kind.swapsWithin === undefined ? openDictionary() : shared(dictionaries, kind.swapsWithin);
      const codes = encode(tables, column, facet, dictionary);
      if (empty === 'drop' && !codes.some((code) => code >= 0)) continue;
      fields.push({
        ...{ name: column + facet.suffix, column, kind, facet, comparison: comparisonNamed(facet.comparison), codes },
        ...{ values: dictionary.values, counts: new Float64Array(0), others: [] },
      });
    }
  }
  fields.forEach((field, f) => {
    field.counts = new Float64Array(field.values.length);
    for (const code of field.codes) if (code >= 0) field.counts[code]++;
    fields.forEach((other, o) => {
      if (o !== f && field.kind.swapsWithin !== undefined && other.kind.swapsWithin === field.kind.swapsWithin)
        field.others.push(o);
    });
  });
  return fields;
}

/** The cells of all fields, shared with threads. */
export function cellsOf(fields: readonly Pick<Field, 'codes'>[]): Cells {
  const [width, records] = [fields.length, fields[0].codes.length];
  const places = new Int32Array(new SharedArrayBuffer(4 * width * records));
  fields.forEach(({ codes }, f) => {
    for (let r = 0, at = f; r < records; r++, at += width) places[at] = codes[r];
  });
  return { width, places };
}

/** Weights of the words of a field: the logarithm of how many records there are to one that has the word. */
export function tokenWeightsOf({ values, counts, codes }: Field): TokenWeights {
  const records = new Map<string, number>();
  values.forEach((value, v) => {
    for (const word of new Set(value.split(' '))) records.set(word, (records.get(word) ?? 0) + counts[v]);
  });
  let filled = 0;
  for (const code of codes) if (code >= 0) filled++;
  return { weightOf: (word) => Math.log(1 + filled / (records.get(word) ?? 1)) };
}

export function kindNamed(name: string): Kind {
  return kinds.find((kind) => kind.name === name) as Kind;
}

export function comparisonNamed(name: string): Comparison {
  return comparisons.find((comparison) => comparison.name === name) as Comparison;
}

function kindOf(tables: readonly TextTable[], name: string): string | undefined {
  const columns = tables.map((table) => table.columns.find((one) => one.name === name) as TextColumn);
  const filled = columns.flatMap((column) => sampleOf(column));
  if (filled.length === 0) return undefined;
  const distinct = columns.reduce((sum, { texts }) => sum + texts.length, 0);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const header = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
  const sight: Sight = { header, values: filled, distinctShare: distinct / rows, distinct };
  const sure = kinds.map((kind) => kind.fits(sight));
  const best = Math.max(...sure);
  return best > 0 ? kinds[sure.indexOf(best)].name : undefined;
}

/** Values of some records, spread over the column; taken by records, for among the different values slips are many. */
function sampleOf({ codes, texts }: TextColumn): string[] {
  const filled = codes.filter((code) => code >= 0);
  const step = Math.max(1, Math.floor(filled.length / LOOKED_AT));
  const sample: string[] = [];
  for (let i = 0; i < filled.length; i += step) sample.push(texts[filled[i]]);
  return sample;
}

function checkMapping(mapping: Readonly<Record<string, string>>, columns: readonly string[]): void {
  for (const [column, kind] of Object.entries(mapping)) {
    if (!columns.includes(column)) {
      throw new InklingError('invalid_input', `There is no column ${JSON.stringify(column)} to take for ${kind}.`, {
        ...{ field: '--columns', value: column, hint: `Columns that can be compared are ${columns.join(', ')}.` },
      });
    }
    if (kind !== 'ignore' && !kinds.some(({ name }) => name === kind)) {
      throw new InklingError('invalid_input', `${JSON.stringify(kind)} is no kind of column.`, {
        ...{ field: '--columns', value: kind, hint: `Kinds are ${kinds.map(({ name }) => name).join(', ')}, ignore.` },
      });
    }
  }
}

type Dictionary = { values: string[]; places: Map<string, number> };

function openDictionary(): Dictionary {
  return { values: [], places: new Map() };
}

function shared(dictionaries: Map<string, Dictionary>, name: string): Dictionary {
  const dictionary = dictionaries.get(name) ?? openDictionary();
  dictionaries.set(name, dictionary);
  return dictionary;
}

function encode(tables: readonly TextTable[], name: string, facet: Facet, { values, places }: Dictionary): Int32Array {
  const records = tables.reduce((sum, { rows }) => sum + rows, 0);
  // Shared, so that threads that weigh pairs read them where they are.
  const codes = new Int32Array(new SharedArrayBuffer(4 * records)).fill(-1);
  let at = 0;
  for (const { columns, rows } of tables) {
    const column = columns.find((one) => one.name === name) ?? {
      name,
      codes: new Int32Array(rows).fill(-1),
      texts: [],
    };
    const placeOfText = new Int32Array(column.texts.length);
    column.texts.forEach((text, t) => {
      const value = facet.normalise(text);
      let place = value === '' ? -1 : places.get(value);
      if (place === undefined) {
        place = values.push(value) - 1;
        places.set(value, place);
      }
      placeOfText[t] = place;
    });
    for (let row = 0; row < rows; row++) if (column.codes[row] >= 0) codes[at + row] = placeOfText[column.codes[row]];
    at += rows;
  }
  return codes;
}
