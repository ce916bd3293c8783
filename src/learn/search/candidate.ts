// A candidate of a search: a learner with settings, told which columns to see and how many seeds to average. It is fitted
// on whatever rows it is given, and all it derives from them (counts, the columns worth combining) comes from these rows.
import { blendModels } from '../blend.ts';
import type { FittedModel } from '../learner.ts';
import { type Matrix, selectRows } from '../matrix.ts';
import { learners } from '../registry.ts';
import { deriveColumns, derivedModel, findRecipes } from './derived.ts';

export type Candidate = {
  /** Name in the registry. */
  learner: string;
  settings: Readonly<Record<string, unknown>>;
  /** The columns as given, or beside them what `findRecipes` makes of them. */
  columns: 'given' | 'derived';
  /** Fits that differ in their seed and are averaged in log-odds. */
  seeds: number;
  /** Share of the rows, the latest, to learn from, where rows have moments; absent: all. What was true may have ceased. */
  recent?: number;
};

/** Outcomes (0 or 1) beside their rows, and their moments where it matters that later rows are foretold. */
export type Rows = { x: Matrix; y: Float32Array; times?: Float64Array };

/** Such as `boosting:trees=400,maxLeaves=12, derived columns`. */
export function describeCandidate({ learner, settings, columns, seeds, recent }: Candidate): string {
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const name = set.length === 0 ? learner : `${learner}:${set.join(',')}`;
  const notes = [
    columns === 'derived' ? ', derived columns' : '',
    seeds > 1 ? `, ${seeds} seeds` : '',
    recent === undefined ? '' : `, latest ${100 * recent} %`,
  ];
  return name + notes.join('');
}

/** Fits a candidate; with `valid`, a learner that can decides on these rows when to stop. */
export function fitCandidate(candidate: Candidate, rows: Rows, valid?: Rows): FittedModel {
  const { x, y } = latest(rows, candidate.recent);
  if (candidate.columns === 'given') return fitSeeds(candidate, { x, y }, valid);
  const recipes = findRecipes(x, y);
  if (recipes.length === 0) return fitSeeds(candidate, { x, y }, valid);
  const wider = deriveColumns(x, recipes, 'training');
  const member = fitSeeds(
    candidate,
    { x: wider, y },
    valid && { x: deriveColumns(valid.x, recipes, 'later'), y: valid.y },
  );
  return derivedModel({ kind: 'derived', names: [...x.names], recipes }, member);
}

/** The latest rows; all where they have no moments, or where the latest have one outcome only. */
function latest(rows: Rows, share: number | undefined): Rows {
  if (rows.times === undefined || share === undefined) return rows;
  const sorted = rows.times.slice().sort();
  const since = sorted[Math.floor((1 - share) * sorted.length)];
  const kept = pickRows(
    rows,
    Int32Array.from(rows.y.keys()).filter((r) => (rows.times as Float64Array)[r] >= since),
  );
  return kept.y.some((outcome) => outcome !== kept.y[0]) ? kept : rows;
}

/** The rows picked by index. */
export function pickRows({ x, y, times }: Rows, places: Int32Array): Rows {
  return {
    x: selectRows(x, places),
    y: Float32Array.from(places, (r) => y[r]),
    ...(times && { times: Float64Array.from(places, (r) => times[r]) }),
  };
}

function fitSeeds({ learner: name, settings, seeds }: Candidate, { x, y }: Rows, valid?: Rows): FittedModel {
  const learner = learners.find((one) => one.name === name);
  if (learner === undefined) throw new Error(`No learner is called ${name}.`);
  const fitSeed = (seed: number) => learner.fit(x, y, seed === 0 ? settings : nextSeed(settings, seed), { valid });
  if (seeds === 1) return fitSeed(0);
  return blendModels(Array.from({ length: seeds }, (_, seed) => ({ model: fitSeed(seed), share: 1 })));
}

function nextSeed(settings: Candidate['settings'], by: number): Candidate['settings'] {
  return { ...settings, seed: Number(settings['seed'] ?? 1) + by };
}
