import { existsSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-node-gpu";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { RetinaNetConfig } from "../nn/config";
import type { AsyncPredictor } from "../nn/detector";
import type { HeadOutputs } from "../nn/retinanet";
import { outputNames } from "./export";

type Runtime = typeof import("onnxruntime-node");

type Outputs = Record<string, Tensor>;

export interface OnnxDetectorOptions {
  /** threads of one operation; defaults to all cores */
  threads?: number;
}

/** A detector as ONNX Runtime computes it, from a file of exportOnnx. */
export class OnnxDetector implements AsyncPredictor {
  private constructor(readonly config: RetinaNetConfig, private readonly session: InferenceSession, private readonly runtime: Runtime) {}

  /**
   * - **config** – that of the detector in the file
   *
   * Throws if the file is missing, ONNX Runtime is not installed, or refuses the file.
   */
  static async load(path: string, config: RetinaNetConfig, { threads }: OnnxDetectorOptions = {}): Promise<OnnxDetector> {
    if (!existsSync(path)) throw new Error(`OnnxDetector: missing file: ${path}; expected one that exportOnnx wrote`);
    const runtime = await loadRuntime();
    const session = await runtime.InferenceSession.create(path, { logSeverityLevel: 3, ...(threads && { intraOpNumThreads: threads }) });
    return new OnnxDetector(config, session, runtime);
  }

  /** Head outputs for normalized images [n, h, w, 3], run in batches of the file's size; the caller disposes them. */
  async outputs(images: tf.Tensor4D): Promise<HeadOutputs<tf.Tensor4D>> {
    const metadata = this.session.inputMetadata[0], dims = (metadata as unknown as { shape: number[] }).shape, [batch, ...rest] = dims;
    if (images.rank !== 4 || images.shape.slice(1).join() !== rest.join() || images.shape[0] % batch) throw new Error(`outputs: invalid image shape: [${images.shape}]; expected a multiple of [${dims}]`);
    const names = outputNames(this.session.outputNames.filter((name) => name.startsWith("class_logits.")).length);
    const values = (await images.data()) as Float32Array, size = values.length / (images.shape[0] / batch), parts: Outputs[] = [];
    for (let start = 0; start < values.length; start += size) parts.push(await this.run(values.subarray(start, start + size), dims, names));
    const [classLogits, boxRegression] = [names.slice(0, names.length / 2), names.slice(names.length / 2)].map((kind) => kind.map((name) => joined(parts.map((part) => part[name]))));
    return { classLogits, boxRegression };
  }

  /** Outputs by name, of those asked for, for images of the file's batch. */
  run(images: Float32Array, shape: readonly number[], names: readonly string[]): Promise<Outputs> {
    return this.session.run({ images: new this.runtime.Tensor("float32", images, shape) }, [...names]) as Promise<Outputs>;
  }

  /** Frees the session. */
  async dispose(): Promise<void> {
    await this.session.release();
  }
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch {
    throw new Error("OnnxDetector: missing package: onnxruntime-node; expected it installed; try npm install --ignore-scripts onnxruntime-node");
  }
}

function joined(parts: readonly Tensor[]): tf.Tensor4D {
  return tf.tidy(() => tf.concat(parts.map(({ data, dims }) => tf.tensor4d(data as Float32Array, dims as [number, number, number, number]))));
}
