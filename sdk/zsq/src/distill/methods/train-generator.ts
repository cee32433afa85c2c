import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../../nn/detector";
import { breathe, cellSignal } from "../../tensor/cell-signal";
import type { ImageTargets } from "../../train/targets";
import { randomTargets } from "./box-targets";
import { conditionOf, Generator, latents, type Block, type Condition } from "./generator";
import { RecipeObjective, type RecipeLoss } from "./recipe-objective";
import { checkSynthesis, type SynthesizeOptions, type SyntheticImages } from "./synthesis";

/** What an image of a generator is asked to show, and how that is told to the generator. */
export interface Wish { targets: ImageTargets; condition: Condition }

/** How a method trains a generator. */
export interface GeneratorRecipe extends RecipeLoss {
  /** of Adam; default 1e-3 */
  learningRate?: number;
  /** the generator's blocks; default the Generator's own */
  blocks?: readonly [Block, Block];
  /** the wish of image number k of a seed; default one random box with its class */
  wish?: (detector: Detector, imageShape: readonly [number, number], seed: number, image: number) => Wish;
}

/** One random box with its class. */
export const plainWish = ({ config }: Detector, imageShape: readonly [number, number], seed: number, image: number): Wish => {
  const targets = randomTargets(config, imageShape, seed, image);
  return { targets, condition: conditionOf(targets, config, imageShape) };
};

/**
 * Trains a generator by the recipe's loss on what it makes, then lets it make the images; each step has fresh latent
 * vectors and wishes, a batch of at most 8.
 *
 * Leaves no tensor behind. Throws if an option is out of range, a loss is not finite, or when stopped (an AbortError).
 */
export async function trainGenerator(where: string, detector: Detector, recipe: GeneratorRecipe, options: SynthesizeOptions): Promise<SyntheticImages> {
  checkSynthesis(where, options);
  const { images, imageShape, seed } = options, generator = new Generator(detector.config.classes, { imageShape, seed, blocks: recipe.blocks });
  try {
    const history = await fitGenerator(where, generator, detector, recipe, options);
    const conditions = wishes(detector, recipe, options, 0, images).map(({ condition }) => condition), latent = latents(seed, 1_000_000, images, generator.latent), x = generator.generate(latent, conditions);
    const result: SyntheticImages = { images: x.dataSync() as Float32Array, shape: x.shape, history };
    tf.dispose([latent, x]);
    return result;
  } finally {
    generator.dispose();
  }
}

/** Trains a generator as trainGenerator does and returns its losses; it stays the caller's. Throws as trainGenerator does. */
export async function fitGenerator(where: string, generator: Generator, detector: Detector, recipe: GeneratorRecipe, options: SynthesizeOptions): Promise<number[]> {
  const { images, iterations, seed, onProgress, signal = cellSignal() } = options, batch = Math.min(8, options.batchSize ?? 8), { learningRate = 1e-3 } = recipe;
  const objective = new RecipeObjective(detector, recipe), history: number[] = [];
  try {
    for (let step = 0; step < iterations; step++) {
      const wanted = wishes(detector, recipe, options, images + step * batch, batch), conditions = wanted.map(({ condition }) => condition), latent = latents(seed, step, batch, generator.latent), x = generator.generate(latent, conditions);
      const { loss, gradient } = objective.lossGradient(x, wanted.map(({ targets }) => targets));
      history.push(loss);
      if (Number.isFinite(loss)) generator.learn(latent, conditions, gradient, learningRate);
      tf.dispose([latent, x, gradient]);
      if (!Number.isFinite(loss)) throw new Error(`${where}: invalid loss at step ${step}: ${loss}; expected a finite number`);
      onProgress?.((step + 1) / iterations);
      await breathe(where, signal);
    }
    return history;
  } finally {
    objective.dispose();
  }
}

function wishes(detector: Detector, { wish = plainWish }: GeneratorRecipe, { imageShape, seed }: SynthesizeOptions, first: number, count: number): Wish[] {
  return Array.from({ length: count }, (_, k) => wish(detector, imageShape, seed, first + k));
}
