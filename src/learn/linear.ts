// What logistic and ridge regression share: columns squashed and standardised, and a model that adds up one term per
// column. A missing value stands at the column's mean; where values were missing in training, an extra 0/1 column learns
// what their absence says, so nothing is silent. Of a column of categories the common ones have a 0/1 column each
// (oneHot.ts), and the saved term looks up one number per code.
import { type Static, Type } from 'typebox';
import { brokenModel, completeModel, type FittedModel, rankGains } from './learner.ts';
import type { Link } from './link.ts';
import { type Matrix, sortedPlaces } from './matrix.ts';
import { findLevels, type Levels, levelColumns } from './oneHot.ts';
import { applySquash, findSquash, isCode, Squash, squashFunction, type Transform } from './squash.ts';

/** What one column adds to the raw score, as it is saved. */
export const Term = Type.Object({
  name: Type.String(),
  squash: Squash,
  mean: Type.Number(),
  deviation: Type.Number({ exclusiveMinimum: 0 }),
  coefficient: Type.Number(),
  /** Share of the training rows without a value; what a row gets beside its product, and without a value instead of it. */
  missingShare: Type.Number({ minimum: 0, maximum: 1 }),
  whenKnown: Type.Number(),
  whenMissing: Type.Number(),
  /** Mean absolute contribution over the training rows. */
  gain: Type.Number({ minimum: 0 }),
});
export type Term = Static<typeof Term>;

/** An intercept and one term per column: the saved form of every linear model. */
export type LinearFile = { kind: string; intercept: number; terms: Term[] };

/** The model that adds up its terms; refuses terms that contradict themselves. */
export function linearModel(file: LinearFile, link: Link): FittedModel {
  const { kind, intercept, terms } = file;
  for (const { name, squash } of terms)
    if (!risesOrIsPlain(squash)) brokenModel(kind, `the scale of ${JSON.stringify(name)} does not rise`);
  const names = terms.map(({ name }) => name);
  const parts = terms.map(({ squash, mean, deviation, coefficient, whenKnown, whenMissing }) => {
    const scale = squashFunction(squash);
    const slope = coefficient / deviation;
    return (value: number) => {
      const scaled = scale(value);
      return Number.isNaN(scaled) ? whenMissing : (scaled - mean) * slope + whenKnown;
    };
  });
  return completeModel({
    kind,
    names,
    link,
    rawScore(row) {
      let score = intercept;
      for (let c = 0; c < parts.length; c++) score += parts[c](row[c]);
      return score;
    },
    rawScores(x) {
      const scores = new Float64Array(x.rows).fill(intercept);
      for (let c = 0; c < parts.length; c++) {
        const [part, column] = [parts[c], x.columns[c]];
        for (let r = 0; r < scores.length; r++) scores[r] += part(column[r]);
      }
      return scores;
    },
    contributions: (row) => Float64Array.from({ length: parts.length + 1 }, (_, c) => parts[c]?.(row[c]) ?? intercept),
    explain(x) {
      const scores = new Float64Array(x.rows).fill(intercept);
      const contributions = parts.map((part, c) => {
        const column = x.columns[c];
        const list = new Float64Array(x.rows);
        for (let r = 0; r < list.length; r++) {
          list[r] = part(column[r]);
          scores[r] += list[r];
        }
        return list;
      });
      return { scores, contributions: [...contributions, new Float64Array(x.rows).fill(intercept)] };
    },
    importance: () =>
      rankGains(
        names,
        terms.map(({ gain }) => gain),
      ),
    toJSON: () => file,
  });
}

function risesOrIsPlain(squash: Squash): boolean {
  if (squash.scale === 'value' || squash.scale === 'log') return true;
  const { scores } = squash;
  const values = squash.scale === 'quantile' ? squash.values : squash.codes;
  return values.length === scores.length && values.every((v, i) => i === 0 || v > values[i - 1]);
}

/**
 * Standardised columns, missing at 0, then the standardised 0/1 columns: one for each further category, and one for each
 * column that has missing values. At the place of a column of categories stands its first one.
 */
export type Design = {
  rows: number;
  columns: Float64Array[];
  terms: (Scale & Pick<Term, 'missingShare'>)[];
  /** For each term, the place of its missing-value column in `columns`, or −1. */
  indicators: number[];
  /** For each term of categories, its levels with their places in `columns`. */
  levels: (PlacedLevels | undefined)[];
};

type PlacedLevels = Levels & { places: number[] };

/** How one column is put on a comparable scale, as it is saved. */
export const Scale = Type.Object({
  name: Type.String(),
  squash: Squash,
  mean: Type.Number(),
  deviation: Type.Number({ exclusiveMinimum: 0 }),
});
export type Scale = Static<typeof Scale>;

/** Looks at each column and decides how to scale it. */
export function findScales(x: Matrix, transform: Transform, weights?: Float32Array): Scale[] {
  return x.columns.map((column, c) => {
    const squash = findSquash(column, transform);
    return { name: x.names[c], squash, ...moments(applySquash(column, squash), weights) };
  });
}

/** The column on its scale, with a missing value at the mean, 0. */
export function scaleColumn(column: Float32Array, scale: Scale): Float64Array {
  const values = applySquash(column, scale.squash);
  centre(values, scale);
  return values;
}

