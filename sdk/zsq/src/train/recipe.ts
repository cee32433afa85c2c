import type { TrainerOptions } from "./trainer";

/** How a detector of the study is trained. */
export type Recipe = Omit<TrainerOptions, "seed">;

// clips share places and light: views of them make up for that, and the last steps fit the images as they are
const augmentation = { zoom: 1.25, contrast: 0.15, brightness: 0.2, until: 0.75 };

/** The embedded profile's two trainings: from random weights on visible scenes, then all layers on thermal ones with a new classifier. */
export const embeddedRecipes: Record<"visible" | "thermal", Recipe> = {
  visible: {
    optimizer: { kind: "adamw", weightDecay: 0.05 },
    schedule: { learningRate: 2e-3, warmUp: 300, decay: "cosine", restart: { epoch: 16, learningRate: 1e-3 } },
    epochs: 22,
    batchSize: 8,
    clipNorm: 5,
    augmentation,
  },
  thermal: {
    optimizer: { kind: "adamw", weightDecay: 0.05 },
    schedule: { learningRate: 1.5e-3, warmUp: 100, decay: "cosine" },
    epochs: 10,
    batchSize: 8,
    clipNorm: 5,
    augmentation,
  },
};

/** The paper's fine-tuning on FLIR ADAS, section 4.2: SGD, divided by 5 every 10 of 40 epochs, all layers. */
export const paperRecipe: Recipe = {
  optimizer: { kind: "sgd", weightDecay: 1e-4, momentum: 0.9, decay: "all" },
  schedule: { learningRate: 0.01, warmUp: 0, decay: "quarters" },
  epochs: 40,
  batchSize: 8,
};
