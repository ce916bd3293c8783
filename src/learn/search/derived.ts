// Columns made of columns: how often each exact value occurs, and ratios and products of pairs. Trees ask one column at a
// time and need many questions for what one ratio says at once; a value that recurs to the last digit is often a default,
// a cap or a shared origin. A model on derived columns speaks of the given ones: what a derived column contributes is
// shared equally by those it was made of.
import { type Static, Type } from 'typebox';
import { boosting } from '../boosting/boosting.ts';
import { brokenModel, checkModelFile, completeModel, type FittedModel, rankGains } from '../learner.ts';
import type { Matrix } from '../matrix.ts';

const Recipe = Type.Union([
  Type.Object({
    form: Type.Literal('frequency'),
    of: Type.String(),
    values: Type.Array(Type.Number()),
    /** How many training rows hold each value. */
    counts: Type.Array(Type.Integer({ minimum: 1 })),
  }),
  Type.Object({
    form: Type.Union([Type.Literal('ratio'), Type.Literal('product')]),
    of: Type.String(),
    by: Type.String(),
  }),
]);
export type Recipe = Static<typeof Recipe>;

const DerivedFile = Type.Object({
  kind: Type.Literal('derived'),
  names: Type.Array(Type.String(), { minItems: 1 }),
  recipes: Type.Array(Recipe, { minItems: 1 }),
  model: Type.Unknown(),
});
type DerivedFile = Static<typeof DerivedFile>;

/** Columns of which pairs are made, and of which values are counted, at most: those that a quick model finds useful. */
const MOST_PAIRED = 10;
const MOST_COUNTED = 30;
const MOST_VALUES = 20_000;
const QUICK = { trees: 40, learningRate: 0.1 };

/** What to derive from these rows: none where fewer than two columns hold amounts of more than two values. */
export function findRecipes(x: Matrix, y: Float32Array): Recipe[] {
  const categorical = new Set(x.categorical);
  const amounts = x.names.filter((name, c) => !categorical.has(name) && hasSeveralValues(x.columns[c]));
  if (amounts.length < 2) return [];
  const useful = amounts.length <= MOST_PAIRED ? [...amounts].sort() : mostUseful(x, y, amounts);
  const paired = useful.slice(0, MOST_PAIRED);
  return [
    ...useful.slice(0, MOST_COUNTED).map((of) => countValues(of, columnOf(x, of))),
    ...paired.flatMap((of, i) =>
      paired.slice(i + 1).flatMap((by): Recipe[] => [
        { form: 'ratio', of, by },
        { form: 'product', of, by },
      ]),
    ),
  ];
}

function hasSeveralValues(column: Float32Array): boolean {
  const met = new Set<number>();
  for (const value of column) {
    if (!Number.isNaN(value)) met.add(value);
    if (met.size > 2) return true;
  }
  return false;
}

function mostUseful(x: Matrix, y: Float32Array, amounts: readonly string[]): string[] {
  const ranked = boosting.fit(x, y, QUICK).importance();
  return ranked.map(({ name }) => name).filter((name) => amounts.includes(name));
}

function countValues(of: string, column: Float32Array): Recipe {
  const counts = new Map<number, number>();
  for (const value of column) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const kept = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_VALUES);
  return { form: 'frequency', of, values: kept.map(([value]) => value), counts: kept.map(([, count]) => count) };
}

/**
 * The matrix with the derived columns behind the given ones. A frequency counts the *other* training rows with the value,
 * so in the rows it was counted on ('training') each row leaves itself out. What is not finite is missing.
 */
export function deriveColumns(x: Matrix, recipes: readonly Recipe[], rows: 'training' | 'later'): Matrix {
  const derived = recipes.map((recipe) => {
    const values = Float32Array.from(columnOf(x, recipe.of));
    if (recipe.form === 'frequency') {
      const frequency = frequencyOf(recipe, rows === 'training' ? 1 : 0);
      return values.map(frequency);
    }
    const by = columnOf(x, recipe.by);
    return values.map((value, r) => combine(recipe.form, value, by[r]));
  });
  return { ...x, names: [...x.names, ...recipes.map(nameOf)], columns: [...x.columns, ...derived] };
}

