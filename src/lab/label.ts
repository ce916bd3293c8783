// What is to be predicted: a column of two values becomes yes and no, a column of numbers an amount. Which of two values
// is the positive one is a convention, so the answer always says which was taken and why.
import { InklingError } from '../errors.ts';
import { type Column, spell } from './table/column.ts';
import { columnNamed, type Table } from './table/table.ts';

/** Yes or no by two values, or an amount. `negative` undefined: everything but the positive value. */
export type Label =
  | { column: string; kind: 'outcome'; positive: string; negative?: string }
  | { column: string; kind: 'amount' };

/** Several classes, in the order of their names. */
export type ClassLabel = { column: string; kind: 'classes'; classes: string[] };

/** Values that usually mean yes, in lower case. */
const YES = ['1', 'yes', 'y', 'true', 't', 'positive', 'pos'];

/** Decides what a label column means; `note` says it in a sentence. */
export function findLabel(table: Table, name: string, positive?: string): { label: Label; note: string } {
  const column = columnNamed(table, name, '--label');
  const counts = countValues(column);
  if (positive !== undefined) return withPositive(table, name, counts, positive);
  if (counts.size < 2) {
    const only = counts.size === 0 ? 'no value' : `only the value ${JSON.stringify([...counts.keys()][0])}`;
    throw new InklingError('too_little_data', `The label ${JSON.stringify(name)} of ${table.file} holds ${only}.`, {
      field: '--label',
      hint: 'Give rows with both outcomes, or another label.',
    });
  }
  if (counts.size === 2) {
    const [value, reason] = choosePositive(counts);
    const negative = [...counts.keys()].find((other) => other !== value);
    return {
      label: { column: name, kind: 'outcome', positive: value, negative },
      note: sayPositive(name, value, reason),
    };
  }
  if (column.kind === 'number') {
    const note = `${name} holds ${counts.size} different numbers and is predicted as an amount.`;
    return { label: { column: name, kind: 'amount' }, note };
  }
  refuseClasses(table, name, counts);
}

const MOST_CLASSES = 100;

/** The classes of a label of three values or more: of one of texts, or whatever it holds where that is `asked` for. */
export function findClasses(table: Table, name: string, asked: 'asked' | 'texts'): ClassLabel | undefined {
  const column = columnNamed(table, name, '--label');
  if (asked === 'texts' && column.kind !== 'text') return undefined;
  const counts = countValues(column);
  if (counts.size < 3 && asked === 'texts') return undefined;
  if (counts.size < 2 || counts.size > MOST_CLASSES) {
    throw new InklingError(
      'invalid_input',
      `The label ${JSON.stringify(name)} of ${table.file} has ${counts.size} values.`,
      {
        field: '--label',
        hint: `Classes are 2 to ${MOST_CLASSES}.`,
      },
    );
  }
  return { column: name, kind: 'classes', classes: [...counts.keys()].sort() };
}

/** For each row the place of its class, NaN where the label is missing. */
export function readClassPlaces(table: Table, { column: name, classes }: ClassLabel): Float32Array {
  const column = columnNamed(table, name, '--label');
  const spelled = spellingOf(column);
  const places = new Map(classes.map((value, place) => [value, place]));
  return Float32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return value;
    const place = places.get(spelled(value));
    if (place !== undefined) return place;
    throw new InklingError(
      'invalid_input',
      `${table.file}, label ${JSON.stringify(name)}: it holds ${JSON.stringify(spelled(value))}, a class that is not known.`,
      { hint: `Known are ${classes.slice(0, 20).join(', ')}.` },
    );
  });
}

