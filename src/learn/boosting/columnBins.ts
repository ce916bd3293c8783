// How one column is cut into bins: amounts at edges of about equal mass (bins.ts), categories by how common they are.
import { binOf, findEdges } from '../bins.ts';
import { LARGEST_CODE } from '../matrix.ts';

export type ColumnBins = {
  /** Bins of known values, 1 to 255. */
  bins: number;
  hasMissing: boolean;
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
  const edges = findEdges(column, maxBins);
  return { bins: edges.length + 1, hasMissing: column.some(Number.isNaN), edges, categories: undefined };
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
  const bins = Math.max(1, kept.length + Number(hasOther));
  return {
    bins,
    hasMissing: missing > 0,
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
