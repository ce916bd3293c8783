// The messages of ONNX (onnx.proto) that a tabular model is made of. What is not needed is skipped when reading.
import {
  bytesField,
  type Field,
  floatsField,
  floatsOf,
  integerField,
  integersField,
  integersOf,
  join,
  readFields,
  textField,
  textOf,
} from './wire.ts';

export type OnnxModel = {
  producer: string;
  /** The version of each set of operators; '' is ONNX's own. */
  opsets: Record<string, number>;
  metadata: Record<string, string>;
  graph: OnnxGraph;
};

export type OnnxGraph = {
  nodes: OnnxNode[];
  /** Constants, by name. */
  constants: Map<string, OnnxTensor>;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
};

export type OnnxNode = {
  op: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, OnnxAttribute>;
};

/** One of these. */
export type OnnxAttribute = {
  float?: number;
  integer?: number;
  text?: string;
  tensor?: OnnxTensor;
  floats?: number[];
  integers?: number[];
  texts?: string[];
};

/** `type` is one of `ELEMENT`; of other types the values are left out. */
export type OnnxTensor = { type: number; dims: number[]; values: number[] };

/** `type` is undefined for what is no tensor; a dimension that is not fixed is undefined. */
export type OnnxValue = { name: string; type: number | undefined; dims: (number | undefined)[] };

/** The types of elements that are used here, by their number in the format. */
export const ELEMENT = { float: 1, uint8: 2, int32: 6, int64: 7, text: 8, bool: 9, double: 11 } as const;

/** Reads a model; throws `model_file_invalid` where the bytes are none. */
export function decodeModel(bytes: Uint8Array): OnnxModel | undefined {
  const model = { producer: '', opsets: {} as Record<string, number>, metadata: {} as Record<string, string> };
  let graph: OnnxGraph | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 2) model.producer = textOf(field);
    else if (field.number === 7) graph = decodeGraph(field.bytes);
    else if (field.number === 8) {
      const set = fieldsByNumber(field.bytes);
      model.opsets[lastText(set, 1)] = set.get(2)?.at(-1)?.integer ?? 1;
    } else if (field.number === 14) {
      const entry = fieldsByNumber(field.bytes);
      model.metadata[lastText(entry, 1)] = lastText(entry, 2);
    }
  }
  return graph && { ...model, graph };
}

type FieldsByNumber = Map<number, Field[]>;

function fieldsByNumber(bytes: Uint8Array): FieldsByNumber {
  const fields: FieldsByNumber = new Map();
  for (const field of readFields(bytes)) {
    const same = fields.get(field.number);
    if (same === undefined) fields.set(field.number, [field]);
    else same.push(field);
  }
  return fields;
}

const allOf = (fields: FieldsByNumber, number: number) => fields.get(number) ?? [];
const lastText = (fields: FieldsByNumber, number: number) => allOf(fields, number).map(textOf).at(-1) ?? '';

function decodeGraph(bytes: Uint8Array): OnnxGraph {
  const fields = fieldsByNumber(bytes);
  const constants = allOf(fields, 5).map((field) => decodeTensor(field.bytes));
  return {
    nodes: allOf(fields, 1).map((field) => decodeNode(field.bytes)),
    constants: new Map(constants.map(({ name, tensor }) => [name, tensor])),
    inputs: allOf(fields, 11).map((field) => decodeValue(field.bytes)),
    outputs: allOf(fields, 12).map((field) => decodeValue(field.bytes)),
  };
}

function decodeNode(bytes: Uint8Array): OnnxNode {
  const fields = fieldsByNumber(bytes);
  return {
    op: lastText(fields, 4),
    domain: lastText(fields, 7),
    inputs: allOf(fields, 1).map(textOf),
    outputs: allOf(fields, 2).map(textOf),
    attributes: Object.fromEntries(allOf(fields, 5).map((field) => decodeAttribute(field.bytes))),
  };
}

function decodeAttribute(bytes: Uint8Array): [name: string, OnnxAttribute] {
  const fields = fieldsByNumber(bytes);
  const last = (number: number) => allOf(fields, number).at(-1);
  const [float, integer, text, tensor] = [last(2), last(3), last(4), last(5)];
  return [
    lastText(fields, 1),
    {
      float: float && floatsOf(float, 'float')[0],
      integer: integer?.integer,
      text: text && textOf(text),
      tensor: tensor && decodeTensor(tensor.bytes).tensor,
      floats: fields.get(7)?.flatMap((field) => floatsOf(field, 'float')),
      integers: fields.get(8)?.flatMap(integersOf),
      texts: fields.get(9)?.map(textOf),
    },
  ];
}

