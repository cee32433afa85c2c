/** A wrong way to answer, and what to say about it. */
export interface Mistake<A = unknown> {
  /** the answer of somebody who makes it */
  answer: A;
  /** a hint that names the mistake and leaves the rest to the student */
  says: string;
}

/** One exercise of the course: what is right, and which mistakes are known by name. */
export interface Exercise {
  /** what is asked for, in a few words */
  title: string;
  /** of a function: the arguments of each call; null where the answer is a value */
  cases: readonly (readonly unknown[])[] | null;
  /** the right answer: a value, or a function */
  solution: unknown;
  /** known mistakes; where several fit an answer, the first */
  mistakes: readonly Mistake[];
  /** what to take along, shown with a right answer */
  remark: string;
  /** relative difference that numbers may have */
  tolerance: number;
}

/** What answers may consist of. */
type Value = number | boolean | string | readonly Value[] | { readonly [key: string]: Value };
type Widened<A> = A extends number ? number : A extends boolean ? boolean : A extends string ? string : A;

/** An exercise whose answer is a value, found on paper: numbers may be rounded to three digits or so. */
export const valueExercise = <A extends Value>({ answer, tolerance = 2e-3, ...rest }: { title: string; answer: A; mistakes: readonly Mistake<Widened<A>>[]; remark: string; tolerance?: number }): Exercise =>
  ({ ...rest, cases: null, solution: answer, tolerance });

/** An exercise whose answer is a function; mistakes are functions too. */
export const functionExercise = <P extends readonly unknown[], R extends Value>({ tolerance = 1e-6, ...rest }: {
  title: string; cases: readonly P[]; solution: (...parameters: P) => R; mistakes: readonly Mistake<(...parameters: P) => Value>[]; remark: string; tolerance?: number;
}): Exercise => ({ ...rest, tolerance });
