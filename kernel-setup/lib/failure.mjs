/** A failure that the user can mend: one line saying what is wrong, one line saying what to do. */
export class SetupFailure extends Error {
  /** - **message** – what is missing or failed · **remedy** – the command or action that mends it */
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}
