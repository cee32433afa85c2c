import type { Verdict } from "../study/result-schema";
import { studyClaims } from "../study/claims";
import type { TableRecord } from "./table1-table";

/**
 * Verdicts as text: each claim of the paper in words, whether it is seen here, and the numbers that decided it.
 *
 * @example showTable(new dfd.DataFrame(verdictTable(result.verdicts)), { caption: "Claims of the paper" })
 */
export const verdictTable = (verdicts: readonly Verdict[]): TableRecord[] =>
  verdicts.map(({ claim, seen, evidence }) => ({ claim: studyClaims[claim] ?? claim, "here it is": seen, evidence }));
