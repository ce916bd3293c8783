// From a matrix to the team's memory: all threads cut the columns into bins and turn values into them, a place is found
// for everything, and outcomes and weights are laid beside the bins.
import { InklingError } from '../../errors.ts';
import { checkMatrix, checkShape, type Matrix, refuseInfinite, type TrainingRows } from '../matrix.ts';
import { fitsMemory } from '../team/compiled.ts';
import { CONTROL, gatherTeam, type Team, threadCount } from '../team/team.ts';
import { binOfValue, type ColumnBins, cutCategories } from './columnBins.ts';
import { EDGE_BYTES, planMemory, STAGED_AT_MOST, SUMMARY } from './plan.ts';
import type { Shared } from './shared.ts';
import { ARGS, countColumn, fitting } from './tasks.ts';

export type Prepared = { team: Team<Shared>; bins: ColumnBins[] };

/** With fewer values than this, a second thread would cost more than it saves. */
const VALUES_FOR_A_TEAM = 1_000_000;

/** Checks a matrix but for the infinite values that `prepare` meets anyway: rows that do not count never get there. */
export function checkBeforehand(x: Matrix, weights: Float32Array | undefined): void {
  if (weights?.includes(0)) checkMatrix(x);
  else checkShape(x);
}

/** Bins the rows and lays them out for a team of threads. Refuses infinite values. */
export function prepare(
  { x, y, weights }: TrainingRows,
  settings: { maxBins: number; maxLeaves: number; monotone: Record<string, number> },
  askedThreads: number | undefined,
): Prepared {
  const columnCount = x.columns.length;
  const threads = threadCount(askedThreads ?? (x.rows * columnCount < VALUES_FOR_A_TEAM ? 1 : undefined));
  const plan = planMemory({
    rows: x.rows,
    columnCount,
    threads,
    maxLeaves: Math.min(settings.maxLeaves, x.rows),
    maxBins: settings.maxBins,
    weighted: weights !== undefined,
  });
  if (!fitsMemory(plan.bytes)) {
    throw new InklingError(
      'invalid_input',
      `Boosting ${x.rows} rows of ${columnCount} columns takes ${Math.ceil(plan.bytes / 2 ** 30)} GiB; it can use 4.`,
      { hint: 'Draw a sample of the rows, or leave columns out.' },
    );
  }
  const team = gatherTeam(fitting, plan, threads);
  try {
    const { place } = team;
    const categorical = new Set(x.categorical);
    x.names.forEach((name, c) => {
      const summary = plan.summaries / 4 + c * SUMMARY.words;
      place.i32[summary + SUMMARY.direction] = settings.monotone[name] ?? 0;
      place.i32[summary + SUMMARY.otherBin] = -1;
    });
    const bins: ColumnBins[] = [];
    x.columns.forEach((column, c) => {
      if (!categorical.has(x.names[c])) return;
      refuseInfinite(x.names[c], column);
      bins[c] = binCategories(place, column, c);
    });
    cutAmounts(team, x, bins);
    turnBins(team);
    place.y.set(y);
    if (weights !== undefined) place.weights?.set(weights);
    return { team, bins };
  } catch (error) {
    team.release();
    throw error;
  }
}

function binCategories(place: Shared, column: Float32Array, c: number): ColumnBins {
  const { plan, i32, u8 } = place;
  const cut = cutCategories(column, plan.maxBins);
  const at = plan.columnsAt + c * plan.columnBytes;
  for (let r = 0; r < column.length; r++) u8[at + r] = binOfValue(cut, column[r]);
  const summary = plan.summaries / 4 + c * SUMMARY.words;
  i32[summary + SUMMARY.bins] = cut.bins;
  i32[summary + SUMMARY.categorical] = 1;
  i32[summary + SUMMARY.otherBin] = cut.categories?.otherBin ?? -1;
  countColumn(place, c, 0);
  return cut;
}

/** The other columns: staged where the rows' own arrays will be, a few at a time. */
function cutAmounts(team: Team<Shared>, { names, columns }: Matrix, bins: ColumnBins[]): void {
  const { plan, f32, i32 } = team.place;
  const amounts = columns.map((_, c) => c).filter((c) => bins[c] === undefined);
  // As many for one thread as for the other, where there are a few.
  const batchSize = STAGED_AT_MOST - (STAGED_AT_MOST % Math.min(plan.threads, STAGED_AT_MOST));
  for (let first = 0; first < amounts.length; first += batchSize) {
    const batch = amounts.slice(first, first + batchSize);
    i32[CONTROL.args + ARGS.staged] = batch.length;
    i32[CONTROL.args + ARGS.taken] = 0;
    batch.forEach((c, i) => {
      f32.set(columns[c], (plan.rowsAt + i * plan.rows * 4) / 4);
      i32[CONTROL.args + ARGS.first + i] = c;
    });
    team.run('cutColumns');
    for (const c of batch) {
      if (i32[plan.summaries / 4 + c * SUMMARY.words + SUMMARY.isInfinite] === 1) refuseInfinite(names[c], columns[c]);
      bins[c] = readBins(team.place, c);
    }
  }
}

function readBins({ plan, i32, f32 }: Shared, c: number): ColumnBins {
  const summary = plan.summaries / 4 + c * SUMMARY.words;
  const count = i32[summary + SUMMARY.bins];
  const edges = (plan.edges + c * EDGE_BYTES) / 4;
  return {
    bins: count,
    hasMissing: i32[summary + SUMMARY.hasMissing] === 1,
    edges: f32.slice(edges, edges + count - 1),
    categories: undefined,
  };
}

/** Lays the bins out row by row: dense columns side by side, of sparse ones what is not in the commonest bin. */
function turnBins(team: Team<Shared>): void {
  const { layout, u32 } = team.place;
  team.run('fillBlocks');
  if (layout.sparse === undefined) return;
  team.run('countEntries');
  const starts = u32.subarray(layout.sparse.starts / 4, layout.sparse.starts / 4 + layout.rows + 1);
  starts[0] = 0;
  for (let r = 0; r < layout.rows; r++) starts[r + 1] += starts[r];
  team.run('writeEntries');
}
