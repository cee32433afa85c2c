import type { TrainerOptions } from "./trainer";

/** How a detector of the study is trained. */
export type Recipe = Omit<TrainerOptions, "seed">;

/** The embedded profile's two trainings: from random weights on visible scenes, then all layers on thermal ones with a new classifier. */
export const embeddedRecipes: Record<"visible" | "thermal", Recipe> = {
  visible: {
    optimizer: { kind: "adamw", weightDecay: 0.05 },
    schedule: { learningRate: 2e-3, warmUp: 300, decay: "cosine" },
    epochs: 15,
    batchSize: 8,
    clipNorm: 5,
  },
  thermal: {
    optimizer: { kind: "adamw", weightDecay: 0.05 },
    schedule: { learningRate: 1.5e-3, warmUp: 100, decay: "cosine" },
    epochs: 6,
    batchSize: 8,
    clipNorm: 5,
  },
};
