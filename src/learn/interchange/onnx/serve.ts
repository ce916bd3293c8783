// Serves any tabular ONNX model as it is, through onnxruntime-node. The package weighs 290 MB and answers asynchronously:
// so it is installed only by those who serve such models, and what opens here is no FittedModel, which answers at once and
// explains itself. Trees inside an ONNX file are better read with `readForeignModel`.
import { InklingError } from '../../../errors.ts';
import { checkMatrix, type Matrix, selectColumns } from '../../matrix.ts';
import { damaged, unsupported } from '../refuse.ts';
import { decodeModel, ELEMENT, type OnnxModel, type OnnxValue } from './messages.ts';
import { listedIn, METADATA } from './metadata.ts';
import { loadRuntime, type Session, type Tensor } from './runtime.ts';

export type ServedModel = {
  /** The columns it wants; a matrix may hold more, in any order. */
  readonly names: readonly string[];
  /** One number per row: the probability of the second of two classes, or the amount. */
  predict(x: Matrix): Promise<Float64Array>;
  /** Frees the runtime's memory. */
  close(): Promise<void>;
};

/** Rows that are answered at a time, so that a large table needs no large memory. */
const BATCH = 4096;

/**
 * Opens an ONNX model whose input is one table [rows, columns] or one column per input, and whose last output is a tensor
 * [rows], [rows, 1] or [rows, 2]. `names` are the columns of a single table, where the file does not tell them. Throws
 * `unavailable` without the package onnxruntime-node, and `model_file_invalid` for bytes that it cannot run.
 */
export async function openOnnxModel(bytes: Uint8Array, given: { names?: string[] } = {}): Promise<ServedModel> {
  const model = decodeModel(bytes) ?? damaged('ONNX', 'it holds no graph');
  const inputs = model.graph.inputs.filter(({ name }) => !model.graph.constants.has(name));
  for (const input of inputs) checkInput(input);
  const names = given.names ?? namesOf(model, inputs);
  checkNames(names, inputs);
  const output = outputOf(model);
  const { InferenceSession, Tensor } = await loadRuntime();
  let session: Session;
  try {
    session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  } catch (error) {
    damaged('ONNX', `onnxruntime says ${(error as Error).message}`);
  }
  const answer = async (x: Matrix, start: number, end: number) => {
    const tables = inputs.length === 1 ? [x.columns] : inputs.map((_, c) => [x.columns[c]]);
    const feeds = inputs.map((input, i) => [input.name, feedOf(Tensor, input, tables[i], start, end)]);
    try {
      return (await session.run(Object.fromEntries(feeds), [output]))[output];
    } catch (error) {
      damaged('ONNX', `onnxruntime says ${(error as Error).message}`);
    }
  };
  return {
    names,
    async predict(x) {
      const table = selectColumns(x, names);
      checkMatrix(table);
      const predicted = new Float64Array(x.rows);
      for (let start = 0; start < x.rows; start += BATCH) {
        const end = Math.min(start + BATCH, x.rows);
        predicted.set(valuesOf(await answer(table, start, end), end - start), start);
      }
      return predicted;
    },
    close: () => session.release(),
  };
}

function checkInput({ name, type, dims }: OnnxValue): void {
  if (type !== undefined && type in LISTS && dims.length >= 1 && dims.length <= 2) return;
  unsupported('ONNX', `its input ${JSON.stringify(name)} is no table of numbers`, 'Export it with numbers as inputs.');
}

function namesOf(model: OnnxModel, inputs: readonly OnnxValue[]): string[] {
  const told = listedIn(model, METADATA.names);
  if (told !== undefined) return told;
  if (inputs.length !== 1) return inputs.map(({ name }) => name);
  const count = inputs[0].dims[1];
  if (count === undefined || count > MOST_COLUMNS) {
    unsupported('ONNX', 'it does not say which columns it wants', 'Pass their names, in the order of its input.');
  }
  return Array.from({ length: count }, (_, c) => `f${c}`);
}

const MOST_COLUMNS = 1e6;

function checkNames(names: readonly string[], inputs: readonly OnnxValue[]): void {
  const wanted = inputs.length === 1 ? (inputs[0].dims[1] ?? names.length) : inputs.length;
  if (names.length === wanted) return;
  throw new InklingError('invalid_input', `The ONNX model wants ${wanted} columns, and ${names.length} are named.`, {
    hint: 'Name one column for each, in the order of its input.',
  });
}

/** Probabilities come last, behind the label. */
function outputOf({ graph }: OnnxModel): string {
  const last = graph.outputs.at(-1);
  if (last === undefined) damaged('ONNX', 'its graph has no output');
  if (last.type === ELEMENT.float || last.type === ELEMENT.double) return last.name;
  const reason = `its output ${JSON.stringify(last.name)} is no tensor of numbers`;
  unsupported('ONNX', reason, 'Export a classifier with zipmap=False, so that its probabilities are one tensor.');
}

/** The list that holds the elements of each type of input. */
const LISTS: Record<number, { name: string; from(values: Float64Array): Tensor['data'] }> = {
  [ELEMENT.float]: { name: 'float32', from: (values) => Float32Array.from(values) },
  [ELEMENT.double]: { name: 'float64', from: (values) => values },
  [ELEMENT.int32]: { name: 'int32', from: (values) => Int32Array.from(wholeNumbers(values)) },
  [ELEMENT.int64]: { name: 'int64', from: (values) => BigInt64Array.from(wholeNumbers(values), BigInt) },
};

type TensorClass = Awaited<ReturnType<typeof loadRuntime>>['Tensor'];

/** Some rows of some columns, row after row. */
function feedOf(
  TensorOf: TensorClass,
  { type = ELEMENT.float, dims }: OnnxValue,
  columns: Matrix['columns'],
  start: number,
  end: number,
): Tensor {
  const values = new Float64Array((end - start) * columns.length);
  columns.forEach((column, c) => {
    for (let r = start; r < end; r++) values[(r - start) * columns.length + c] = column[r];
  });
  const shape = dims.length === 1 ? [end - start] : [end - start, columns.length];
  return new TensorOf(LISTS[type].name, LISTS[type].from(values), shape);
}

function wholeNumbers(values: Float64Array): Float64Array {
  const broken = values.find((value) => !Number.isSafeInteger(value));
  if (broken === undefined) return values;
  throw new InklingError('invalid_input', `The model takes whole numbers only, and a value is ${broken}.`, {
    hint: 'Fill in missing values first, or export the model with float inputs.',
  });
}

function valuesOf({ data, dims }: Tensor, rows: number): Float64Array {
  const perRow = data.length / Math.max(1, rows);
  if (dims[0] !== rows || (perRow !== 1 && perRow !== 2)) {
    unsupported(
      'ONNX',
      `it answers ${rows} rows with [${dims.join(', ')}] numbers`,
      'One or two per row can be served.',
    );
  }
  return Float64Array.from({ length: rows }, (_, r) => Number(data[(r + 1) * perRow - 1]));
}
