// What `auto` puts around its models, as ONNX operators: columns made of columns (ratios, products, how often a value
// occurs) before a model, and a calibration behind it. Ratios and products are taken in 32 bits here and there alike.
import { InklingError } from '../../../errors.ts';
import { boundedLogOdds } from '../../beta.ts';
import { nameOf, type Recipe } from '../../search/derived.ts';
import { type GraphBuilder, gatherColumns } from './graph.ts';

/** The table with the derived columns behind the given ones, and the names of all. */
export function derivedTable(
  graph: GraphBuilder,
  recipes: readonly Recipe[],
  table: string,
  names: readonly string[],
): { table: string; names: string[] } {
  const column = (name: string) => gatherColumns(graph, table, [names.indexOf(name)]);
  const derived = recipes.map((recipe) => {
    if (recipe.form === 'frequency') return frequency(graph, recipe, column(recipe.of));
    const pair = [column(recipe.of), column(recipe.by)];
    return finite(graph, graph.apply(recipe.form === 'ratio' ? 'Div' : 'Mul', pair));
  });
  return {
    table: graph.apply('Concat', [table, ...derived], { axis: { integer: 1 } }),
    names: [...names, ...recipes.map(nameOf)],
  };
}

/** How many training rows hold each value; a value that none holds has none, and an unknown one stays unknown. */
function frequency(
  graph: GraphBuilder,
  { values, counts }: Extract<Recipe, { form: 'frequency' }>,
  column: string,
): string {
  // −0 is 0, whatever its bits.
  const plain = graph.apply('Add', [column, graph.constant('float', [1, 1], [0])]);
  const found = graph.apply('LabelEncoder', [plain], {
    keys_floats: { floats: values },
    values_floats: { floats: counts },
  });
  return graph.apply('Where', [graph.apply('IsNaN', [column]), unknown(graph), found]);
}

function finite(graph: GraphBuilder, column: string): string {
  return graph.apply('Where', [graph.apply('IsInf', [column]), unknown(graph), column]);
}

const unknown = (graph: GraphBuilder) => graph.constant('float', [1, 1], [Number.NaN]);

/** A calibration as it is saved. */
export type SavedCalibration =
  | { kind: 'none' }
  | { kind: 'platt'; slope: number; intercept: number }
  | { kind: 'beta'; a: number; b: number; c: number }
  | { kind: 'isotonic' };

/** The calibrated raw scores of raw scores, doubles [rows, 1]. Throws `invalid_input` for an isotonic curve. */
export function calibratedScore(graph: GraphBuilder, calibration: SavedCalibration, raw: string): string {
  if (calibration.kind === 'none') return bounded(graph, raw);
  if (calibration.kind === 'isotonic') {
    throw new InklingError('invalid_input', 'An isotonic calibration has no faithful form in ONNX.', {
      hint: 'ONNX sums trees in 32 bits, so next to a step of the curve it would answer otherwise. Train with --set calibration=beta or platt.',
    });
  }
  const number = (value: number) => graph.constant('double', [1, 1], [value]);
  const times = (value: string, by: number) => graph.apply('Mul', [value, number(by)]);
  const score = bounded(graph, raw);
  if (calibration.kind === 'platt') {
    const { slope, intercept } = calibration;
    return bounded(graph, graph.apply('Add', [times(score, slope), number(intercept)]));
  }
  // ln p and −ln(1 − p) of p = 1 / (1 + e^−s) are −ln(1 + e^−s) and ln(1 + e^s).
  const softened = (value: string) =>
    graph.apply('Log', [graph.apply('Add', [graph.apply('Exp', [value]), number(1)])]);
  const { a, b, c } = calibration;
  const low = times(softened(graph.apply('Neg', [score])), -a);
  const high = times(softened(score), b);
  return bounded(graph, graph.apply('Sum', [low, high, number(c)]));
}

/** Log-odds of probabilities that are neither 0 nor 1. */
function bounded(graph: GraphBuilder, scores: string): string {
  const bound = (p: number) => graph.constant('double', [], [boundedLogOdds(p)]);
  return graph.apply('Clip', [scores, bound(0), bound(1)]);
}