/** Puts the columns of a matrix (in the order of `sortColumns`) on comparable scales. */
export function standardise(x: Matrix, transform: Transform, weights?: Float32Array): Design {
  const design: Design = { rows: x.rows, columns: [], terms: [], indicators: [], levels: [] };
  const further: Float64Array[] = [];
  const addFurther = (column: Float64Array) => x.columns.length + further.push(centred(column, weights)) - 1;
  x.columns.forEach((column, c) => {
    const isCategory = x.categorical?.includes(x.names[c]) ?? false;
    const absent = absenceIn(column, isCategory);
    const missingShare = moments(absent, weights).mean;
    const levels = isCategory ? findLevels(column, weights) : undefined;
    design.levels.push(levels && placeLevels(design, column, levels, addFurther, weights));
    if (levels === undefined) {
      const squash = findSquash(column, transform);
      const values = applySquash(column, squash);
      const spread = moments(values, weights);
      centre(values, spread);
      design.columns.push(values);
      design.terms.push({ name: x.names[c], squash, ...spread, missingShare });
    } else {
      design.terms.push({ name: x.names[c], squash: { scale: 'value' }, mean: 0, deviation: 1, missingShare });
    }
    const varies = missingShare > 0 && missingShare < 1;
    design.indicators.push(varies ? addFurther(absent) : -1);
  });
  design.columns.push(...further);
  return design;
}

/** 1 where a row has no value, or none that is a category. A plain loop: `from` with a function takes ten times as long. */
function absenceIn(column: Float32Array, isCategory: boolean): Float64Array {
  const absent = new Float64Array(column.length);
  for (let r = 0; r < column.length; r++) absent[r] = Number(isCategory ? !isCode(column[r]) : Number.isNaN(column[r]));
  return absent;
}

/** Puts the first level at the place of its column and the others further behind. */
function placeLevels(
  { columns, rows }: Design,
  column: Float32Array,
  levels: Levels,
  addFurther: (column: Float64Array) => number,
  weights?: Float32Array,
): PlacedLevels {
  const [first = new Float64Array(rows), ...others] = levelColumns(column, levels);
  const place = columns.push(centred(first, weights)) - 1;
  return { ...levels, places: [place, ...others.map(addFurther)] };
}

function centred(column: Float64Array, weights?: Float32Array): Float64Array {
  centre(column, moments(column, weights));
  return column;
}

/** Standardises in place; a missing value becomes 0, the mean. */
function centre(column: Float64Array, { mean, deviation }: { mean: number; deviation: number }): void {
  for (let r = 0; r < column.length; r++) column[r] = Number.isNaN(column[r]) ? 0 : (column[r] - mean) / deviation;
}

/** Weighted mean and standard deviation of the known values; a constant column gets the deviation 1. */
function moments(column: Float64Array, weights?: Float32Array): { mean: number; deviation: number } {
  let mass = 0;
  let mean = 0;
  let square = 0;
  for (let r = 0; r < column.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    if (Number.isNaN(column[r]) || weight === 0) continue;
    // Welford's update: no cancellation when the mean is far from zero.
    mass += weight;
    const away = column[r] - mean;
    mean += (weight / mass) * away;
    square += weight * away * (column[r] - mean);
  }
  const deviation = mass > 0 ? Math.sqrt(square / mass) : 0;
  return { mean, deviation: deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? deviation : 1 };
}

/** The terms of coefficients found on a design, in the order of `names`, the columns as the caller listed them. */
export function termsInOrder(
  names: readonly string[],
  design: Design,
  coefficients: Float64Array,
  weights?: Float32Array,
): Term[] {
  const terms = nameTerms(design, coefficients, weights);
  return Array.from(sortedPlaces(names), (place) => terms[place]);
}

/** Folds each missing-value column into the term it belongs to, so that a term is 0 on average over the training rows. */
function nameTerms(design: Design, coefficients: Float64Array, weights?: Float32Array): Term[] {
  return design.terms.map((term, c) => {
    const share = term.missingShare;
    const indicator = design.indicators[c];
    const effect = indicator < 0 ? 0 : coefficients[indicator] / Math.sqrt(share * (1 - share));
    const named = {
      ...term,
      coefficient: coefficients[c],
      whenKnown: -share * effect,
      whenMissing: (1 - share) * effect,
    };
    const levels = design.levels[c];
    if (levels !== undefined) return categoryTerm(named, levels, coefficients);
    const absent = indicator < 0 ? undefined : design.columns[indicator];
    return { ...named, gain: meanAbsolute(named, design.columns[c], absent, weights) };
  });
}

function meanAbsolute(
  { coefficient, whenKnown, whenMissing }: Omit<Term, 'gain'>,
  column: Float64Array,
  absent: Float64Array | undefined,
  weights?: Float32Array,
): number {
  let sum = 0;
  let mass = 0;
  for (let r = 0; r < column.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    // A standardised 0/1 column is above zero exactly where the value is missing.
    const missing = absent !== undefined && absent[r] > 0;
    sum += weight * Math.abs(missing ? whenMissing : column[r] * coefficient + whenKnown);
    mass += weight;
  }
  return sum / mass;
}

/** The term that looks up what each category adds: its own effect less the mean effect of all. */
function categoryTerm(term: Omit<Term, 'gain'>, levels: PlacedLevels, coefficients: Float64Array): Term {
  const { codes, shares, places, hasOther } = levels;
  const effects = shares.map((share, level) => {
    const deviation = Math.sqrt(share * (1 - share));
    return deviation > 0 ? coefficients[places[level]] / deviation : 0;
  });
  const mean = effects.reduce((sum, effect, level) => sum + shares[level] * effect, 0);
  const scores = effects.map((effect) => effect - mean);
  const squash: Squash = {
    scale: 'category',
    codes: [...codes],
    scores: scores.slice(0, codes.length),
    other: hasOther ? scores[codes.length] : 0,
  };
  const whenMissing = term.whenMissing - mean;
  const gain = scores.reduce((sum, score, level) => sum + shares[level] * Math.abs(score + term.whenKnown), 0);
  return { ...term, squash, coefficient: 1, whenMissing, gain: gain + term.missingShare * Math.abs(whenMissing) };
}
