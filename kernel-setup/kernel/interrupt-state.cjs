"use strict";

/** Places in the Int32Array that the main thread and the interrupt thread share. */
module.exports = {
  FLAG: 0, // 1: what runs shall stop
  HANDLED: 1, // number of the last interrupt that the main thread has dealt with
  IN_KERNEL: 2, // 1: the main thread works for the kernel itself
  IN_SCRIPT: 3, // 1: the main thread is in a cell's first turn, which SIGINT ends cleanly
};
