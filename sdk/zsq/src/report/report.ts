import { readFileSync } from "node:fs";
import { join } from "node:path";
import { paperTable } from "../plot/paper-table";
import { table1Table } from "../plot/table1-table";
import type { Table1Result } from "../study/result-schema";
import { writeFileAtomic } from "../weights/atomic-write";
import { CLIENT_SCRIPT } from "./client";
import { figureSection, type PageFigure } from "./figure-section";
import { html, jsonInScript, type Html } from "./html";
import { executedNotebooks } from "./notebooks";
import { pageHtml } from "./page";
import { readResults, type Result, type Results } from "./results";
import { sizeTable } from "./size-table";
import { sourcesSection, type NotebookLink } from "./sources-section";
import { REPORT_STYLE } from "./style";
import { summarySection } from "./summary-section";
import { tableHtml } from "./table-section";
import { verdictSection } from "./verdict-section";

export interface ReportOptions {
  /** folder of outputs */
  out: string;
  /** such as "embedded": the folder in `out` that holds results and notebooks */
  profile: string;
}

/**
 * Writes `<out>/<profile>/report.html` from the results and executed notebooks beside it: one file that opens offline,
 * with the figures interactive, the tables, a verdict per claim, and where the numbers come from.
 *
 * Returns the path of the report, which replaces an older one only when it is complete.
 * Throws one line that names the file if a result is damaged, or if there is none.
 */
export function writeReport({ out, profile }: ReportOptions): string {
  const folder = join(out, profile);
  const results = readResults(join(folder, "results"));
  const path = join(folder, "report.html");
  writeFileAtomic(path, reportHtml(results, executedNotebooks(join(folder, "notebooks"))));
  return path;
}

/** The report as a page. */
export function reportHtml({ table1, files }: Results, notebooks: readonly NotebookLink[]): string {
  const [first] = files.values();
  const { sections, figures } = table1 ? table1Sections(table1) : { sections: html``, figures: [] };
  const body = html`<main>
${header(first)}
${table1 ? summarySection(table1) : null}
${sections}
${sourcesSection(files, notebooks)}
<footer>Written by zsq. This page is complete in itself: it loads nothing and sends nothing.</footer>
</main>
<script type="application/json" id="figures">${jsonInScript(figures)}</script>`;
  return pageHtml({
    title: `Zero-shot quantization of object detectors: ${first.profile}, ${first.scale}`,
    description: "Object detectors quantized without training data: mAP by precision and calibration source",
    body, style: REPORT_STYLE, scripts: [plotly(), CLIENT_SCRIPT],
  });
}

const header = ({ profile, scale, seed }: Result): Html => html`<header>
<p class="eyebrow">profile ${profile} \u00b7 scale ${scale} \u00b7 seed ${seed}</p>
<h1>Eight bits without data: zero-shot quantization of object detectors</h1>
<p class="lead">A detector computes in 8-bit integers once the range of each of its tensors is known. Here the ranges are measured on images distilled from the network\u2019s own batch-norm statistics, so that no training image is needed.</p>
</header>`;

function table1Sections(table1: Table1Result): { sections: Html; figures: PageFigure[] } {
  const { markup, figure } = figureSection(table1);
  const { rows, paper, verdicts } = table1;
  const sections = html`${markup}
${verdictSection(verdicts)}
${section("paper", "The paper beside this study", tableHtml(paperTable(rows, paper), { caption: "mAP 0.50:0.95 in percent, and distances from full precision in percentage points. Where data and detector differ, only the distances can be compared." }))}
${section("table", "Table 1", tableHtml(table1Table(rows, paper), { caption: "Every measured detector: mAP 0.50:0.95 in percent with its 95 % interval, and its distance from full precision in percentage points beside the paper\u2019s." }))}
${section("size", "The size of the paper\u2019s detectors", tableHtml(sizeTable(), { caption: "Sizes that follow from the architecture, torchvision\u2019s RetinaNet-R50 v2, beside those that the paper prints; its MB are 2^20 bytes." }))}`;
  return { sections, figures: [figure] };
}

const section = (id: string, heading: string, content: Html): Html => html`<section aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${content}</section>`;

const plotly = (): string => readFileSync(require.resolve("plotly.js-dist-min"), "utf8");
