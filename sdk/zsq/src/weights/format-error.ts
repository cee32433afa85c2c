import { oneLine } from "./parse-json";

/** Why a weights file was refused, for programs; the message says it for people. */
export type RefusalCode =
  | "missing" | "io" | "truncated" | "layout" | "zip" | "crc" | "pickle" | "global" | "stack" | "value"
  | "storage" | "geometry" | "limit" | "header" | "names";

/** Where in a file, and which limit. */
export interface RefusalPlace {
  /** name inside the file: an entry of the archive, a tensor */
  entry?: string;
  /** byte, counted from the start of the entry, or of the file where there is no entry */
  offset?: number;
  /** the limit that was hit */
  limit?: number;
}

/** Thrown inside the readers, which do not know the file's name; see FormatError. */
export class Refusal extends Error {
  /** - **message** – `<received>; expected <rule>` */
  constructor(readonly code: RefusalCode, message: string, readonly place: RefusalPlace = {}) {
    super(message);
  }
}

/** A file that is not what it should be: refused whole, in one line of at most 500 characters. */
export class FormatError extends Error {
  readonly code: RefusalCode;
  readonly entry?: string;
  readonly offset?: number;
  readonly limit?: number;

  constructor(reader: string, readonly file: string, { code, message, place }: Refusal) {
    const { entry, offset, limit } = place;
    const where = [...(entry === undefined ? [] : [oneLine(entry)]), ...(offset === undefined ? [] : [`byte ${offset}`])].join(", ");
    const kind = code === "missing" ? "missing" : ["layout", "global", "names"].includes(code) ? "unsupported" : "damaged";
    super(`${reader}: ${kind} ${file.slice(-200)}${where ? ` (${where})` : ""}: ${oneLine(message)}`.slice(0, 500));
    this.code = code;
    this.entry = entry;
    this.offset = offset;
    this.limit = limit;
  }
}

/** Runs f; a Refusal or a failure of the file system in it becomes a FormatError that names the file. */
export function naming<T>(reader: string, file: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof Refusal) throw new FormatError(reader, file, error);
    if (typeof (error as NodeJS.ErrnoException).errno === "number") throw new FormatError(reader, file, new Refusal("io", `${(error as Error).message}; expected a readable file`));
    throw error;
  }
}
