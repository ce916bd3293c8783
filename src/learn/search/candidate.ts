// A candidate of a search: a learner with settings, told which columns to see and how many seeds to average. It is fitted
// on whatever rows it is given, and all it derives from them (counts, the columns worth combining) comes from these rows.
import { blendModels } from '../blend.ts';
import type { FittedModel } from '../learner.ts';
import type { Matrix } from '../matrix.ts';
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
};

/** Outcomes (0 or 1) beside their rows. */
export type Rows = { x: Matrix; y: Float32Array };

/** Such as `boosting:trees=400,maxLeaves=12, derived columns`. */
export function describeCandidate({ learner, settings, columns, seeds }: Candidate): string {
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const name = set.length === 0 ? learner : `${learner}:${set.join(',')}`;
  return `${name}${columns === 'derived' ? ', derived columns' : ''}${seeds > 1 ? `, ${seeds} seeds` : ''}`;
}

/** Fits a candidate; with `valid`, a learner that can decides on these rows when to stop. */
export function fitCandidate(candidate: Candidate, { x, y }: Rows, valid?: Rows): FittedModel {
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
