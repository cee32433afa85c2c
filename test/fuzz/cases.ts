import type { Question } from "./reader";

/** A file and what is right of it. */
export interface Case extends Omit<Question, "path"> {
  name: string;
  /** where it is written, in the folder of the run */
  file: string;
  data: Uint8Array;
  /** what is read, instead of the file */
  folder?: string;
  /** the only digest that is right if it is read, "refused" if it must not be read, or "any" */
  right: string;
  /** a digest that is wrong, where others may be right */
  wrong?: string;
  /** it has to be read */
  must?: boolean;
  /** if it is read, Python's unpickler has to read the same */
  python?: boolean;
}
