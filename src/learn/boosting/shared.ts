// The memory of a fit as a thread sees it: the layout, typed views, and the compiled inner loops over it.
import { compileOnce } from '../team/compiled.ts';
import { type Layout, layOut } from './layout.ts';
import { type Plan, SUMMARY } from './plan.ts';

/** The functions of kernel.as.ts; addresses are bytes from the start of the memory. */
export type Kernel = {
  prepareLookup(edges: number, edgeCount: number, lookup: number): void;
  binValues(values: number, count: number, edges: number, lookup: number, missingBin: number, target: number): boolean;
  countBins(bins: number, count: number, counts: number): void;
  placeInBlock(column: number, from: number, to: number, target: number, stride: number): void;
  differentiateBinary(scores: number, y: number, from: number, to: number, gradients: number): void;
  weighGradients(gradients: number, weights: number, from: number, to: number): void;
  sumGradients(gradients: number, from: number, to: number, target: number): void;
  packRows(
    rows: number,
    from: number,
    to: number,
    isEvery: boolean,
    packed: number,
    perG: number,
    perH: number,
    dither: number,
    turn: number,
    sums: number,
  ): void;
  gatherGradients(rows: number, from: number, count: number, packed: number, target: number): void;
  gatherBins(rows: number, from: number, count: number, block: number, stride: number, target: number): void;
  sumBlock(count: number, gradients: number, bins: number, stride: number, quads: number, histogram: number): void;
  gatherSparse(rows: number, from: number, count: number, starts: number, entries: number, target: number): void;
  sumSparse(count: number, gathered: number, gradients: number, entries: number, histogram: number): void;
  finishColumn(
    part: number,
    parts: number,
    partBytes: number,
    bins: number,
    commonest: number,
    total: number,
    target: number,
    larger: number,
  ): void;
  findSplit(
    found: number,
    histogram: number,
    bins: number,
    missingBin: number,
    column: number,
    direction: number,
  ): void;
  lookUp(rows: number, from: number, count: number, bins: number, goesLeft: number, target: number): void;
  partRows(
    rows: number,
    from: number,
    count: number,
    isLeft: number,
    spare: number,
    left: number,
    right: number,
  ): number;
  placeRows(
    spare: number,
    from: number,
    to: number,
    lefts: number,
    rows: number,
    leftAt: number,
    rightAt: number,
  ): void;
  addAnswer(rows: number, from: number, to: number, scores: number, answer: number): void;
  walkRows(from: number, to: number, nodes: number, nodeBytes: number, scores: number): void;
};

export type Shared = {
  plan: Plan;
  /** May be asked for once all columns are cut. */
  readonly layout: Layout;
  kernel: Kernel;
  u8: Uint8Array;
  i32: Int32Array;
  u32: Uint32Array;
  f32: Float32Array;
  f64: Float64Array;
  /** Outcomes and weights of all rows. */
  y: Float32Array;
  weights: Float32Array | undefined;
  scores: Float32Array;
};

export const kernelModule = compileOnce(new URL('./kernel.wasm', import.meta.url));

export function openShared(plan: Plan, memory: WebAssembly.Memory, module: WebAssembly.Module): Shared {
  const { buffer } = memory;
  const perRow = (at: number) => new Float32Array(buffer, at, plan.rows);
  let layout: Layout | undefined;
  return {
    plan,
    // Worked out by each thread for itself, also by one that comes late.
    get layout() {
      layout ??= layOut(plan, new Int32Array(buffer, plan.summaries, plan.columnCount * SUMMARY.words));
      return layout;
    },
    kernel: new WebAssembly.Instance(module, { env: { memory } }).exports as Kernel,
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    u32: new Uint32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    y: perRow(plan.outcomes),
    weights: plan.weighted ? perRow(plan.weights) : undefined,
    scores: perRow(plan.scores),
  };
}
