import assert from "node:assert/strict";
import * as zsq from "zsq";
import type { Figure, Figure1Result, Figure2Result, Figure3Result, Figure4Result, LayerReportRow, LayerSensitivity } from "zsq";
import type { Drawing } from "zsq/dist/plot/figure";
import { assertSnapshot } from "../../helpers/fixture";
import { compareExample } from "../../helpers/compare-example";
import { table1Example } from "../../helpers/table1-example";
import { whatIfExample } from "../../helpers/what-if-example";

const PICTURE = "data:image/jpeg;base64,AAAA", title = "A title";
const models = ["pretrained", "fine-tuned"] as const, schemes = [["W8A8", "calibrated"], ["W8A4", "image"]] as const;

const figure1: Pick<Figure1Result, "rows" | "distillation" | "scheme" | "layers"> = {
  rows: models.map((model) => ({
    model, dataset: `scenes ${model}`, convolutions: 71, batchNorms: 53, channels: 100, parameters: 2_400_000, trainImages: 48, validationImages: 30,
    real: `${model}-real`, noise: "noise", distilled: `${model}-distilled`, lossBefore: 12.3, lossAfter: 0.45,
  })),
  distillation: { preset: "paper-mean", loss: "mean", learningRate: 0.1, images: 16, iterations: 100, height: 256, width: 320 },
  scheme: { precisions: ["W8A8", "W8A4"], calibrator: "percentile 99.99", granularity: "per output channel" },
  layers: [{ name: "bn1", channels: 16 }, { name: "bn2", channels: 64 }, { name: "bn3", channels: 32 }],
};
const pictures = new Map([...figure1.rows.flatMap(({ real, noise, distilled }) => [real, noise, distilled]), ...models.flatMap((model) => [0, 100].map((i) => `${model}-${i}`))].map((name) => [name, PICTURE]));

const figure2: Pick<Figure2Result, "rows" | "references"> = {
  rows: models.flatMap((model, m) => schemes.flatMap(([precision, inputRange], s) => (["mean", "mean+std"] as const).flatMap((loss, l) => [0, 20, 100].flatMap((iterations, i) => [1, 2].map((seed) => ({
    model, precision, inputRange, loss, iterations, seed, map: 0.5 - 0.1 * s + 0.01 * i - 0.02 * m - 0.005 * l + 0.002 * seed, lossMean: 10 / (1 + iterations) + 0.1 * seed, lossStd: 20 / (1 + iterations) + 0.1 * l,
  })))))),
  references: models.flatMap((model) => (["none", "real", "noise"] as const).map((calibration, k) => ({ model, precision: calibration === "none" ? "W32A32" as const : "W8A8" as const, inputRange: calibration === "none" ? "none" as const : "calibrated" as const, calibration, map: 0.52 - 0.02 * k, seeds: 2 }))),
};

const batchSources = ["real-consecutive", "distilled", "noise"] as const;
const figure3: Pick<Figure3Result, "rows" | "summary" | "fullPrecision" | "model"> = {
  model: "fine-tuned", fullPrecision: 0.5,
  rows: schemes.flatMap(([precision, inputRange], s) => batchSources.flatMap((source, k) => [0, 1, 2, 3].map((batch) => ({ source, precision, inputRange, batch, map: 0.49 - 0.05 * s - 0.01 * k + 0.002 * batch })))),
  summary: schemes.flatMap(([precision, inputRange], s) => batchSources.map((source, k) => {
    const min = 0.49 - 0.05 * s - 0.01 * k;
    return { source, precision, inputRange, mean: min + 0.003, std: 0.0026, min, p5: min, max: min + 0.006, n: 4 };
  })),
};

const figure4: Pick<Figure4Result, "rows" | "references"> = {
  rows: models.flatMap((model, m) => [0, 100].map((iterations) => ({ model, iterations, image: `${model}-${iterations}`, chroma: 80 - 0.5 * iterations - 10 * m, chromaPooled: 12 - 0.1 * iterations }))),
  references: models.map((model, m) => ({ model, dataset: `scenes ${model}`, image: `${model}-real`, chroma: 20 - 20 * m, chromaPooled: 15 - 15 * m })),
};

const layers: LayerReportRow[] = ["real", "noise"].map((source, k) => ({
  layer: "a.conv", source, min: -1, max: 1, clip: { min: -0.9, max: 0.8 }, clipped: 0.01, sqnr: 30, divergence: 0.1 * k, histogram: { from: -1, width: 0.5, counts: Float64Array.of(1, 8 - k, 0, 4 + k) },
}));
const sensitivity: LayerSensitivity[] = [0.1, 0.01, 0.5].map((outputError, i) => ({ layer: `layer ${i}`, outputError, sqnr: 20, loss: null }));

