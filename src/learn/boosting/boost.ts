// The rounds of boosting: take slope and curvature of the loss at the present scores, draw rows and columns, grow a tree,
// add its answers to the scores, and on validation rows notice when to stop.
import { InklingError } from '../../errors.ts';
import { createRandom, type Random } from '../../math/index.ts';
import { addLeaves, plantForest, type Tree } from '../forest.ts';
import type { FitOptions, FittedModel } from '../learner.ts';
import { checkAmountTraining, checkLabels, checkMatrix, selectColumns, type TrainingRows } from '../matrix.ts';
import { CONTROL, type Team } from '../team/team.ts';
import { type GrownLeaf, growTree, type Round, type Sums, writeNodes } from './grow.ts';
import { CHUNK } from './layout.ts';
import { type Objective, objectives, weightedQuantile } from './objectives.ts';
import { prepare } from './prepare.ts';
import type { BoostingSettings } from './settings.ts';
import type { Shared } from './shared.ts';
import { ARGS, NUMBERS } from './tasks.ts';

export type Boosted = { baseScore: number; trees: Tree[] };

/** Learns from rows whose columns are sorted by name. `from` is a model of the same columns to go on from. */
export function boost(
  rows: TrainingRows,
  settings: BoostingSettings,
  { valid, threads, onProgress }: FitOptions,
  from?: FittedModel & Boosted,
): Boosted {
  const { x, y, weights } = rows;
  const objective = objectiveOf(settings);
  const random = createRandom(settings.seed);
  const { team, bins } = prepare(rows, settings, threads);
  try {
    const { scores } = team.place;
    const baseScore = from?.baseScore ?? objective.start({ y, weights }, settings.quantile);
    scores.fill(baseScore);
    if (from !== undefined) scores.set(from.rawScores(x));
    const watch =
      valid && valid.x.rows > 0 ? watchLoss(x.names, valid, objective, settings, baseScore, from) : undefined;
    const trees: Tree[] = [];
    const mayMeet = meetingsOf(x.names, settings.interactions);
    for (let t = 0; t < settings.trees; t++) {
      const drawn = drawColumns(random, settings.columnShare, x.columns.length);
      if (settings.columnShare < 1) clearParts(team);
      const taken = takeGradients(team, settings, objective, random);
      const round: Round = { team, limits: settings, bins, drawn, mayMeet, ...taken };
      const { tree, leaves, tables } = growTree(round);
      onProgress?.(t + 1, settings.trees);
      if (tree.column.length === 1) {
        // Other draws may still find a split; without draws every later round would end like this one.
        if (settings.rowShare === 1 && settings.columnShare === 1) break;
        continue;
      }
      if (objective.answersByQuantile) answerByQuantile(team, tree, leaves, settings);
      if (weights !== undefined) coverByWeight(team, tree, leaves, weights);
      coverInnerNodes(tree);
      trees.push(tree);
      if (taken.rowCount === x.rows) addAnswers(team, tree, leaves);
      else {
        writeNodes(round, tree, tables);
        team.run('walkTree');
      }
      if (watch !== undefined && watch.roundsSinceBest(tree) >= settings.patience) break;
    }
    return {
      baseScore,
      trees: [...(from?.trees ?? []), ...(watch === undefined ? trees : trees.slice(0, watch.bestRound()))],
    };
  } finally {
    team.release();
  }
}

/** The objective of these settings, or of a saved model. */
export function objectiveOf({ objective = 'binary' }: { objective?: string }): Objective {
  return objectives.find(({ name }) => name === objective) as Objective;
}

function drawColumns(random: Random, share: number, count: number): Uint8Array {
  if (share === 1) return new Uint8Array(count).fill(1);
  const drawn = new Uint8Array(count);
  const columns = random.shuffle(Int32Array.from({ length: count }, (_, c) => c));
  for (const c of columns.slice(0, Math.max(1, Math.round(share * count)))) drawn[c] = 1;
  return drawn;
}

