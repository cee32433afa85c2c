import type { RetinaNetConfig } from "../nn/config";
import type { Convolution, Layers } from "../nn/layers";
import { retinaNet } from "../nn/retinanet";

/** A convolution and the statistics that a distillation has of its output. */
export interface ConvolutionCoverage {
  name: string;
  part: "backbone" | "feature pyramid" | "heads";
  channels: number;
  /** the batch normalization that it feeds, or null: nothing is stored about its output */
  batchNorm: string | null;
}

/** Which convolutions of a detector have stored statistics; those without see what the others make of the image. */
export interface Coverage {
  convolutions: ConvolutionCoverage[];
  covered: number;
  /** convolutions in all and without statistics, by part */
  parts: Record<ConvolutionCoverage["part"], { convolutions: number; uncovered: number }>;
}

/**
 * What a distillation can and cannot see of a detector: in torchvision's RetinaNet the backbone's 53 convolutions feed
 * batch normalizations; pyramid (with P6 and P7) and heads (group normalization) have no statistics.
 */
export function statisticsCoverage(config: RetinaNetConfig): Coverage {
  const tracer = new CoverageLayers();
  retinaNet(tracer, config, null);
  const convolutions = [...tracer.convolutions.values()];
  const parts: Coverage["parts"] = { backbone: { convolutions: 0, uncovered: 0 }, "feature pyramid": { convolutions: 0, uncovered: 0 }, heads: { convolutions: 0, uncovered: 0 } };
  for (const { part, batchNorm } of convolutions) {
    parts[part].convolutions++;
    if (!batchNorm) parts[part].uncovered++;
  }
  return { convolutions, covered: convolutions.filter(({ batchNorm }) => batchNorm).length, parts };
}

// interprets a network on the name of the convolution that a tensor comes from, null where it comes from another layer
class CoverageLayers implements Layers<string | null> {
  readonly convolutions = new Map<string, ConvolutionCoverage>();

  conv(name: string, _x: string | null, { out }: Convolution): string {
    const part = name.startsWith("backbone.fpn") ? "feature pyramid" : name.startsWith("head") ? "heads" : "backbone";
    if (!this.convolutions.has(name)) this.convolutions.set(name, { name, part, channels: out, batchNorm: null });
    return name;
  }

  batchNorm(name: string, x: string | null): null {
    if (x !== null) this.convolutions.get(x)!.batchNorm = name;
    return null;
  }

  groupNorm(): null { return null; }
  relu(): null { return null; }
  add(): null { return null; }
  maxPool(): null { return null; }
  upsample(): null { return null; }
  scope(f: () => string | null): string | null { return f(); }
}
