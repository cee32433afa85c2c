// tfjs-node 4.22 calls two functions of `util` that Node deprecates from 22 and lacks from 23.
const util = require("node:util");

util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;

// On a GPU, memory is taken as it is needed: several processes share one. Read when TensorFlow first meets the device.
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
