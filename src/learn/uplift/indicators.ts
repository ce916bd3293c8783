// Categories as 0/1 columns, one for each frequent code, so that every base learner, also a linear one, can use them.
// What is rare, new or missing is 0 in all of them.
import { type Static, Type } from 'typebox';
import { type Matrix, selectColumns } from '../matrix.ts';
import { countedExperiment, type Experiment } from './experiment.ts';

/** The columns a model was trained on, and the codes that became columns of their own. */
export const Encoding = Type.Object({
  names: Type.Array(Type.String(), { minItems: 1 }),
  categories: Type.Array(Type.Object({ name: Type.String(), codes: Type.Array(Type.Integer({ minimum: 0 })) })),
});
export type Encoding = Static<typeof Encoding>;

const MOST_CODES = 40;
const LEAST_ROWS = 20;

/** Finds the frequent codes of the categorical columns. */
export function findEncoding(x: Matrix): Encoding {
  const categorical = new Set(x.categorical ?? []);
  const categories = x.names.flatMap((name, c) =>
    categorical.has(name) ? [{ name, codes: frequentCodes(x.columns[c]) }] : [],
  );
  return { names: [...x.names], categories };
}

/** The columns as numbers: amounts as they are, and in the place of a categorical column a 0/1 column per frequent code. */
export function encode(x: Matrix, encoding: Encoding): Matrix {
  const { columns } = selectColumns(x, encoding.names);
  const encoded = columnsOf(encoding, (c, code) =>
    code === undefined ? columns[c] : columns[c].map((value) => (value === code ? 1 : 0)),
  );
  return { rows: x.rows, names: encodedNames(encoding), columns: encoded };
}

/** The names of the columns that `encode` gives. */
export function encodedNames(encoding: Encoding): string[] {
  return columnsOf(encoding, (c, code) => (code === undefined ? encoding.names[c] : `${encoding.names[c]} = ${code}`));
}

function columnsOf<Made>({ names, categories }: Encoding, make: (column: number, code?: number) => Made): Made[] {
  const codesOf = new Map(categories.map(({ name, codes }) => [name, codes]));
  return names.flatMap((name, c) => codesOf.get(name)?.map((code) => make(c, code)) ?? [make(c)]);
}

/** Codes by how often they occur; those that are equally frequent by their number. */
function frequentCodes(column: Float32Array): number[] {
  const counts = new Map<number, number>();
  for (const code of column) if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= Math.min(LEAST_ROWS, column.length / 2))
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, MOST_CODES)
    .map(([code]) => code)
    .sort((a, b) => a - b);
}

/** What a learner of uplift begins with: the rows of an experiment that count, their columns encoded. */
export function openExperiment(given: Experiment): { experiment: Experiment; encoding: Encoding } {
  const counted = countedExperiment(given);
  const encoding = findEncoding(counted.x);
  return { experiment: { ...counted, x: encode(counted.x, encoding) }, encoding };
}
