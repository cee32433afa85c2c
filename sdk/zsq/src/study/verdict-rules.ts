import type { ModelName } from "./profiles";
import type { Verdict } from "./result-schema";

/** What a rule found for one model. */
export interface Finding {
  seen: Verdict["seen"];
  evidence: string;
}

/** The verdict on a claim: "seen" or "reversed" if the rule says so for each model, "not seen" otherwise. */
export function decide(claim: string, findings: readonly (readonly [ModelName, Finding])[]): Verdict {
  const all = (seen: Verdict["seen"]): boolean => findings.length > 0 && findings.every(([, finding]) => finding.seen === seen);
  const seen = all("seen") ? "seen" : all("reversed") ? "reversed" : "not seen";
  return { claim, seen, evidence: findings.map(([model, finding]) => `${model}: ${finding.evidence}${all(finding.seen) ? "" : ` (${finding.seen})`}`).join("; ") };
}

/** A difference of mAP as verdicts state it, in percentage points: "+1.12". */
export const signed = (difference: number): string => `${difference < 0 ? "-" : "+"}${Math.abs(100 * difference).toFixed(2)}`;
