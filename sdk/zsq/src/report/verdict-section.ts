import { html, type Html } from "./html";
import type { Result } from "./results";

/** What the paper claims, by the ids of verdicts. */
export const CLAIMS: Readonly<Record<string, string>> = {};

/** Verdict per claim with its evidence, as the study's rules found them. */
export function verdictSection(verdicts: Result["verdicts"]): Html {
  return html`<section aria-labelledby="verdict-heading">
<h2 id="verdict-heading">What the paper says, and what is seen here</h2>
<p class="note">Decided by rule from the numbers, not by hand.</p>
<ul class="verdicts">
${verdicts.map(({ claim, seen, evidence }) => html`<li><span class="chip ${seen.replace(" ", "-")}">${seen}</span><div><p><b>${CLAIMS[claim] ?? claim}</b></p><p class="note">${evidence}</p></div></li>
`)}</ul>
</section>
`;
}
