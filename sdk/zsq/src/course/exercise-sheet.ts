import { writeDisplay } from "../plot/kernel-display";
import { showTable } from "../plot/show";
import { verdictCard } from "../plot/verdict-card";
import { chapters, type ChapterName } from "./chapters";
import type { Exercise } from "./exercise";
import { judge, type ExerciseVerdict } from "./judge";

/** The exercises of one chapter of the course, and what has been answered of them. */
export class ExerciseSheet {
  private readonly exercises: readonly Exercise[];
  private readonly verdicts = new Map<number, ExerciseVerdict>();

  /** Throws if there is no such chapter. */
  constructor(readonly chapter: ChapterName) {
    if (!Object.hasOwn(chapters, chapter)) throw new Error(`exerciseSheet: unknown chapter: ${chapter}; expected one of ${Object.keys(chapters).join(", ")}`);
    this.exercises = chapters[chapter];
  }

  /** Judges an answer and keeps the verdict. Throws if there is no such exercise; whatever the answer is, it does not. */
  judge(number: number, answer: unknown): ExerciseVerdict {
    const exercise = this.exercises[number - 1];
    if (!exercise) throw new RangeError(`check: unknown exercise: ${number}; expected 1 to ${this.exercises.length}`);
    const verdict = judge(exercise, answer);
    this.verdicts.set(number, verdict);
    return verdict;
  }

  /** Judges an answer and shows in the notebook what is wrong with it. Throws outside a notebook, or if there is no such exercise. */
  check(number: number, answer: unknown): void {
    const verdict = this.judge(number, answer);
    writeDisplay("check", verdictCard({ heading: `Exercise ${number}: ${this.exercises[number - 1].title}`, ...verdict }));
  }

  /** One row for each exercise: what became of it in this session. */
  rows(): { exercise: number; title: string; state: ExerciseVerdict["state"] }[] {
    return this.exercises.map(({ title }, i) => ({ exercise: i + 1, title, state: this.verdicts.get(i + 1)?.state ?? "open" }));
  }

  /** Shows which exercises are solved. Throws outside a notebook. */
  summary(): void {
    const rows = this.rows(), solved = rows.filter(({ state }) => state === "solved").length;
    showTable(rows, { caption: `${this.chapter}: ${solved} of ${rows.length} exercises solved` });
  }

  /** Throws unless all exercises are solved: the last line of a notebook of solutions. */
  requireAll(): void {
    const left = this.rows().filter(({ state }) => state !== "solved").map(({ exercise, state }) => `${exercise} (${state})`);
    if (left.length) throw new Error(`requireAll: missing solutions of ${this.chapter}: ${left.join(", ")}; expected all ${this.exercises.length} solved`);
  }
}

/**
 * The exercises of a chapter; `check` says of each answer whether it is right, and what is wrong with it if not.
 *
 * Throws if there is no such chapter.
 *
 * @example exerciseSheet("01-affine-quantization").check(1, 0.5)
 */
export const exerciseSheet = (chapter: ChapterName): ExerciseSheet => new ExerciseSheet(chapter);
