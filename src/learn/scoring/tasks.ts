// Scoring rows with trees as work for a team: the leading thread lays a stretch of the columns into the shared memory, and
// each thread turns its rows and walks the trees for them, some hundred at a time.
import { compileOnce } from '../team/compiled.ts';
import { CONTROL, type Share, stretch, type Workplace } from '../team/team.ts';

/** Where everything lies; addresses are bytes. */
export type ScoringLayout = {
  bytes: number;
  columns: number;
  trees: number;
  asksCategories: boolean;
  nodes: number;
  answers: number;
  roots: number;
  /** Columns of the staged rows, `STAGED_ROWS` values each, and the sums of those rows (float64). */
  staged: number;
  sums: number;
  /** Per thread: BLOCK_ROWS rows, turned. */
  blocks: number;
};

export const STAGED_ROWS = 16_384;
export const BLOCK_ROWS = 128;

export type ScoringPlace = { layout: ScoringLayout; kernel: Kernel; i32: Int32Array; f64: Float64Array };

type Kernel = {
  scoreRows(
    nodes: number,
    answers: number,
    roots: number,
    trees: number,
    rows: number,
    stride: number,
    count: number,
    sums: number,
    isKnown: boolean,
  ): void;
  scoreRow(nodes: number, answers: number, roots: number, trees: number, row: number): number;
  turnRows(
    columns: number,
    columnCount: number,
    columnBytes: number,
    from: number,
    count: number,
    target: number,
  ): number;
};

export const scoring: Workplace<ScoringLayout, ScoringPlace> = {
  name: 'scoring',
  module: compileOnce(new URL('./kernel.wasm', import.meta.url)),
  open: (layout, memory, module) => ({
    layout,
    kernel: new WebAssembly.Instance(module, { env: { memory } }).exports as Kernel,
    i32: new Int32Array(memory.buffer),
    f64: new Float64Array(memory.buffer),
  }),
  tasks: { scoreStaged },
};

/** Adds up the leaves of this thread's staged rows; the first argument is how many are staged, in whole eights. */
function scoreStaged({ layout, kernel, i32 }: ScoringPlace, share: Share): void {
  const { columns, trees, nodes, answers, roots, staged, sums, blocks } = layout;
  const stride = columns * 4;
  const block = blocks + share.thread * BLOCK_ROWS * stride;
  const [from, to] = stretch(0, i32[CONTROL.args], share, BLOCK_ROWS);
  for (let first = from; first < to; first += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, to - first);
    const isKnown =
      kernel.turnRows(staged, columns, STAGED_ROWS * 4, first, count, block) === 1 && !layout.asksCategories;
    kernel.scoreRows(nodes, answers, roots, trees, block, stride, count, sums + first * 8, isKnown);
  }
}
