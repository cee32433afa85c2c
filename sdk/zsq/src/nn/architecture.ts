import type { RetinaNetConfig } from "./config";
import type { Convolution, Layers } from "./layers";
import { retinaNet } from "./retinanet";

export type LayerKind = "conv" | "batchNorm" | "groupNorm";

/** One layer of a detector, as seen when it runs on an image. */
export interface LayerInfo {
  name: string;
  kind: LayerKind;
  /** trained parameters by full name, with shape (convolutions: [kernel, kernel, in, out]) */
  parameters: Map<string, number[]>;
  /** stored but not trained: running statistics */
  buffers: Map<string, number[]>;
  /** output of its first use, [n, h, w, c] */
  output: number[];
  /** values entering it on that image, over all uses */
  inputValues: number;
  /** multiply-adds on that image, over all uses (heads run once per level) */
  multiplyAdds: number;
}

/** A detector's layers in the order of their first use; nothing is allocated. */
export class Architecture {
  readonly layers: readonly LayerInfo[];

  /** - **imageShape** – [height, width] in pixels, for output shapes and multiply-adds */
  constructor(config: RetinaNetConfig, imageShape: readonly [number, number] = [128, 160]) {
    const tracer = new ShapeLayers();
    retinaNet(tracer, config, [1, ...imageShape, 3]);
    this.layers = [...tracer.layers.values()];
  }

  /** Layers of one kind, such as all batch normalizations. */
  ofKind(kind: LayerKind): LayerInfo[] {
    return this.layers.filter((layer) => layer.kind === kind);
  }

  /** Trained parameters by name, with shape. */
  get parameters(): Map<string, number[]> {
    return new Map(this.layers.flatMap((layer) => [...layer.parameters]));
  }

  /** Running statistics by name, with shape. */
  get buffers(): Map<string, number[]> {
    return new Map(this.layers.flatMap((layer) => [...layer.buffers]));
  }

  get parameterCount(): number {
    return [...this.parameters.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  }

  get multiplyAdds(): number {
    return this.layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0);
  }

  /** Size of all parameters at so many bits each, in MiB (2^20 bytes). */
  sizeMiB(bits: number): number {
    return (this.parameterCount * bits) / 8 / 2 ** 20;
  }
}

// Interprets a network on shapes alone.
class ShapeLayers implements Layers<number[]> {
  readonly layers = new Map<string, LayerInfo>();

  conv(name: string, x: number[], { in: ci, out, kernel, stride = 1, bias = false }: Convolution): number[] {
    const [n, h, w] = x;
    const output = [n, Math.ceil(h / stride), Math.ceil(w / stride), out];
    const parameters: [string, number[]][] = [["weight", [kernel, kernel, ci, out]], ...(bias ? [["bias", [out]] as [string, number[]]] : [])];
    this.record(name, "conv", parameters, [], output, x).multiplyAdds += output[1] * output[2] * kernel * kernel * ci * out;
    return output;
  }

  batchNorm(name: string, x: number[], channels: number): number[] {
    this.record(name, "batchNorm", [["weight", [channels]], ["bias", [channels]]], [["running_mean", [channels]], ["running_var", [channels]]], x);
    return x;
  }

  groupNorm(name: string, x: number[], channels: number): number[] {
    this.record(name, "groupNorm", [["weight", [channels]], ["bias", [channels]]], [], x);
    return x;
  }

  relu(x: number[]): number[] { return x; }
  add(a: number[]): number[] { return a; }
  maxPool([n, h, w, c]: number[]): number[] { return [n, Math.ceil(h / 2), Math.ceil(w / 2), c]; }
  upsample([n, , , c]: number[], [, h, w]: number[]): number[] { return [n, h, w, c]; }
  scope(f: () => number[]): number[] { return f(); }

  private record(name: string, kind: LayerKind, parameters: [string, number[]][], buffers: [string, number[]][], output: number[], input = output): LayerInfo {
    const full = (entries: [string, number[]][]): Map<string, number[]> => new Map(entries.map(([key, shape]) => [`${name}.${key}`, shape]));
    let layer = this.layers.get(name);
    if (!layer) this.layers.set(name, (layer = { name, kind, parameters: full(parameters), buffers: full(buffers), output, inputValues: 0, multiplyAdds: 0 }));
    layer.inputValues += input[1] * input[2] * input[3];
    return layer;
  }
}
