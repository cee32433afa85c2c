/** The command line was used wrongly: exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(`zsq: ${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
}

/** A step failed that has already said why. */
export class Failed extends Error {
  constructor(readonly exitCode: number) {
    super(`failed with exit code ${exitCode}`);
  }
}
