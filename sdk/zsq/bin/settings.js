// An environment that suits TensorFlow: a quiet log, all cores, and an allocator that keeps its pages (glibc returns large
// tensors to the system at once otherwise, which costs a quarter of the time). Read when a process starts.
const { availableParallelism } = require("node:os");

module.exports = {
  TF_CPP_MIN_LOG_LEVEL: "2",
  TF_NUM_INTRAOP_THREADS: String(availableParallelism()),
  MALLOC_MMAP_THRESHOLD_: "1073741824",
  MALLOC_TRIM_THRESHOLD_: "8589934592",
  MALLOC_TOP_PAD_: "33554432",
};
