import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";

/** Runs f and fails if it left another number of tensors than it found. */
export async function assertNoLeaks(f: () => unknown): Promise<void> {
  const before = tf.memory().numTensors;
  await f();
  assert.equal(tf.memory().numTensors, before, "tensors left behind");
}