/** The outcome of each row (1, 0 or the amount), NaN where the label is missing. */
export function readOutcomes(table: Table, label: Label): Float32Array {
  const column = columnNamed(table, label.column, '--label');
  if (label.kind === 'amount') {
    if (column.kind === 'number') return Float32Array.from(column.values);
    const { line, value } = column.firstText ?? { line: 1, value: '' };
    throw new InklingError(
      'invalid_input',
      `${table.file}, line ${line}, label ${JSON.stringify(label.column)}: ${JSON.stringify(value)} is not a number.`,
      { hint: 'Correct the cell, or name it as a missing value with --missing.' },
    );
  }
  const outcomeOf = new Map([...countValues(column).keys()].map((value) => [value, outcomeOfValue(label, value)]));
  for (const [value, outcome] of outcomeOf) {
    if (outcome !== undefined) continue;
    const known = `${JSON.stringify(label.positive)} and ${JSON.stringify(label.negative)}`;
    throw new InklingError(
      'invalid_input',
      `${table.file}, label ${JSON.stringify(label.column)}: it holds ${JSON.stringify(value)}, and the model knows ${known}.`,
      { hint: 'Correct the cells, or name them as missing with --missing.' },
    );
  }
  const spelled = spellingOf(column);
  return Float32Array.from(column.values, (value) =>
    Number.isNaN(value) ? Number.NaN : (outcomeOf.get(spelled(value)) as number),
  );
}

function outcomeOfValue(label: Label & { kind: 'outcome' }, value: string): number | undefined {
  if (value === label.positive) return 1;
  return label.negative === undefined || value === label.negative ? 0 : undefined;
}

/** How a cell of the column is written. */
export function spellingOf({ kind, texts }: Column): (value: number) => string {
  return kind === 'text' ? (value) => texts[value] : (value) => spell(value, kind);
}

/** Values of a column and how many rows hold them, in the order in which they come. */
function countValues(column: Column): Map<string, number> {
  const counts = new Map<number, number>();
  for (const value of column.values) {
    if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const spelled = spellingOf(column);
  return new Map(Array.from(counts, ([value, count]) => [spelled(value), count]));
}

function choosePositive(counts: Map<string, number>): [value: string, reason: string] {
  const [first, second] = counts.keys();
  const usual = [first, second].filter((value) => YES.includes(value.toLowerCase()));
  if (usual.length === 1) return [usual[0], 'it reads like a yes'];
  const [a, b] = [counts.get(first) as number, counts.get(second) as number];
  if (a !== b) return [a < b ? first : second, 'it is the rarer one'];
  return [[first, second].sort()[1], 'both are equally frequent, and it comes last by name'];
}

function sayPositive(name: string, value: string, reason: string): string {
  return `${name} = ${JSON.stringify(value)} is the positive outcome: ${reason} (--positive takes the other).`;
}

function withPositive(table: Table, name: string, counts: Map<string, number>, positive: string) {
  if (!counts.has(positive)) {
    const some = [...counts.keys()].slice(0, 10).map((value) => JSON.stringify(value));
    throw new InklingError('invalid_input', `No row of ${table.file} has ${name} = ${JSON.stringify(positive)}.`, {
      field: '--positive',
      value: positive,
      hint: `Its values are ${some.join(', ')}${counts.size > 10 ? ', …' : ''}.`,
    });
  }
  const others = [...counts.keys()].filter((value) => value !== positive);
  const rest = others.length === 1 ? {} : { note: ` against ${others.length} other values` };
  const label: Label = {
    column: name,
    kind: 'outcome',
    positive,
    ...(others.length === 1 ? { negative: others[0] } : {}),
  };
  return { label, note: `${name} = ${JSON.stringify(positive)} is the positive outcome${rest.note ?? ''}.` };
}

function refuseClasses(table: Table, name: string, counts: Map<string, number>): never {
  const some = [...counts.keys()].slice(0, 6).map((value) => JSON.stringify(value));
  throw new InklingError(
    'invalid_input',
    `The label ${JSON.stringify(name)} of ${table.file} has ${counts.size} classes (${some.join(', ')}${counts.size > 6 ? ', …' : ''}); this tells two apart.`,
    {
      field: '--label',
      hint: 'Use lab fit with boosting, or name one of them with --positive to hold it against the rest.',
    },
  );
}
