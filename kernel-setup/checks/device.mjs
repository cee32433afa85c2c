const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/**
 * Where tensors are computed, as the doctor shows it: {version, detail}.
 *
 * - **device** – {gpu, installed, freeBytes, images}: the GPU that TensorFlow uses and the one that the driver knows, each
 *   {name, bytes} or null; free main memory; images of 640 x 512 that run through the paper's detector together
 */
export function describeDevice({ gpu, installed, freeBytes, images }) {
  const together = `the paper's detector takes ${images} image${images === 1 ? "" : "s"} of 640 x 512 at a time`;
  if (gpu) return { version: gpu.name, detail: `${gib(gpu.bytes)}, ${together}` };
  const idle = installed ? `; ${installed.name} (${gib(installed.bytes)}) is not used: npm run setup -- --cuda` : "";
  return { version: "CPU", detail: `${gib(freeBytes)} of memory free, ${together}${idle}` };
}
