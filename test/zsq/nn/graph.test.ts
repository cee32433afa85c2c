import assert from "node:assert/strict";
import { Architecture, retinaNetEmbedded } from "zsq";
import { Graph } from "zsq/dist/nn/graph";
import { tinyConfig } from "../../helpers/tiny-detector";

describe("Graph", () => {
  const graph = new Graph(tinyConfig(), [32, 64]);

  it("starts with the image and names what has no weights after its first input", () => {
    assert.deepEqual(graph.nodes.slice(0, 5).map(({ operation, name, shape }) => [operation, name, shape]), [
      ["image", "image", [1, 32, 64, 3]],
      ["conv", "backbone.body.conv1", [1, 16, 32, 4]],
      ["batchNorm", "backbone.body.bn1", [1, 16, 32, 4]],
      ["relu", "backbone.body.bn1.relu", [1, 16, 32, 4]],
      ["maxPool", "backbone.body.bn1.relu.pool", [1, 8, 16, 4]],
    ]);
    assert.deepEqual(graph.of("add").map(({ name }) => name).slice(3), ["backbone.body.layer4.0.bn3.add", "backbone.fpn.inner_blocks.2.0.add", "backbone.fpn.inner_blocks.1.0.add", "backbone.fpn.inner_blocks.0.0.add"]);
  });

  it("knows who uses a value", () => {
    const [, conv, norm, relu, pool] = graph.nodes;
    assert.equal(graph.onlyUser(conv, "batchNorm"), norm);
    assert.equal(graph.onlyUser(conv, "relu"), undefined);
    assert.equal(graph.onlyUser(relu, "maxPool"), pool);
    assert.deepEqual(graph.usersOf(pool).map(({ name }) => name), ["backbone.body.layer1.0.conv1", "backbone.body.layer1.0.downsample.0"]);
    assert.deepEqual(graph.usersOf(graph.outputs.classLogits[0]), []);
  });

  it("holds a head once for each level", () => {
    assert.equal(graph.nodes.filter(({ name }) => name === "head.classification_head.cls_logits").length, 4);
    assert.equal(new Set(graph.of("conv").map(({ name }) => name)).size, new Architecture(tinyConfig()).ofKind("conv").length);
  });

  it("has the 53 batch normalizations of a ResNet-50, each after a convolution of its own", () => {
    const embedded = new Graph(retinaNetEmbedded());
    assert.equal(embedded.of("batchNorm").length, 53);
    for (const { inputs: [conv] } of embedded.of("batchNorm")) assert.deepEqual([conv.operation, embedded.usersOf(conv).length], ["conv", 1]);
  });
});
