import { html, type Html } from "./html";
import type { Result } from "./results";

/** An executed notebook: its file and its title. */
export interface NotebookLink {
  file: string;
  title: string;
}

/** Where the numbers come from: executed notebooks, result files, environment, and the inputs with their checksums. */
export function sourcesSection(files: ReadonlyMap<string, Result>, notebooks: readonly NotebookLink[]): Html {
  const [first] = files.values();
  const inputs = new Map([...files.values()].flatMap((result) => result.inputs.map(({ path, sha256 }) => [path, sha256])));
  return html`<section aria-labelledby="sources-heading">
<h2 id="sources-heading">Where the numbers come from</h2>
${notebooks.length ? html`<h3>Executed notebooks</h3>
<ul class="files">
${notebooks.map(({ file, title }) => html`<li><a href="notebooks/${encodeURIComponent(file)}">${title}</a></li>\n`)}</ul>` : null}
<h3>Results as JSON</h3>
<ul class="files">
${[...files.keys()].map((file) => html`<li><a href="results/${encodeURIComponent(file)}">${file}</a></li>\n`)}</ul>
<h3>Environment</h3>
${facts(Object.entries(first.environment))}
${inputs.size ? html`<h3>Inputs, by SHA-256</h3>
${facts([...inputs], true)}` : null}</section>
`;
}

const facts = (entries: readonly (readonly [string, unknown])[], isCode = false): Html => html`<dl class="facts">
${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${isCode ? html`<code>${asText(value)}</code>` : asText(value)}</dd>\n`)}</dl>
`;

function asText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