/** Columns that were not drawn leave their sums in the threads' histograms. */
function clearParts({ place: { layout, u8 } }: Team<Shared>): void {
  u8.fill(0, layout.parts, layout.found);
}

function meetingsOf(names: readonly string[], interactions: readonly (readonly string[])[]): Uint8Array[] | undefined {
  if (interactions.length === 0) return undefined;
  const named = new Set(interactions.flat());
  const unknown = [...named].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InklingError('invalid_input', `The interactions name the column ${JSON.stringify(unknown)}.`, {
      hint: `There are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}.`,
    });
  }
  return [...interactions, ...names.filter((name) => !named.has(name)).map((name) => [name])].map((set) =>
    Uint8Array.from(names, (name) => Number(set.includes(name))),
  );
}

/** Rows in play, the sums of their packed gradients, and what one step of each is worth. */
type Taken = { rowCount: number; total: Sums; scaleG: number; scaleH: number };

function takeGradients(team: Team<Shared>, settings: BoostingSettings, objective: Objective, random: Random): Taken {
  const { layout, i32, f64 } = team.place;
  i32[CONTROL.args + ARGS.objective] = objectives.findIndex(({ name }) => name === objective.name);
  f64[CONTROL.numbers + NUMBERS.quantile] = settings.quantile;
  team.run('takeGradients');
  let slopes = 0;
  let curvatures = 0;
  for (let chunk = 0; chunk < Math.ceil(layout.rows / CHUNK); chunk++) {
    slopes += f64[layout.sums / 8 + 2 * chunk];
    curvatures += f64[layout.sums / 8 + 2 * chunk + 1];
  }
  const drawn = drawRows(team, settings, random);
  // With these scales the sums over all rows, rounded up, stay within 32 bits. A draw may hold all the steep rows, and
  // counts flat ones several times.
  const headroom = drawn.amplified;
  const perG = slopes > 0 ? (2 ** 31 - 1 - layout.rows) / (slopes * headroom) : 0;
  const perH = curvatures > 0 ? (2 ** 32 - 1 - layout.rows) / (curvatures * headroom) : 0;
  f64[CONTROL.numbers + NUMBERS.perG] = perG;
  f64[CONTROL.numbers + NUMBERS.perH] = perH;
  f64[CONTROL.numbers + NUMBERS.dither] = random.uniform();
  i32[CONTROL.args + ARGS.to] = drawn.rowCount;
  const threads = team.run('packGradients');
  const total = { g: 0, h: 0 };
  for (let thread = 0; thread < threads; thread++) {
    total.g += f64[CONTROL.sums + 2 * thread];
    total.h += f64[CONTROL.sums + 2 * thread + 1];
  }
  return { rowCount: drawn.rowCount, total, scaleG: perG > 0 ? 1 / perG : 0, scaleH: perH > 0 ? 1 / perH : 0 };
}

/** Puts the drawn rows, in order, at the front of the list. */
function drawRows(
  { place: shared }: Team<Shared>,
  settings: BoostingSettings,
  random: Random,
): { rowCount: number; amplified: number } {
  const { layout, u32 } = shared;
  const rows = u32.subarray(layout.rowsAt / 4, layout.rowsAt / 4 + layout.rows);
  if (settings.topShare > 0 && settings.rowShare < 1) return drawSteepRows(shared, rows, settings, random);
  let rowCount = 0;
  if (settings.rowShare < 1) {
    for (let r = 0; r < rows.length; r++) if (random.uniform() < settings.rowShare) rows[rowCount++] = r;
  } else {
    while (rowCount < rows.length) rows[rowCount] = rowCount++;
  }
  return { rowCount, amplified: 1 };
}

/**
 * Gradient-based one-side sampling (Ke et al. 2017): the rows of steepest loss, and a draw of the others, which count
 * for those not drawn.
 */
