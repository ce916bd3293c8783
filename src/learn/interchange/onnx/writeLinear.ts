// A linear model as ONNX operators, all in doubles. A column on a quantile scale is a piecewise linear curve: each of its
// segments adds the share of it that the value has passed, so that nothing large is ever subtracted. Columns on that scale
// go one by one: together their segments would fill the memory.
import type { LinearFile, Term } from '../../linear.ts';
import { cast, type GraphBuilder, gatherColumns } from './graph.ts';

/** The name of the model's raw scores, doubles [rows, 1]. */
export function linearScore(graph: GraphBuilder, { intercept, terms }: LinearFile, table: string): string {
  const numbers = (values: number[]) => graph.constant('double', [values.length, 1], values);
  const values = cast(graph, table, 'double');
  const missing = graph.apply('IsNaN', [values]);
  const known = graph.apply('Where', [missing, graph.constant('double', [1, 1], [0]), values]);
  const slopes = terms.map(({ coefficient, deviation }) => coefficient / deviation);
  const slopesOn = (scale: Term['squash']['scale']) =>
    numbers(terms.map(({ squash }, c) => (squash.scale === scale ? slopes[c] : 0)));
  const starts = terms.map(({ squash, mean, whenKnown }, c) => {
    const lowest = squash.scale === 'quantile' ? squash.scores[0] : squash.scale === 'category' ? squash.other : 0;
    return (lowest - mean) * slopes[c] + whenKnown;
  });
  const absence = numbers(terms.map(({ whenMissing }, c) => whenMissing - starts[c]));
  const parts = [
    graph.constant('double', [1, 1], [starts.reduce((sum, start) => sum + start, intercept)]),
    graph.apply('MatMul', [cast(graph, missing, 'double'), absence]),
    graph.apply('MatMul', [known, slopesOn('value')]),
    graph.apply('MatMul', [signedLog(graph, known), slopesOn('log')]),
  ];
  terms.forEach((term, c) => {
    const curve = quantileCurve(graph, term, known, c) ?? categoryCurve(graph, term, known, c);
    if (curve === undefined) return;
    const unknown = gatherColumns(graph, missing, [c]);
    parts.push(graph.apply('Where', [unknown, graph.constant('double', [1, 1], [0]), curve]));
  });
  return graph.apply('Sum', parts);
}

/** sign(v) · log(1 + |v|); 0 for 0. */
function signedLog(graph: GraphBuilder, values: string): string {
  const one = graph.constant('double', [1, 1], [1]);
  const logarithm = graph.apply('Log', [graph.apply('Add', [graph.apply('Abs', [values]), one])]);
  return graph.apply('Mul', [graph.apply('Sign', [values]), logarithm]);
}

/** What a column adds above the score of its lowest knot; undefined where there is no curve. */
function quantileCurve(graph: GraphBuilder, term: Term, known: string, c: number): string | undefined {
  const { squash, coefficient, deviation } = term;
  if (squash.scale !== 'quantile' || squash.values.length < 2) return undefined;
  const { values, scores } = squash;
  const segments = values.length - 1;
  const row = (of: (segment: number) => number) =>
    graph.constant(
      'double',
      [1, segments],
      Array.from({ length: segments }, (_, segment) => of(segment)),
    );
  const beyond = graph.apply('Sub', [gatherColumns(graph, known, [c]), row((s) => values[s])]);
  const share = graph.apply('Div', [beyond, row((s) => values[s + 1] - values[s])]);
  const passed = graph.apply('Clip', [share, graph.constant('double', [], [0]), graph.constant('double', [], [1])]);
  const rises = Array.from({ length: segments }, (_, s) => ((scores[s + 1] - scores[s]) * coefficient) / deviation);
  return graph.apply('MatMul', [passed, graph.constant('double', [segments, 1], rises)]);
}

/** What each listed category adds above the others; undefined where the column holds none. */
function categoryCurve(graph: GraphBuilder, term: Term, known: string, c: number): string | undefined {
  const { squash, coefficient, deviation } = term;
  if (squash.scale !== 'category' || squash.codes.length === 0) return undefined;
  const { codes, scores, other } = squash;
  const hit = graph.apply('Equal', [
    gatherColumns(graph, known, [c]),
    graph.constant('double', [1, codes.length], codes),
  ]);
  const rises = scores.map((score) => ((score - other) * coefficient) / deviation);
  return graph.apply('MatMul', [cast(graph, hit, 'double'), graph.constant('double', [codes.length, 1], rises)]);
}
