import util from "node:util";

// tfjs-node 4.22 calls two functions of `util` that Node deprecates from 22 and lacks from 23. Imported for its effect.
const legacy = util as unknown as Record<string, (value: unknown) => boolean>;
legacy.isNullOrUndefined = (value) => value === null || value === undefined;
legacy.isArray = Array.isArray;

// On a GPU, memory is taken as it is needed: several processes share one. Read when TensorFlow first meets the device.
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
