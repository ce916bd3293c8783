// From a matrix to the team's memory: columns cut into bins, a place for everything, values turned into bins by all
// threads, outcomes and weights beside them.
import { InklingError } from '../../errors.ts';
import type { TrainingRows } from '../matrix.ts';
import { CONTROL, fitsMemory, gatherTeam, type Team, threadCount } from '../team/team.ts';
import { binOfValue, type ColumnBins, cutAmounts, cutCategories } from './columnBins.ts';
import { EDGE_BYTES, layOut, STAGED_AT_MOST } from './layout.ts';
import type { Shared } from './shared.ts';
import { fitting } from './tasks.ts';

export type Prepared = { team: Team<Shared>; bins: ColumnBins[] };

/** With fewer values than this, a second thread would cost more than it saves. */
const VALUES_FOR_A_TEAM = 1_000_000;

/** Bins the rows and lays them out for a team of threads. */
export function prepare(
  { x, y, weights }: TrainingRows,
  settings: { maxBins: number; maxLeaves: number; monotone: Record<string, number> },
  askedThreads: number | undefined,
): Prepared {
  const categorical = new Set(x.categorical);
  const bins = x.columns.map((column, c) =>
    categorical.has(x.names[c]) ? cutCategories(column, settings.maxBins) : cutAmounts(column, settings.maxBins),
  );
  const threads = askedThreads ?? (x.rows * x.columns.length < VALUES_FOR_A_TEAM ? 1 : threadCount(undefined));
  const layout = layOut(bins, {
    rows: x.rows,
    threads: threadCount(threads),
    maxLeaves: Math.min(settings.maxLeaves, x.rows),
    weighted: weights !== undefined,
    directions: Int8Array.from(x.names, (name) => settings.monotone[name] ?? 0),
  });
  if (!fitsMemory(layout.bytes)) {
    throw new InklingError(
      'invalid_input',
      `Boosting ${x.rows} rows of ${x.columns.length} columns takes ${Math.ceil(layout.bytes / 2 ** 30)} GiB; it can use 4.`,
      { hint: 'Draw a sample of the rows, or leave columns out.' },
    );
  }
  const team = gatherTeam(fitting, layout, threadCount(threads));
  binAmounts(team, x.columns, bins);
  binCategories(team, x.columns, bins);
  turnBins(team);
  team.place.y.set(y);
  if (weights !== undefined) team.place.weights?.set(weights);
  return { team, bins };
}

/** Columns of amounts: staged where the rows' own arrays will be, a few at a time, and binned by all threads. */
function binAmounts(team: Team<Shared>, columns: readonly Float32Array[], bins: readonly ColumnBins[]): void {
  const { layout, f32, i32 } = team.place;
  const amounts = columns.map((_, c) => c).filter((c) => bins[c].categories === undefined);
  for (let first = 0; first < amounts.length; first += STAGED_AT_MOST) {
    const batch = amounts.slice(first, first + STAGED_AT_MOST);
    i32[CONTROL.args] = batch.length;
    batch.forEach((c, i) => {
      const edges = layout.edges + i * EDGE_BYTES;
      f32.set(bins[c].edges, edges / 4);
      f32.set(columns[c], (layout.rowsAt + i * layout.rows * 4) / 4);
      i32.set([edges, bins[c].edges.length, bins[c].bins, layout.columns[c].at], CONTROL.args + 1 + 4 * i);
    });
    team.run('binColumns');
  }
}

function binCategories({ place }: Team<Shared>, columns: readonly Float32Array[], bins: readonly ColumnBins[]): void {
  columns.forEach((column, c) => {
    if (bins[c].categories === undefined) return;
    const { at } = place.layout.columns[c];
    for (let r = 0; r < column.length; r++) place.u8[at + r] = binOfValue(bins[c], column[r]);
  });
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
