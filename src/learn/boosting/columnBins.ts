// How one column is cut into bins: amounts at edges of about equal mass (bins.ts), categories by how common they are.
import { binOf, findEdges } from '../bins.ts';
import { LARGEST_CODE } from '../forest.ts';

export type ColumnBins = {
  /** Bins of known values, 1 to 255. */
  bins: number;
  hasMissing: boolean;
  /** The bin that most rows are in (the missing one is number `bins`), and how many; 0 where none has half of them. */
  commonest: number;
  commonestRows: number;
  /** Amounts: the upper edges of all bins but the last. */
  edges: Float32Array;
  categories: Categories | undefined;
};

export type Categories = {
  /** The code of each bin. */
  codes: Int32Array;
  binOf: ReadonlyMap<number, number>;
  /** The bin that all rarer codes share, or −1. */
  otherBin: number;
};

/** Cuts a column of amounts (NaN = missing). */
export function cutAmounts(column: Float32Array, maxBins: number): ColumnBins {
  const edges = findEdges(column, maxBins).map((edge) => edge + 0);
  const { bin: common, share } = commonestBin(column, edges);
  let missing = 0;
  for (let r = 0; r < column.length; r++) if (Number.isNaN(column[r])) missing++;
  // Only what fills much of the column is counted out: the rest is no candidate for sparse storage.
  const inCommon = share < COUNTED_FROM ? 0 : rowsIn(column, edges, common);
  const bins = edges.length + 1;
  const [commonest, commonestRows] = missing > inCommon ? [bins, missing] : [common, inCommon];
  return { bins, hasMissing: missing > 0, commonest, commonestRows, edges, categories: undefined };
}

/** Cuts a column of codes: the commonest `maxBins` have a bin each, or one fewer and one for all the others. */
export function cutCategories(column: Float32Array, maxBins: number): ColumnBins {
  const counts = new Map<number, number>();
  let missing = 0;
  for (const value of column) {
    if (isCode(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
    else missing++;
  }
  const ranked = [...counts].sort(([a, times], [b, others]) => others - times || a - b);
  const hasOther = ranked.length > maxBins;
  const kept = hasOther ? ranked.slice(0, Math.max(1, maxBins - 1)) : ranked;
  const others = ranked.slice(kept.length).reduce((sum, [, times]) => sum + times, 0);
  const bins = Math.max(1, kept.length + Number(hasOther));
  const most = kept[0]?.[1] ?? 0;
  const rankedBins = [
    { bin: 0, rows: most },
    { bin: bins - 1, rows: hasOther ? others : 0 },
    { bin: bins, rows: missing },
  ].sort((a, b) => b.rows - a.rows);
  return {
    bins,
    hasMissing: missing > 0,
    commonest: rankedBins[0].bin,
    commonestRows: rankedBins[0].rows,
    edges: new Float32Array(0),
    categories: {
      codes: Int32Array.from(kept, ([code]) => code),
      binOf: new Map(kept.map(([code], bin) => [code, bin])),
      otherBin: hasOther ? bins - 1 : -1,
    },
  };
}

/** The bin of one value; `bins` itself where it is missing. */
export function binOfValue({ edges, bins, categories }: ColumnBins, value: number): number {
  if (categories === undefined) return Number.isNaN(value) ? bins : binOf(edges, value);
  if (!isCode(value)) return bins;
  return categories.binOf.get(value) ?? categories.otherBin;
}

function isCode(value: number): boolean {
  return value >= 0 && value <= LARGEST_CODE && Number.isInteger(value);
}

const COUNTED_FROM = 0.5;

function rowsIn(column: Float32Array, edges: Float32Array, bin: number): number {
  const low = bin > 0 ? edges[bin - 1] : Number.NEGATIVE_INFINITY;
  const high = bin < edges.length ? edges[bin] : Number.POSITIVE_INFINITY;
  let rows = 0;
  for (let r = 0; r < column.length; r++) if (column[r] > low && column[r] <= high) rows++;
  return rows;
}

/** The fullest bin among some hundreds of values, looked at evenly, and its share of them. */
function commonestBin(column: Float32Array, edges: Float32Array): { bin: number; share: number } {
  const counts = new Int32Array(edges.length + 1);
  const stride = Math.max(1, Math.floor(column.length / 1000));
  let best = 0;
  let looked = 0;
  for (let r = 0; r < column.length; r += stride) {
    looked++;
    if (Number.isNaN(column[r])) continue;
    const bin = binOf(edges, column[r]);
    if (++counts[bin] > counts[best]) best = bin;
  }
  return { bin: best, share: counts[best] / Math.max(1, looked) };
}