function drawSteepRows(
  { layout, f32 }: Shared,
  rows: Uint32Array,
  { topShare, rowShare }: BoostingSettings,
  random: Random,
): { rowCount: number; amplified: number } {
  const gradients = f32.subarray(layout.packed / 4, layout.packed / 4 + 2 * layout.rows);
  const steepness = Float32Array.from({ length: layout.rows }, (_, r) =>
    Math.abs(gradients[2 * r] * gradients[2 * r + 1]),
  );
  const limit = steepness.slice().sort()[Math.max(0, layout.rows - Math.ceil(topShare * layout.rows))];
  const weight = 1 / rowShare;
  let rowCount = 0;
  for (let r = 0; r < layout.rows; r++) {
    const isSteep = steepness[r] >= limit;
    const isDrawn = random.uniform() < rowShare;
    if (!isSteep && !isDrawn) continue;
    if (!isSteep) {
      gradients[2 * r] *= weight;
      gradients[2 * r + 1] *= weight;
    }
    rows[rowCount++] = r;
  }
  return { rowCount, amplified: weight };
}

/** Replaces each leaf's Newton step by the quantile of what its rows still lack. */
function answerByQuantile(
  { place: { layout, u32, y, weights, scores } }: Team<Shared>,
  tree: Tree,
  leaves: readonly GrownLeaf[],
  { quantile, learningRate }: BoostingSettings,
): void {
  for (const { node, start, end } of leaves) {
    const rows = u32.subarray(layout.rowsAt / 4 + start, layout.rowsAt / 4 + end);
    const lacking = Float64Array.from(rows, (r) => y[r] - scores[r]);
    const own = weights && Float32Array.from(rows, (r) => weights[r]);
    tree.value[node] = learningRate * weightedQuantile(lacking, own, quantile);
  }
}

function coverByWeight(
  { place: { layout, u32 } }: Team<Shared>,
  tree: Tree,
  leaves: readonly GrownLeaf[],
  weights: Float32Array,
) {
  for (const { node, start, end } of leaves) {
    let cover = 0;
    for (let i = start; i < end; i++) cover += weights[u32[layout.rowsAt / 4 + i]];
    tree.cover[node] = cover;
  }
}

function coverInnerNodes(tree: Tree): void {
  for (let node = tree.column.length - 1; node >= 0; node--) {
    if (tree.column[node] >= 0) tree.cover[node] = tree.cover[tree.left[node]] + tree.cover[tree.right[node]];
  }
}

function addAnswers(team: Team<Shared>, tree: Tree, leaves: readonly GrownLeaf[]): void {
  const { layout, i32, f64 } = team.place;
  leaves.forEach(({ node, start, end }, leaf) => {
    const at = layout.tree + leaf * 16;
    i32.set([start, end], at / 4);
    f64[at / 8 + 1] = tree.value[node];
  });
  i32[CONTROL.args + ARGS.leaves] = leaves.length;
  i32[CONTROL.args + ARGS.to] = layout.rows;
  team.run('addAnswers');
}

/** Follows the loss on validation rows tree by tree. */
function watchLoss(
  names: readonly string[],
  { x: given, y, weights }: NonNullable<FitOptions['valid']>,
  objective: Objective,
  { quantile }: BoostingSettings,
  baseScore: number,
  from: FittedModel | undefined,
) {
  const x = selectColumns(given, names);
  checkMatrix(x);
  if (objective.name === 'binary') checkLabels(x.rows, y, weights);
  else checkAmountTraining(x, y, weights);
  const scores = from?.rawScores(x) ?? new Float64Array(x.rows).fill(baseScore);
  const meanLoss = () => {
    let loss = 0;
    let mass = 0;
    for (let r = 0; r < x.rows; r++) {
      const weight = weights === undefined ? 1 : weights[r];
      loss += weight * objective.loss(y[r], scores[r], quantile);
      mass += weight;
    }
    return loss / mass;
  };
  let bestLoss = meanLoss();
  let best = 0;
  let round = 0;
  return {
    bestRound: () => best,
    roundsSinceBest(tree: Tree): number {
      addLeaves(plantForest([tree]), x, scores);
      const loss = meanLoss();
      round++;
      if (loss < bestLoss) {
        bestLoss = loss;
        best = round;
      }
      return round - best;
    },
  };
}
