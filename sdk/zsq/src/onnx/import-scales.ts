import { readFileSync } from "node:fs";
import { z } from "zod";
import { integerRange } from "../quantize/affine";
import { Calibration } from "../quantize/calibrate";
import { rangeOf } from "../quantize/calibration-file";
import { checkCalibrator, type CalibratorSpec } from "../quantize/calibrators/spec";
import { oneLine, parseJson } from "../weights/parse-json";
import { decodeModel } from "./proto";

interface Model {
  graph?: { node?: { opType: string; input: string[] }[]; initializer?: { name: string; dataType: number; dims?: number[]; rawData: Uint8Array }[] };
  metadataProps?: { key: string; value: string }[];
}

/**
 * The scales and zero points of a quantized file of exportOnnx, as a calibration that quantizes to just these: exporting
 * the detector with it again writes the same bytes.
 *
 * Throws one line that names the file if it is missing, damaged, in float, or has a scale or zero point that is none.
 */
export function calibrationFromOnnx(path: string): Calibration {
  const { graph, metadataProps = [] } = readModel(path), constants = new Map(graph?.initializer?.map((tensor) => [tensor.name, tensor]));
  const calibrator = metadataProps.find(({ key }) => key === "calibrator")?.value;
  const nodes = (graph?.node ?? []).filter(({ opType }) => opType === "QuantizeLinear");
  if (calibrator === undefined || !nodes.length) throw new Error(`calibrationFromOnnx: missing scales in ${path}; expected a quantized detector that exportOnnx wrote`);
  const spec = parseJson(z.looseObject({ method: z.string() }), calibrator, "calibrationFromOnnx", path) as unknown as CalibratorSpec;
  checkCalibrator("calibrationFromOnnx", spec);
  const number = (name: string, bytes: number): DataView => {
    const data = constants.get(name)?.rawData;
    if (data?.length !== bytes) throw new Error(`calibrationFromOnnx: damaged ${path}: ${name} has ${data?.length ?? 0} bytes; expected ${bytes}`);
    return new DataView(data.buffer, data.byteOffset, bytes);
  };
  const [lowest] = integerRange(8);
  return new Calibration(nodes.map(({ input: [, scaleName, zeroName] }) => {
    const scale = number(scaleName, 4).getFloat32(0, true), zeroPoint = number(zeroName, 1).getUint8(0) + lowest, key = scaleName.replace(/\.scale$/, "");
    if (!(scale > 0 && scale < Infinity)) throw new RangeError(`calibrationFromOnnx: invalid scale of ${key} in ${path}: ${scale}; expected a finite number > 0`);
    return [key, rangeOf({ bits: 8, scale, zeroPoint })] as const;
  }), spec, 0);
}

function readModel(path: string): Model {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new Error(`calibrationFromOnnx: missing file: ${path}; expected one that exportOnnx wrote`);
  }
  try {
    return decodeModel(bytes) as Model;
  } catch (error) {
    throw new Error(`calibrationFromOnnx: damaged ${path}: ${oneLine((error as Error).message)}; expected an ONNX file`);
  }
}
