import { createRequire } from 'node:module'
import { join } from 'node:path'

/** What of onnxruntime is used here, as its version 1.30.0 has it. */
export interface Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

export interface OnnxSession {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
}

export interface Onnx {
  Tensor: new (
    kind: 'float32' | 'int64' | 'bool',
    data: Float32Array | BigInt64Array | boolean[],
    dims: number[],
  ) => Tensor
  InferenceSession: { create(file: string, options: object): Promise<OnnxSession> }
}

/** A second thread is slower for sentences, measured on two processors. */
const ONE_THREAD = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3 }

/** Loads the runtime out of its folder. Throws what the loader says when it is not whole. */
export function loadOnnx(folder: string): Onnx {
  return createRequire(join(folder, 'node_modules', 'none.cjs'))('onnxruntime-node') as Onnx
}

export function openSession(onnx: Onnx, file: string): Promise<OnnxSession> {
  return onnx.InferenceSession.create(file, ONE_THREAD)
}
