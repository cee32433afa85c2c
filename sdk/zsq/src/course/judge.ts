import { agrees, describeDifference, plain, short } from "./compare";
import type { Exercise } from "./exercise";

/** What becomes of an answer. */
export interface ExerciseVerdict {
  /** "open": there is no answer yet */
  state: "open" | "wrong" | "solved";
  /** a sentence or two for the student */
  message: string;
}

/**
 * Judges an answer: right; a mistake known by name; or else what simply distinguishes it from the right one, such as a
 * factor. Functions are called with copies of the arguments, so that they may change them.
 *
 * Never throws: what a student's function throws is part of the message.
 */
export function judge(exercise: Exercise, answer: unknown): ExerciseVerdict {
  const { cases, solution, mistakes, remark, tolerance } = exercise;
  if (answer === undefined || (Array.isArray(answer) && answer.length === 0 && !cases)) return { state: "open", message: "not answered yet" };
  if (cases && typeof answer !== "function") return wrong(`expected a function; you give ${short(plain(answer))}`);
  const given = resultsOf(cases, answer), expected = resultsOf(cases, solution);
  if (given instanceof Thrown) return wrong(`${call(cases![given.at])} throws: ${given.reason}`);
  if (cases && (given as unknown[]).every((value) => value === undefined)) return { state: "open", message: "the function returns nothing yet" };
  if (agrees(given, expected, tolerance)) return { state: "solved", message: remark };
  const known = mistakes.find((mistake) => agrees(given, resultsOf(cases, mistake.answer), tolerance));
  if (known) return wrong(known.says);
  return wrong(cases ? functionDifference(cases, given as unknown[], expected as unknown[], tolerance) : describeDifference(given, expected) ?? "this is not it");
}

const wrong = (message: string): ExerciseVerdict => ({ state: "wrong", message });

class Thrown {
  constructor(readonly at: number, readonly reason: string) {}
}

// the value, or the list of what the function returns for each case
function resultsOf(cases: Exercise["cases"], answer: unknown): unknown {
  if (!cases) return plain(answer);
  const results: unknown[] = [];
  for (const parameters of cases) {
    try {
      results.push(plain((answer as (...all: readonly unknown[]) => unknown)(...structuredClone(parameters))));
    } catch (error) {
      return new Thrown(results.length, error instanceof Error ? error.message : String(error));
    }
  }
  return results;
}

function functionDifference(cases: NonNullable<Exercise["cases"]>, given: readonly unknown[], expected: readonly unknown[], tolerance: number): string {
  const at = given.findIndex((value, i) => !agrees(value, expected[i], tolerance));
  const everywhere = describeDifference(given, expected), here = describeDifference(given[at], expected[at]);
  const hint = everywhere && /times too|wrong sign|each value/.test(everywhere) ? everywhere : here;
  return `for ${call(cases[at])} you give ${short(given[at])}; expected ${short(expected[at])}${hint ? `: ${hint}` : ""}`;
}

const call = (parameters: readonly unknown[]): string => `(${parameters.map(short).join(", ")})`;
