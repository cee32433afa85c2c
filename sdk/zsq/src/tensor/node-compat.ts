/*
 * Imported for its effect, before TensorFlow is used: tfjs-node 4.22 calls two functions of `util`
 * that Node deprecates from 22 and lacks from 23.
 */
import util from "node:util";

Object.assign(util, {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: Array.isArray,
});
