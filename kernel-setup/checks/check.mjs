import { ask } from "../lib/command.mjs";

/** Shown by a check that fails: what is wrong; the check's own remedy stands beside it. */
export class CheckFailure extends Error {}

/** Throws CheckFailure unless `condition` holds. */
export function expect(condition, message) {
  if (!condition) throw new CheckFailure(message);
}

/** Parsed JSON that a helper process prints as its last line; throws CheckFailure with its last error line. */
export function askJson(command, args, options = {}) {
  const output = ask(command, args, { ...options, timeout: 180_000, onError: (reason) => { throw new CheckFailure(reason); } });
  try {
    return JSON.parse(output.split("\n").at(-1));
  } catch {
    throw new CheckFailure(`unreadable answer: ${output.slice(0, 200)}`);
  }
}
