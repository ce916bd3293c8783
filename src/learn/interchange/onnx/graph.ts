// Builds an ONNX graph step by step: every operator gets its inputs by name and answers with the name of its output.
import { ELEMENT, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './messages.ts';

export type GraphBuilder = {
  readonly nodes: OnnxNode[];
  readonly constants: Map<string, OnnxTensor>;
  /** A constant of some dimensions; returns its name. */
  constant(type: keyof typeof ELEMENT, dims: number[], values: readonly number[]): string;
  /** Applies an operator and returns the name of its only output, `called` or a fresh one. */
  apply(op: string, inputs: string[], attributes?: Record<string, OnnxAttribute>, called?: string): string;
};

/** The operators of learned models stand in a domain of their own. */
export const ML_DOMAIN = 'ai.onnx.ml';
const ML_OPERATORS = ['TreeEnsembleRegressor', 'LabelEncoder'];

export function createGraph(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxTensor>();
  return {
    nodes,
    constants,
    constant(type, dims, values) {
      const name = `constant_${constants.size}`;
      constants.set(name, { type: ELEMENT[type], dims, values: [...values] });
      return name;
    },
    apply(op, inputs, attributes = {}, called = `${op}_${nodes.length}`) {
      const domain = ML_OPERATORS.includes(op) ? ML_DOMAIN : '';
      nodes.push({ op, domain, inputs, outputs: [called], attributes });
      return called;
    },
  };
}

/** The same values as another type of number. */
export function cast(graph: GraphBuilder, input: string, type: keyof typeof ELEMENT, called?: string): string {
  return graph.apply('Cast', [input], { to: { integer: ELEMENT[type] } }, called);
}

/** The columns of a table, picked by place. */
export function gatherColumns(graph: GraphBuilder, input: string, places: readonly number[]): string {
  const indices = graph.constant('int64', [places.length], places);
  return graph.apply('Gather', [input, indices], { axis: { integer: 1 } });
}