/** The name of the column that a recipe makes. */
export function nameOf(recipe: Recipe): string {
  if (recipe.form === 'frequency') return `${recipe.of} (frequency)`;
  return `${recipe.of} ${recipe.form === 'ratio' ? '/' : '×'} ${recipe.by} (derived)`;
}

function frequencyOf({ values, counts }: Extract<Recipe, { form: 'frequency' }>, self: number) {
  const countOf = new Map(values.map((value, i) => [value, counts[i]]));
  return (value: number) => (Number.isNaN(value) ? value : Math.max(0, (countOf.get(value) ?? 0) - self));
}

function combine(form: 'ratio' | 'product', a: number, b: number): number {
  const value = Math.fround(form === 'ratio' ? a / b : a * b);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** The model of the given columns that derives the others itself; `member` was fitted on `deriveColumns`. */
export function derivedModel(file: Omit<DerivedFile, 'model'>, member: FittedModel): FittedModel {
  const { names, recipes } = file;
  const place = new Map(names.map((name, c) => [name, c]));
  const sources = [...names.map((name) => [name]), ...recipes.map(sourcesOf)].map((of) =>
    of.map((name) => place.get(name) as number),
  );
  const widen = widenRow(recipes, place, member.names.length);
  return completeModel({
    kind: 'derived',
    names,
    link: member.link,
    rawScore: (row) => member.rawScore(widen(row)),
    rawScores: (x) => member.rawScores(deriveColumns(x, recipes, 'later')),
    contributions(row) {
      const own = member.contributions(widen(row));
      const sums = new Float64Array(names.length + 1);
      sources.forEach((of, c) => {
        for (const source of of) sums[source] += own[c] / of.length;
      });
      sums[names.length] = own[own.length - 1];
      return sums;
    },
    importance() {
      const gainOf = new Map(member.importance().map(({ name, gain }) => [name, gain]));
      const gains = new Float64Array(names.length);
      sources.forEach((of, c) => {
        for (const source of of) gains[source] += (gainOf.get(member.names[c]) as number) / of.length;
      });
      return rankGains(names, gains);
    },
    toJSON: () => ({ ...file, model: member.toJSON() }),
  });
}

function sourcesOf(recipe: Recipe): string[] {
  return recipe.form === 'frequency' ? [recipe.of] : [recipe.of, recipe.by];
}

function widenRow(recipes: readonly Recipe[], place: ReadonlyMap<string, number>, width: number) {
  const parts = recipes.map((recipe) => {
    const of = place.get(recipe.of) as number;
    if (recipe.form === 'frequency') {
      const frequency = frequencyOf(recipe, 0);
      return (row: Float32Array) => frequency(row[of]);
    }
    const by = place.get(recipe.by) as number;
    return (row: Float32Array) => combine(recipe.form, row[of], row[by]);
  });
  return (row: Float32Array) => {
    const wider = new Float32Array(width);
    wider.set(row);
    parts.forEach((part, i) => {
      wider[row.length + i] = part(row);
    });
    return wider;
  };
}

/** Reads models on derived columns. */
export const derived = {
  name: 'derived',
  read(json: unknown, readMember: (json: unknown) => FittedModel): FittedModel {
    const { model, ...file } = checkModelFile<DerivedFile>('derived', DerivedFile, json);
    const { names, recipes } = file;
    const strange = recipes.flatMap(sourcesOf).find((name) => !names.includes(name));
    if (strange !== undefined)
      brokenModel('derived', `it derives from ${JSON.stringify(strange)}, which it is not given`);
    for (const recipe of recipes) {
      if (recipe.form === 'frequency' && recipe.values.length !== recipe.counts.length) {
        brokenModel('derived', `of ${JSON.stringify(recipe.of)} it has other values than counts`);
      }
    }
    const member = readMember(model);
    const wanted = [...names, ...recipes.map(nameOf)].join('\n');
    if (member.names.join('\n') !== wanted) brokenModel('derived', 'its model was trained on other columns');
    return derivedModel(file, member);
  },
};

function columnOf(x: Matrix, name: string): Float32Array {
  return x.columns[x.names.indexOf(name)];
}
