import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { loadDetector, meanLoss, meanStdLoss, retinaNetR50, type Detector } from "zsq";
import { ImageAdam } from "zsq/dist/distill/adam";
import { DistillObjective } from "zsq/dist/distill/objective";
import { repositoryRoot } from "zsq/dist/study/repository";
import { assertClose } from "../../helpers/close";
import { readFixture } from "../../helpers/fixture";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { dampedBounds, lcg, lcgDetector, sampleOf, type Sample } from "../../helpers/torch-reference";

interface Trajectory { seed: number; losses: number[]; gradient: Pick<Sample, "absmax" | "values"> }
interface Reference { embedded: Record<string, Trajectory>; resnet50: Record<string, Trajectory> }

describe("distillation beside PyTorch", () => {
  const reference = readFixture<Reference>("zsq", "distill", "distillation.json");
  const trunk = { ...retinaNetR50(4), fpn: { channels: 8, stages: [1, 2, 3], extraLevels: "none" as const }, head: { convs: 1, groups: 2 } };
  const cases: [keyof Reference, () => Detector, [number, number]][] = [
    ["embedded", () => loadDetector(join(repositoryRoot(), "data-scripts/weights/embedded/visible.safetensors")), [64, 96]],
    ["resnet50", () => lcgDetector(trunk, dampedBounds), [64, 64]],
  ];
  for (const [name, load, [height, width]] of cases) {
    for (const loss of [meanLoss, meanStdLoss]) {
      it(`agrees on ${name}, ${loss.name}: loss and gradient to 1e-4, 20 steps of Adam to 1e-3`, async function () {
        this.timeout(120_000);
        const expected = reference[name][loss.name];
        await assertNoLeaks(() => {
          const detector = load();
          const objective = new DistillObjective(detector, { loss });
          const adam = new ImageAdam(tf.tensor4d(lcg(expected.seed, height * width * 3).map((u) => u * 4), [1, height, width, 3]));
          expected.losses.forEach((value, step) => {
            const result = objective.lossGradient(adam.x);
            if (step === 0) assertClose(sampleOf(result.gradient.dataSync()), expected.gradient.values, 1e-4, expected.gradient.absmax);
            assertClose([tf.tidy(() => result.value.sum().dataSync()[0])], [value], step === 0 ? 1e-4 : 1e-3);
            adam.step(result.gradient, [0.1]);
            tf.dispose([result.value, result.gradient]);
          });
          adam.dispose();
          objective.dispose();
          detector.dispose();
        });
      });
    }
  }
});
