import { it } from "mocha";

const installed = ((): boolean => {
  try {
    require.resolve("onnxruntime-node");
    return true;
  } catch {
    return false;
  }
})();

/** A test that runs the optional package onnxruntime-node; where that is not installed it is skipped, and its title says why. */
export const itWithOnnxruntime = (title: string, test: (this: Mocha.Context) => void | Promise<void>): void => {
  if (installed) it(title, test);
  else it.skip(`${title} (onnxruntime-node is not installed)`, test);
};
