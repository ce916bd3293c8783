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
  binOthers(team, x.columns, bins);
  team.place.y.set(y);
  if (weights !== undefined) team.place.weights?.set(weights);
  return { team, bins };
}

/** Dense columns of amounts: staged where the rows' own arrays will be, a few at a time, and binned by all threads. */
function binAmounts(team: Team<Shared>, columns: readonly Float32Array[], bins: readonly ColumnBins[]): void {
  const { layout, f32, i32 } = team.place;
  const dense = columns.map((_, c) => c).filter((c) => isStaged(team, bins, c));
  for (let first = 0; first < dense.length; first += STAGED_AT_MOST) {
    const batch = dense.slice(first, first + STAGED_AT_MOST);
    i32[CONTROL.args] = batch.length;
    batch.forEach((c, i) => {
      const { at, inBlock, stride } = layout.columns[c];
      const edges = layout.edges + i * EDGE_BYTES;
      f32.set(bins[c].edges, edges / 4);
      f32.set(columns[c], (layout.rowsAt + i * layout.rows * 4) / 4);
      i32.set([edges, bins[c].edges.length, bins[c].bins, at, inBlock, stride], CONTROL.args + 1 + 6 * i);
    });
    team.run('binColumns');
  }
}

function isStaged({ place }: Team<Shared>, bins: readonly ColumnBins[], c: number): boolean {
  return place.layout.columns[c].stride > 0 && bins[c].categories === undefined;
}

/** Categories value by value; sparse columns entry by entry, in the order of the rows. */
function binOthers(team: Team<Shared>, columns: readonly Float32Array[], bins: readonly ColumnBins[]): void {
  const { layout, u8, u32 } = team.place;
  const others = columns.map((_, c) => c).filter((c) => !isStaged(team, bins, c));
  for (const c of others) {
    const { at, inBlock, stride } = layout.columns[c];
    if (stride === 0) continue;
    for (let r = 0; r < layout.rows; r++) {
      u8[at + r] = u8[inBlock + r * stride] = binOfValue(bins[c], columns[c][r]);
    }
  }
  if (layout.sparse === undefined) return;
  const { starts, entries } = layout.sparse;
  const kept = others.filter((c) => layout.columns[c].stride === 0).map((c) => entriesOf(columns[c], bins[c]));
  const firsts = u32.subarray(starts / 4, starts / 4 + layout.rows + 1).fill(0);
  for (const { rows } of kept) for (const row of rows) firsts[row + 1]++;
  for (let r = 0; r < layout.rows; r++) firsts[r + 1] += firsts[r];
  const next = firsts.slice();
  const target = new Uint16Array(u8.buffer, entries, firsts[layout.rows]);
  kept.forEach(({ rows, values }, i) => {
    rows.forEach((row, k) => {
      target[next[row]++] = i * 256 + values[k];
    });
  });
}

/** The rows that are not in a column's commonest bin, and their bins. */
function entriesOf(column: Float32Array, bins: ColumnBins): { rows: Uint32Array; values: Uint8Array } {
  const rows = new Uint32Array(column.length - bins.commonestRows);
  const values = new Uint8Array(rows.length);
  let count = 0;
  for (let r = 0; r < column.length; r++) {
    const bin = binOfValue(bins, column[r]);
    if (bin === bins.commonest) continue;
    rows[count] = r;
    values[count++] = bin;
  }
  return { rows, values };
}