function decodeTensor(bytes: Uint8Array): { name: string; tensor: OnnxTensor } {
  const fields = fieldsByNumber(bytes);
  const type = allOf(fields, 2).at(-1)?.integer ?? 0;
  const raw = allOf(fields, 9).at(-1);
  const values = raw !== undefined && raw.bytes.length > 0 ? rawValues(raw, type) : listedValues(fields);
  return { name: lastText(fields, 8), tensor: { type, dims: allOf(fields, 1).flatMap(integersOf), values } };
}

function listedValues(fields: FieldsByNumber): number[] {
  return [
    ...allOf(fields, 4).flatMap((field) => floatsOf(field, 'float')),
    ...allOf(fields, 5).flatMap(integersOf),
    ...allOf(fields, 7).flatMap(integersOf),
    ...allOf(fields, 10).flatMap((field) => floatsOf(field, 'double')),
  ];
}

function rawValues(raw: Field, type: number): number[] {
  if (type === ELEMENT.float) return floatsOf(raw, 'float');
  if (type === ELEMENT.double) return floatsOf(raw, 'double');
  if (type === ELEMENT.uint8 || type === ELEMENT.bool) return [...raw.bytes];
  return [];
}

/** An input or output: its name, and the type and dimensions where it is a tensor. */
function decodeValue(bytes: Uint8Array): OnnxValue {
  const fields = fieldsByNumber(bytes);
  const type = nested(fields, 2);
  const tensor = nested(type, 1);
  const dims = allOf(nested(tensor, 2), 1).map((field) => fieldsByNumber(field.bytes).get(1)?.at(-1)?.integer);
  return { name: lastText(fields, 1), type: tensor.get(1)?.at(-1)?.integer, dims };
}

function nested(fields: FieldsByNumber, number: number): FieldsByNumber {
  const field = allOf(fields, number).at(-1);
  return field === undefined ? new Map() : fieldsByNumber(field.bytes);
}

/** Writes a model in version 7 of the format. */
export function encodeModel({ producer, opsets, metadata, graph }: OnnxModel): Uint8Array {
  return join([
    integerField(1, 7),
    textField(2, producer),
    bytesField(7, encodeGraph(graph)),
    ...Object.entries(opsets).map(([domain, version]) =>
      bytesField(8, join([textField(1, domain), integerField(2, version)])),
    ),
    ...Object.entries(metadata).map(([key, value]) => bytesField(14, join([textField(1, key), textField(2, value)]))),
  ]);
}

function encodeGraph({ nodes, constants, inputs, outputs }: OnnxGraph): Uint8Array {
  return join([
    ...nodes.map((node) => bytesField(1, encodeNode(node))),
    textField(2, 'model'),
    ...Array.from(constants, ([name, tensor]) => bytesField(5, encodeTensor(name, tensor))),
    ...inputs.map((value) => bytesField(11, encodeValue(value))),
    ...outputs.map((value) => bytesField(12, encodeValue(value))),
  ]);
}

function encodeNode({ op, domain, inputs, outputs, attributes }: OnnxNode): Uint8Array {
  return join([
    ...inputs.map((name) => textField(1, name)),
    ...outputs.map((name) => textField(2, name)),
    textField(4, op),
    ...Object.entries(attributes).map(([name, attribute]) => bytesField(5, encodeAttribute(name, attribute))),
    textField(7, domain),
  ]);
}

/** A single broken number is never written. */
function encodeAttribute(name: string, attribute: OnnxAttribute): Uint8Array {
  const { integer, text, tensor, floats, integers, texts } = attribute;
  // Field 20 says which of the forms it is.
  const form = (code: number, ...parts: Uint8Array[]) => join([textField(1, name), ...parts, integerField(20, code)]);
  if (integer !== undefined) return form(2, integerField(3, integer));
  if (text !== undefined) return form(3, textField(4, text));
  if (tensor !== undefined) return form(4, bytesField(5, encodeTensor('', tensor)));
  if (floats !== undefined) return form(6, floatsField(7, floats, 'float'));
  if (integers !== undefined) return form(7, integersField(8, integers));
  return form(8, ...(texts ?? []).map((one) => textField(9, one)));
}

function encodeTensor(name: string, { type, dims, values }: OnnxTensor): Uint8Array {
  const data =
    type === ELEMENT.float
      ? floatsField(4, values, 'float')
      : type === ELEMENT.double
        ? floatsField(10, values, 'double')
        : integersField(type === ELEMENT.int64 ? 7 : 5, values);
  return join([integersField(1, dims), integerField(2, type), data, textField(8, name)]);
}

function encodeValue({ name, type = ELEMENT.float, dims }: OnnxValue): Uint8Array {
  const shape = join(dims.map((dim) => bytesField(1, dim === undefined ? textField(2, 'rows') : integerField(1, dim))));
  const tensor = join([integerField(1, type), bytesField(2, shape)]);
  return join([textField(1, name), bytesField(2, bytesField(1, tensor))]);
}