// each function of the SDK that draws, by its name, on a few made-up rows
const figures: Record<string, () => Figure | Drawing> = {
  bitsFigure: () => zsq.bitsFigure([{ method: "weights", bits: 4, value: 40 }, { method: "weights", bits: 2, value: 12 }, { method: "activations", bits: 4, value: 30 }], { title, y: "mAP (percent)", float: 45 }),
  boxesFigure: () => zsq.boxesFigure(PICTURE, [8, 10], [{ kind: "truth", label: "car", box: [1, 2, 5, 6] }, { kind: "hit", label: "car 0.90", box: [1, 2, 5, 5] }, { kind: "false alarm", label: "person", box: [6, 1, 8, 4] }], { title }),
  compareFigure: () => zsq.compareFigure(compareExample()),
  curvesFigure: () => zsq.curvesFigure([{ name: "a", colour: "#0072B2", points: [[0, 1], [1, 10], [2, 100]] }], { title, x: { title: "step" }, y: { title: "loss (squared distance)", log: true } }),
  distillationFigure: () => zsq.distillationFigure([{ name: "mean", history: [100, 10, 1] }], { title, references: [{ name: "real", loss: 5 }] }),
  enoughImagesFigure: () => zsq.enoughImagesFigure([{ name: "distilled", points: [{ images: 1, mean: 0.8, low: 0.7, high: 0.9 }, { images: 2, mean: 0.92, low: 0.85, high: 0.97 }, { images: 4, mean: 1, low: 1, high: 1 }] }], { title }),
  figure1Framework: () => zsq.figure1Framework(figure1, pictures),
  "figure1Framework-narrow": () => zsq.figure1Framework(figure1, pictures, { columns: 1 }),
  figure1Loop: () => zsq.figure1Loop(figure1, pictures),
  "figure1Loop-narrow": () => zsq.figure1Loop(figure1, pictures, { columns: 1 }),
  figure2Figure: () => zsq.figure2Figure(figure2),
  figure3Figure: () => zsq.figure3Figure(figure3),
  figure4Colour: () => zsq.figure4Colour(figure4),
  figure4Gallery: () => zsq.figure4Gallery(figure4, pictures),
  galleryFigure: () => zsq.galleryFigure([{ label: "noise", picture: PICTURE }, { label: "real", picture: PICTURE }], { title, aspect: 0.8 }),
  intervalsFigure: () => zsq.intervalsFigure([{ label: "real", colour: "#009E73", mean: 40, low: 38, high: 43 }, { label: "noise", colour: "#D55E00", mean: 30, low: 27, high: 31 }], { title, x: "mAP (percent)", guide: { name: "full precision", at: 45 } }),
  iouFigure: () => zsq.iouFigure([{ category: "car", iou: 0.5, ap: 0.8 }, { category: "car", iou: 0.95, ap: 0 }, { category: "person", iou: 0.5, ap: 0.6 }], { title }),
  layerHistogramFigure: () => zsq.layerHistogramFigure(layers, "a.conv"),
  precisionRecallFigure: () => zsq.precisionRecallFigure({ raw: [{ recall: 0.25, precision: 1 }, { recall: 0.5, precision: 0.6 }], interpolated: [{ recall: 0, precision: 1 }, { recall: 0.5, precision: 0.6 }] }, { title }),
  rangeRatioFigure: () => zsq.rangeRatioFigure([{ source: "noise", layer: "a", ratio: 0.5 }, { source: "noise", layer: "b", ratio: 3 }, { source: "distilled-mean", layer: "a", ratio: 1.1 }]),
  sensitivityFigure: () => zsq.sensitivityFigure(sensitivity),
  staircaseFigure: () => zsq.staircaseFigure([{ real: -1, restored: -1.1 }, { real: 0, restored: 0 }, { real: 1, restored: 0.9 }]),
  table1Figure: () => zsq.table1Figure(table1Example().rows, table1Example().paper),
  trainingFigure: () => zsq.trainingFigure([3, 2, 2.5], { title }),
  whatIfFigure: () => zsq.whatIfFigure(whatIfExample()),
  whatIfHistogram: () => zsq.whatIfHistogram(whatIfExample(), { source: "distilled", layer: "backbone.body.conv1", calibrator: "percentile", percentile: 99.99, activationBits: 4 }),
};

describe("snapshots of figures", () => {
  for (const [name, draw] of Object.entries(figures)) {
    it(`${name} is as its snapshot`, () => {
      const figure = draw();
      const spec = figure.data ? `${JSON.stringify({ data: figure.data, layout: figure.layout }, null, 1)}\n` : null;
      assertSnapshot(name, spec ? "json" : "svg", spec ?? `${figure.svg}\n`);
    });

    it(`${name} names what its axes show, and draws with nothing missing`, () => {
      const { data, layout, svg } = { layout: {}, ...draw() };
      assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
      if (!data) return;
      const titled = (letter: string): boolean => Object.entries(layout).some(([key, axis]) => key.startsWith(`${letter}axis`) && ((axis as { title?: { text?: string } }).title?.text ?? "") !== "");
      const isPicture = Object.entries(layout).some(([key, axis]) => key.startsWith("xaxis") && (axis as { visible?: boolean }).visible === false);
      if (!isPicture) assert.ok(titled("x"), "an axis to the right");
    });
  }

  it("are there for every figure that the SDK exports", () => {
    const drawing = Object.keys(zsq).filter((name) => /Figure$|^figure\d(Framework|Loop|Colour|Gallery)$|^whatIfHistogram$/.test(name));
    assert.deepEqual(drawing.sort(), [...new Set(Object.keys(figures).map((name) => name.replace("-narrow", "")))].sort());
  });
});
