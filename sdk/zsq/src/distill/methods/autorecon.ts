import type { Detector } from "../../nn/detector";
import { GDFQ_DEVIATIONS, GDFQ_LOSS } from "./gdfq";
import { Generator, type Block } from "./generator";
import type { ImageMethod } from "./method";
import { checkSynthesis, type SynthesizeOptions } from "./synthesis";
import { fitGenerator, trainGenerator } from "./train-generator";

/** Everything a block of the generator may be. */
const EVERY: Block = { enlargements: ["nearest", "bilinear"], operations: ["conv3", "conv5", "separable3", "pointwise"] };
const SEARCH_SHARE = 1 / 3;

/**
 * AutoReCon: GDFQ with a generator whose blocks are searched for. A third of the steps train a generator in which all
 * candidates are mixed by weights that are learned with it (DARTS, first order); each block's heaviest candidates then
 * make the generator that is trained anew and makes the images.
 *
 * Loss: as GDFQ.
 */
export const autorecon: ImageMethod = {
  id: "autorecon", label: "AutoReCon, generator", source: "Zhu et al., IJCAI 2021; no public code, details of the search not verified",
  deviations: [...GDFQ_DEVIATIONS, "weights of candidates and kernels are learned by the same steps, a third of all; no transposed convolution and no conditional normalization among the candidates"],
  published: [{ figure: "61.32 (W4A4), 68.88 (W5A5)", task: "ImageNet, ResNet-18, top-1, fine-tuned; from another paper's table" }],
  synthesize: async (detector, options) => {
    checkSynthesis("autorecon", options);
    const search = Math.round(options.iterations * SEARCH_SHARE), { onProgress, iterations } = options;
    const blocks = await searchBlocks(detector, { ...options, iterations: search, onProgress: onProgress && ((fraction) => onProgress(fraction * SEARCH_SHARE)) });
    return trainGenerator("autorecon", detector, { ...GDFQ_LOSS, blocks }, {
      ...options, iterations: iterations - search, onProgress: onProgress && ((fraction) => onProgress(SEARCH_SHARE + fraction * (1 - SEARCH_SHARE))),
    });
  },
};

/** The blocks that a search of `iterations` steps finds for a generator. Leaves no tensor behind; throws as trainGenerator does. */
export async function searchBlocks(detector: Detector, options: SynthesizeOptions): Promise<readonly [Block, Block]> {
  const { imageShape, seed } = options, generator = new Generator(detector.config.classes, { imageShape, seed, blocks: [EVERY, EVERY] });
  try {
    await fitGenerator("autorecon", generator, detector, GDFQ_LOSS, options);
    return generator.heaviestBlocks();
  } finally {
    generator.dispose();
  }
}
