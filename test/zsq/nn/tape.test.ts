import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { FrozenNetwork } from "zsq/dist/nn/frozen-network";
import { groupNorm, groupNormGradient } from "zsq/dist/nn/group-norm";
import { InputTape } from "zsq/dist/nn/input-tape";
import type { Node } from "zsq/dist/nn/tape";
import { normals } from "zsq";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";

const random = (stream: number, shape: number[]): tf.Tensor => tf.tensor(normals(3, stream, shape.reduce((a, b) => a * b, 1)), shape);

/** Gradient of sum(g * f(x)) in x by the tape. */
function tapeGradient(f: (tape: InputTape, x: Node) => Node, weights: Map<string, tf.Tensor>, x: tf.Tensor4D, g: tf.Tensor): tf.Tensor {
  const network = new FrozenNetwork(weights);
  const gradient = tf.tidy(() => {
    const tape = new InputTape(network);
    const input = tape.input(x);
    const y = f(tape, input);
    y.accumulate(tf.clone(g) as tf.Tensor4D);
    tape.backward();
    return input.grad!;
  });
  network.dispose();
  return gradient;
}

describe("InputTape", () => {
  const weights = new Map<string, tf.Tensor>();
  before(() => {
    weights.set("c.weight", random(0, [3, 3, 4, 6])).set("c.bias", random(1, [6]));
    for (const key of ["weight", "bias", "running_mean"]) weights.set(`n.${key}`, random(2, [4]));
    weights.set("p.weight", random(12, [1, 1, 4, 6])).set("q.weight", random(13, [1, 1, 4, 4])).set("i.weight", tf.tidy(() => tf.eye(4).reshape([1, 1, 4, 4])));
    weights.set("n.running_var", random(3, [4]).square().add(0.5));
  });
  after(() => tf.dispose([...weights.values()]));

  const scaleOf = (norm: string): tf.Tensor => weights.get(`${norm}.weight`)!.div(weights.get(`${norm}.running_var`)!.add(1e-5).sqrt());
  const pad = (x: tf.Tensor4D): tf.Tensor4D => tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]);
  const cases: [string, number[], (tape: InputTape, x: Node) => Node, (x: tf.Tensor4D) => tf.Tensor][] = [
    ["conv at stride 1", [2, 5, 7, 6], (t, x) => t.conv("c", x, { in: 4, out: 6, kernel: 3, bias: true }), (x) => tf.conv2d(pad(x), weights.get("c.weight") as tf.Tensor4D, 1, "valid")],
    ["conv at stride 2", [2, 3, 4, 6], (t, x) => t.conv("c", x, { in: 4, out: 6, kernel: 3, stride: 2 }), (x) => tf.conv2d(pad(x), weights.get("c.weight") as tf.Tensor4D, 2, "valid")],
    ["1 x 1 conv at stride 2", [2, 3, 4, 6], (t, x) => t.conv("p", x, { in: 4, out: 6, kernel: 1, stride: 2 }), (x) => tf.conv2d(x, weights.get("p.weight") as tf.Tensor4D, 2, "valid")],
    ["relu of a sum", [2, 5, 7, 4], (t, x) => t.relu(t.add(x, x)), (x) => x.mul(2).relu()],
    ["max pooling", [2, 3, 4, 4], (t, x) => t.maxPool(t.relu(x)), (x) => tf.maxPool(pad(x.relu()), 3, 2, "valid")],
    ["stored batch norm", [2, 5, 7, 4], (t, x) => t.batchNorm("n", t.conv("q", x, { in: 4, out: 4, kernel: 1 })), (x) => tf.conv2d(x, weights.get("q.weight") as tf.Tensor4D, 1, "valid").mul(scaleOf("n"))],
    ["stored batch norm after a conv at stride 2", [2, 3, 4, 4], (t, x) => t.batchNorm("n", t.conv("q", x, { in: 4, out: 4, kernel: 1, stride: 2 })), (x) => tf.conv2d(x, weights.get("q.weight") as tf.Tensor4D, 2, "valid").mul(scaleOf("n"))],
    ["nearest upsampling", [2, 10, 14, 4], (t, x) => t.upsample(x, { value: { shape: [2, 10, 14, 4] } } as never), (x) => tf.image.resizeNearestNeighbor(x, [10, 14])],
    ["group norm", [2, 5, 7, 4], (t, x) => t.groupNorm("n", x, 4, 2), (x) => {
      const groups = x.reshape([2, 35, 2, 2]);
      const { mean, variance } = tf.moments(groups, [1, 3], true);
      return groups.sub(mean).div(variance.add(1e-5).sqrt()).reshape(x.shape).mul(weights.get("n.weight")!);
    }],
  ];
  for (const [name, shape, forward, reference] of cases) {
    it(`gives tf.grad's gradient of ${name}`, async () => {
      await assertNoLeaks(() => {
        const [x, g] = [random(4, [2, 5, 7, 4]) as tf.Tensor4D, random(5, shape)];
        const expected = tf.grad((v: tf.Tensor) => reference(v as tf.Tensor4D).mul(g).sum())(x);
        const actual = tapeGradient(forward, weights, x, g);
        assertClose(actual.dataSync(), expected.dataSync(), 1e-5);
        tf.dispose([x, g, expected, actual]);
      });
    });
  }

  for (const [name, kernel] of [["p", 1], ["c", 3]] as const) {
    it(`gives tf.grad's gradient of a ${kernel} x ${kernel} conv at stride 2 on even sides`, async () => {
      await assertNoLeaks(() => {
        const [x, g] = [random(4, [2, 6, 8, 4]) as tf.Tensor4D, random(5, [2, 3, 4, 6])];
        const expected = tf.grad((v: tf.Tensor) => tf.conv2d(kernel === 3 ? pad(v as tf.Tensor4D) : v as tf.Tensor4D, weights.get(`${name}.weight`) as tf.Tensor4D, 2, "valid").mul(g).sum())(x);
        const actual = tapeGradient((t, node) => t.conv(name, node, { in: 4, out: 6, kernel, stride: 2 }), weights, x, g);
        assertClose(actual.dataSync(), expected.dataSync(), 1e-5);
        tf.dispose([x, g, expected, actual]);
      });
    });
  }

  it("keeps a channel whose scale is 0 apart", () => {
    const dead = new Map([...weights].filter(([key]) => key !== "n.weight")), scale = tf.tensor1d([0, 1, -2, 0]);
    const [x, g] = [random(4, [1, 2, 2, 4]) as tf.Tensor4D, random(5, [1, 2, 2, 4])], deviation = tf.tidy(() => weights.get("n.running_var")!.add(1e-5).sqrt());
    const actual = tapeGradient((t, node) => t.batchNorm("n", t.conv("i", node, { in: 4, out: 4, kernel: 1 })), dead.set("n.weight", scale), x, g);
    assertClose(actual.dataSync(), tf.tidy(() => g.mul(scale).div(deviation).dataSync()), 1e-6, 1);
    tf.dispose([x, g, scale, deviation, actual]);
  });

  it("refuses to normalize what is not a convolution's output", () => {
    const network = new FrozenNetwork(weights), x = tf.zeros<tf.Rank.R4>([1, 2, 2, 4]);
    const tape = new InputTape(network);
    assert.throws(() => tape.batchNorm("n", tape.input(x)), { message: "InputTape.batchNorm: invalid input of n: not a convolution; expected the output of one" });
    x.dispose();
    network.dispose();
  });

  for (const [images, withA, reached] of [[1, true, true], [1, false, true], [2, true, true], [2, false, true], [2, true, false], [2, false, false]] as const) {
    it(`adds ${withA ? "a * x + b" : "b"} to the gradient of what enters a batch norm, ${images} images, ${reached ? "with" : "without"} one from above`, async () => {
      await assertNoLeaks(() => {
        const [x, dy, a, b] = [[images, 2, 2, 4], [images, 2, 2, 4], [images, 1, 1, 4], [images, 1, 1, 4]].map((shape, k) => random(6 + k, shape) as tf.Tensor4D);
        const network = new FrozenNetwork(weights);
        const gradient = tf.tidy(() => {
          const tape = new InputTape(network, { needsInput: withA, observe: () => undefined, gradient: () => ({ a: withA ? a : null, b }) });
          const input = tape.input(x);
          const y = tape.batchNorm("n", tape.conv("i", input, { in: 4, out: 4, kernel: 1 }));
          if (reached) y.accumulate(tf.clone(dy));
          tape.backward();
          return input.grad!;
        });
        const scale = tf.tidy(() => scaleOf("n"));
        const expected = tf.tidy(() => (reached ? dy.mul(scale) : tf.zerosLike(dy)).add(withA ? x.mul(a) : 0).add(b));
        assertClose(gradient.dataSync(), expected.dataSync(), 1e-6);
        network.dispose();
        tf.dispose([x, dy, a, b, gradient, scale, expected]);
      });
    });
  }

  it("normalizes groups to mean 0 and deviation 1, even far from 0", async () => {
    await assertNoLeaks(() => {
      const x = tf.tidy(() => random(9, [2, 6, 5, 4]).add(100)) as tf.Tensor4D, gamma = tf.ones([4]), beta = tf.zeros([4]);
      const result = groupNorm(x, gamma, beta, 2);
      const { mean, variance } = tf.tidy(() => tf.moments(result.y.reshape([2, 30, 2, 2]), [1, 3]));
      assertClose(mean.dataSync(), new Float32Array(4), 1e-4, 1);
      assertClose(variance.dataSync(), Float32Array.of(1, 1, 1, 1), 1e-3);
      const gradients = groupNormGradient(result.y, x, gamma, 2, result);
      assert.equal(gradients.dgamma.size, 4);
      tf.dispose([x, gamma, beta, ...Object.values(result), mean, variance, ...Object.values(gradients)]);
    });
  });
});
