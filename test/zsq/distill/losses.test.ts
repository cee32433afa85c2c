import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { meanLoss, stdLoss, sumOf, type Normalizer } from "zsq";
import { channelWeights } from "zsq/dist/distill/losses";

describe("losses", () => {
  const row = (...x: number[]): tf.Tensor4D => tf.tensor4d(x, [1, 1, 1, x.length]);

  it("measure the squared distance of the statistics, part by part", () => {
    const { value, byMean, byStd } = sumOf(meanLoss, stdLoss).term({ mean: row(1, 2), std: row(3, 6) }, { mean: row(0, 0), std: row(1, 1) }, row(0.5, 1));
    assert.deepEqual([...value.dataSync()], [0.5 * 1 + 4, 0.5 * 4 + 25]);
    assert.deepEqual([...byMean!.dataSync()], [1, 4]);
    assert.deepEqual([...byStd!.dataSync()], [2, 10]);
  });

  it("are named by their parts", () => {
    const both = sumOf(meanLoss, stdLoss);
    assert.deepEqual([both.name, both.parts, both.needsStd], ["mean+std", ["mean", "std"], true]);
  });

  it("weigh the channels of a layer by the normalizer", () => {
    const layers = [{ name: "input", channels: 3 }, { name: "bn1", channels: 2 }, { name: "bn2", channels: 4 }];
    const weights = (normalizer: Normalizer): number[] => [...channelWeights(normalizer, layers, 8).dataSync()];
    assert.deepEqual(weights("perLayer"), new Array(9).fill(0.5));
    assert.deepEqual(weights("sum"), new Array(9).fill(1));
    assert.deepEqual(weights("perChannel"), [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]);
    assert.deepEqual(weights("perBatch"), new Array(9).fill(0.125));
  });
});
