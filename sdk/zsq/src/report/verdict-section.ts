import type { Verdict } from "../study/result-schema";
import { studyClaims } from "../study/claims";
import { html, type Html } from "./html";

/** Verdict per claim with its evidence, as the study's rules found them. */
export function verdictSection(verdicts: readonly Verdict[]): Html {
  return html`<section aria-labelledby="verdict-heading">
<h2 id="verdict-heading">What the paper says, and what is seen here</h2>
<p class="note">Decided by rule from the numbers, not by hand. The evidence gives mAP in percent and differences in points; in brackets the 95 % interval of a difference, paired over images and seeds.</p>
<ul class="verdicts">
${verdicts.map(({ claim, seen, evidence }) => html`<li><span class="chip ${seen.replace(" ", "-")}">${seen}</span><div><p><b>${studyClaims[claim] ?? claim}</b></p><p class="note">${evidence}</p></div></li>
`)}</ul>
</section>
`;
}
