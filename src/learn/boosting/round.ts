// One round of boosting: take slope and curvature of the loss at the scores in the team's memory, draw rows and columns,
// grow a tree, and add its answers to the scores.
import type { Random } from '../../math/index.ts';
import type { Tree } from '../forest.ts';
import { CONTROL, type Team } from '../team/team.ts';
import type { ColumnBins } from './columnBins.ts';
import { drawColumns, drawRows } from './draws.ts';
import { type GrownLeaf, growTree, type Round, type Sums, writeNodes } from './grow.ts';
import { CHUNK } from './layout.ts';
import { type Slopes, slopes } from './objectives.ts';
import type { BoostingSettings } from './settings.ts';
import type { Shared } from './shared.ts';
import { ARGS, NUMBERS } from './tasks.ts';
import { weightedQuantile } from './weightedQuantile.ts';

/** What stays the same from round to round; `random` moves on. */
export type Boosting = {
  team: Team<Shared>;
  bins: readonly ColumnBins[];
  settings: BoostingSettings;
  random: Random;
  mayMeet: readonly Uint8Array[] | undefined;
};

export type GrownTree = { tree: Tree; leaves: GrownLeaf[]; addToScores(): void };

/** Grows a tree for the scores in the team's memory. */
export function growRound(boosting: Boosting, objective: Slopes): GrownTree {
  const { team, bins, settings, random, mayMeet } = boosting;
  const drawn = drawColumns(random, settings.columnShare, bins.length);
  if (settings.columnShare < 1) clearParts(team);
  const taken = takeGradients(team, settings, objective, random);
  const round: Round = { team, limits: settings, bins, drawn, mayMeet, ...taken };
  const { tree, leaves, tables } = growTree(round);
  if (objective.answersByQuantile) answerByQuantile(team, tree, leaves, settings);
  coverByWeight(team, tree, leaves);
  coverInnerNodes(tree);
  return {
    tree,
    leaves,
    addToScores() {
      if (taken.rowCount === team.place.layout.rows) {
        addAnswers(team, tree, leaves);
        return;
      }
      writeNodes(round, tree, tables);
      team.run('walkTree');
    },
  };
}

/** Columns that were not drawn leave their sums in the threads' histograms. */
function clearParts({ place: { layout, u8 } }: Team<Shared>): void {
  u8.fill(0, layout.parts, layout.found);
}

/** Rows in play, the sums of their packed gradients, and what one step of each is worth. */
type Taken = { rowCount: number; total: Sums; scaleG: number; scaleH: number };

function takeGradients(team: Team<Shared>, settings: BoostingSettings, objective: Slopes, random: Random): Taken {
  const { layout, i32, f64 } = team.place;
  i32[CONTROL.args + ARGS.objective] = slopes.indexOf(objective);
  f64[CONTROL.numbers + NUMBERS.quantile] = settings.quantile;
  team.run('takeGradients');
  let steepness = 0;
  let curvatures = 0;
  for (let chunk = 0; chunk < Math.ceil(layout.rows / CHUNK); chunk++) {
    steepness += f64[layout.sums / 8 + 2 * chunk];
    curvatures += f64[layout.sums / 8 + 2 * chunk + 1];
  }
  const drawn = drawRows(team.place, settings, random);
  // With these scales the sums over all rows, rounded up, stay within 32 bits. A draw may hold all the steep rows, and
  // counts flat ones several times.
  const headroom = drawn.amplified;
  const perG = steepness > 0 ? (2 ** 31 - 1 - layout.rows) / (steepness * headroom) : 0;
  // A power of two keeps whole curvatures exact, so that `minChildHessian` rows of squared error are enough, not almost.
  const mostPerH = curvatures > 0 ? (2 ** 32 - 1 - layout.rows) / (curvatures * headroom) : 0;
  const perH = mostPerH > 0 ? 2 ** Math.floor(Math.log2(mostPerH)) : 0;
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

/** Replaces each leaf's Newton step by the quantile of what its rows still lack. */
function answerByQuantile(
  { place: { layout, u32, y, scores } }: Team<Shared>,
  tree: Tree,
  leaves: readonly GrownLeaf[],
  { quantile, learningRate }: BoostingSettings,
): void {
  for (const { node, start, end } of leaves) {
    const rows = u32.subarray(layout.rowsAt / 4 + start, layout.rowsAt / 4 + end);
    const lacking = new Float64Array(end - start);
    // The curvature of a row is its weight, times those of the rows for which it was drawn.
    const counted = new Float64Array(end - start);
    rows.forEach((r, i) => {
      lacking[i] = y[r] - scores[r];
      counted[i] = u32[layout.packed / 4 + 2 * r];
    });
    tree.value[node] = learningRate * weightedQuantile(lacking, counted, quantile);
  }
}

function coverByWeight({ place: { layout, u32, weights } }: Team<Shared>, tree: Tree, leaves: readonly GrownLeaf[]) {
  if (weights === undefined) return;
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
