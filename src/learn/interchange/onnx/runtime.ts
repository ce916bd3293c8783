// The part of onnxruntime-node that is used, and how it is found: the package is an optional peer, so its types are stated
// here and it is imported when the first model is opened. Its install script fetches CUDA from elsewhere; nothing here
// needs that, so package.json forbids it to run.
import { InklingError } from '../../../errors.ts';

export type Tensor = {
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array;
  readonly dims: readonly number[];
};

export type Session = {
  run(feeds: Record<string, Tensor>, fetches: string[]): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
};

export type Runtime = {
  InferenceSession: { create(bytes: Uint8Array, options: { logSeverityLevel: number }): Promise<Session> };
  Tensor: new (type: string, data: Tensor['data'], dims: readonly number[]) => Tensor;
};

const PACKAGE: string = 'onnxruntime-node';
const VERSION = '1.30.0';

/** Imports the package; throws `unavailable` with the way to install it. */
export async function loadRuntime(): Promise<Runtime> {
  try {
    const { default: runtime } = (await import(PACKAGE)) as { default: Runtime };
    return runtime;
  } catch (cause) {
    throw new InklingError('unavailable', `Serving ONNX models needs the package ${PACKAGE}, which cannot be loaded.`, {
      hint: `Install it: npm install --no-save --ignore-scripts ${PACKAGE}@${VERSION}`,
      cause,
    });
  }
}
