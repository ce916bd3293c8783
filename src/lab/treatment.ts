// Who was treated: a column in which one value means yes and one means no. With more than two values, such as several
// mails, both have to be named, and rows of the others are left out. Columns that differ between the arms are named: after
// a random draw nothing known before it does, so such a column was often measured afterwards and gives the outcome away.
import { InklingError } from '../errors.ts';
import type { Matrix } from '../learn/index.ts';
import { spellingOf } from './label.ts';
import { columnNamed, type Table } from './table/table.ts';

/** A column and its values for the two arms. */
export type Treatment = { column: string; treated: string; control: string };

const YES = ['1', 'yes', 'y', 'true', 't', 'treated', 'treatment', 'test'];

/** Decides which value means treated; `given` may name either value. */
export function findTreatment(table: Table, name: string, given: { treated?: string; control?: string }): Treatment {
  const column = columnNamed(table, name, '--treatment');
  const spelled = spellingOf(column);
  const values = [...new Set(column.values)].filter((value) => !Number.isNaN(value)).map(spelled);
  for (const [option, value] of [
    ['--treated', given.treated],
    ['--control', given.control],
  ] as const) {
    if (value !== undefined && !values.includes(value)) refuseValue(table, name, values, option, value);
  }
  const others = values.filter((value) => value !== given.treated && value !== given.control);
  const { treated = others.find((value) => YES.includes(value.toLowerCase())) } = given;
  const rest = others.filter((value) => value !== treated);
  const { control = rest.length === 1 ? rest[0] : undefined } = given;
  if (treated !== undefined && control !== undefined && treated !== control) return { column: name, treated, control };
  if (treated === undefined && control !== undefined && others.length === 1) {
    return { column: name, treated: others[0], control };
  }
  throw new InklingError('invalid_input', `Which values of ${name} mean treated and not is unclear.`, {
    field: '--treated',
    value: values.slice(0, 10),
    hint: 'Name one with --treated and one with --control.',
  });
}

/** 1 where a row was treated, 0 where not, NaN where it is of neither arm. */
export function readTreatment(table: Table, { column: name, treated, control }: Treatment): Float32Array {
  const column = columnNamed(table, name, '--treatment');
  const spelled = spellingOf(column);
  return Float32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return value;
    const text = spelled(value);
    return text === treated ? 1 : text === control ? 0 : Number.NaN;
  });
}

/** Differences in mean beyond this many standard errors are named: by chance one column in 2,000 shows it. */
const MOST_ERRORS = 3.5;

/** Numeric columns whose means differ between the arms more than a random draw would make them. */
export function findImbalance(x: Matrix, treated: Uint8Array): string[] {
  const categorical = new Set(x.categorical ?? []);
  return x.names.filter((name, c) => !categorical.has(name) && errorsApart(x.columns[c], treated) > MOST_ERRORS);
}

function errorsApart(column: Float32Array, treated: Uint8Array): number {
  const arms = [0, 1].map(() => ({ count: 0, mean: 0, square: 0 }));
  column.forEach((value, r) => {
    if (Number.isNaN(value)) return;
    const arm = arms[treated[r]];
    const away = value - arm.mean;
    arm.mean += away / ++arm.count;
    arm.square += away * (value - arm.mean);
  });
  const [one, other] = arms;
  const error = Math.sqrt(one.square / (one.count - 1) / one.count + other.square / (other.count - 1) / other.count);
  return Math.abs(one.mean - other.mean) / error;
}

function refuseValue(table: Table, name: string, values: string[], option: string, value: string): never {
  throw new InklingError('invalid_input', `No row of ${table.file} has ${name} = ${JSON.stringify(value)}.`, {
    field: option,
    value,
    hint: `Its values are ${values.slice(0, 10).join(', ')}${values.length > 10 ? ', …' : ''}.`,
  });
}
