import type { Argv } from "yargs";
import { Architecture } from "../nn/architecture";
import type { RetinaNetConfig } from "../nn/config";
import type { KernelType } from "../onnx/quantization-nodes";
import { UsageError } from "./report-error";

/** How an ONNX file is written. */
export interface OnnxArguments { kernels: KernelType; batch: number; size?: string }

/** The options of OnnxArguments. */
export const onnxOptions = <T>(yargs: Argv<T>) => yargs
  .option("kernels", { choices: ["int8", "uint8"] as const, default: "int8" as const, describe: "int8 is fastest; uint8 is exact on processors without VNNI instructions, too" })
  .option("batch", { type: "number", requiresArg: true, default: 1, describe: "images that the ONNX file takes at a time" })
  .option("size", { type: "string", requiresArg: true, describe: "HEIGHT,WIDTH in pixels of the images that the ONNX file takes" });

/** [height, width] of --size, or else those given. Throws if it is not two integers of at least 32. */
export function onnxShape(size: string | undefined, otherwise: readonly [number, number] | undefined): [number, number] {
  const shape = size === undefined ? otherwise : size.split(",").map(Number);
  if (!shape) throw new UsageError("missing --size: expected HEIGHT,WIDTH in pixels, such as 128,160");
  if (shape.length !== 2 || !shape.every((side) => Number.isInteger(side) && side >= 32)) throw new UsageError(`invalid --size: ${size}; expected HEIGHT,WIDTH in pixels, at least 32 each`);
  return [shape[0], shape[1]];
}

const MIB = 2 ** 20;

/** Size of an ONNX file beside that of the parameters in float32. */
export function onnxSummary({ config }: { config: RetinaNetConfig }, bytes: number): { bytes: number; float32Bytes: number; text: string } {
  const float32Bytes = Math.round(new Architecture(config).sizeMiB(32) * MIB);
  return { bytes, float32Bytes, text: `${(bytes / MIB).toFixed(2)} MiB, parameters in float32 ${(float32Bytes / MIB).toFixed(2)} MiB` };
}
