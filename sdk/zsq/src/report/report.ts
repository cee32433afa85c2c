import { readFileSync } from "node:fs";
import { join } from "node:path";
import { figure1Pictures } from "../plot/figure1-pictures";
import { figure2Figure } from "../plot/figure2-figure";
import { figure3Figure } from "../plot/figure3-figure";
import { figure3Spread, figure3Table } from "../plot/figure3-table";
import { figure4Colour } from "../plot/figure4-colour";
import { figure4Gallery } from "../plot/figure4-gallery";
import { figure4Pictures } from "../plot/figure4-pictures";
import { paperTable } from "../plot/paper-table";
import { table1Figure } from "../plot/table1-figure";
import { table1Table } from "../plot/table1-table";
import type { Figure2Result, Figure3Result, Figure4Result, Table1Result } from "../study/result-schema";
import { writeFileAtomic } from "../weights/atomic-write";
import { CLIENT_SCRIPT } from "./client";
import { figure1Sections } from "./figure1-section";
import { figureSection, type Section } from "./figure-section";
import { html, jsonInScript, type Html } from "./html";
import { executedNotebooks } from "./notebooks";
import { pageHtml } from "./page";
import { readResults, refuseStale, type Result, type Results } from "./results";
import { sizeTable } from "./size-table";
import { sourcesSection, type NotebookLink } from "./sources-section";
import { REPORT_STYLE } from "./style";
import { summarySection } from "./summary-section";
import { tableHtml } from "./table-section";
import { verdictSection } from "./verdict-section";
import { WHAT_IF_SCRIPT } from "./what-if-client";
import { whatIfSections } from "./what-if-section";

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
 * Throws one line that names the file if a result is damaged or older than what it was computed from, or if there is none.
 */
export async function writeReport({ out, profile }: ReportOptions): Promise<string> {
  const folder = join(out, profile);
  const results = readResults(join(folder, "results"));
  refuseStale(results);
  const pictures = new Map([...(results.figure1 ? await figure1Pictures(results.figure1, { out }) : []), ...(results.figure4 ? await figure4Pictures(results.figure4, { out }) : [])]);
  const path = join(folder, "report.html");
  writeFileAtomic(path, reportHtml(results, executedNotebooks(join(folder, "notebooks")), pictures));
  return path;
}

/**
 * The report as a page.
 *
 * - **pictures** – those of Figures 1 and 4 (see figure1Pictures, figure4Pictures)
 */
export function reportHtml({ files, figure1, table1, figure2, figure3, figure4, whatIf }: Results, notebooks: readonly NotebookLink[], pictures: ReadonlyMap<string, string> = new Map()): string {
  const [first] = files.values();
  const verdicts = [table1, figure2, figure3, figure4, whatIf].flatMap((result) => result?.verdicts ?? []);
  const parts: Section[] = [
    ...(table1 ? [table1Figures(table1)] : []), { markup: verdicts.length ? verdictSection(verdicts) : html``, figures: [] },
    ...(figure2 ? [figure2Section(figure2)] : []), ...(figure3 ? [figure3Section(figure3), { markup: figure3Tables(figure3), figures: [] }] : []), ...(figure4 ? figure4Sections(figure4, pictures) : []),
    ...(whatIf ? whatIfSections(whatIf) : []),
    ...(table1 ? [{ markup: table1Tables(table1), figures: [] }] : []),
  ];
  const body = html`<main>
${header(first)}
${table1 ? summarySection(table1) : null}
${figure1 ? figure1Sections(figure1, pictures) : null}
${parts.map(({ markup }) => markup)}
${sourcesSection(files, notebooks)}
<footer>Written by zsq. This page is complete in itself: it loads nothing and sends nothing.</footer>
</main>
<script type="application/json" id="figures">${jsonInScript(parts.flatMap(({ figures }) => figures))}</script>`;
  return pageHtml({
    title: `Zero-shot quantization of object detectors: ${first.profile}, ${first.scale}`,
    description: "Object detectors quantized without training data: mAP by precision and calibration source",
    body, style: REPORT_STYLE, scripts: [plotly(), CLIENT_SCRIPT, ...(whatIf ? [WHAT_IF_SCRIPT] : [])],
  });
}

const header = ({ profile, scale, seed }: Result): Html => html`<header>
<p class="eyebrow">profile ${profile} \u00b7 scale ${scale} \u00b7 seed ${seed}</p>
<h1>Eight bits without data: zero-shot quantization of object detectors</h1>
<p class="lead">A detector computes in 8-bit integers once the range of each of its tensors is known. Here the ranges are measured on images distilled from the network\u2019s own batch-norm statistics, so that no training image is needed.</p>
</header>`;

const table1Figures = ({ rows, paper }: Table1Result): Section => figureSection({
  name: "table1", heading: "mAP by calibration source",
  note: "Each point is a quantized detector; its line is the 95 % interval. What lies on the dashed line has lost nothing.",
  caption: "Circles: the range of the image is calibrated like all others. Diamonds: it is set to that of any normalized 8-bit image, which needs no data. Open circles: the paper\u2019s numbers, of its own data and detectors; compare their distance from its full precision, not their place.",
}, (options) => table1Figure(rows, paper, options));

const figure2Section = (figure2: Figure2Result): Section => figureSection({
  name: "figure2", heading: "How much distillation is enough?",
  note: "mAP of the quantized detectors, and how far the images are from the stored statistics, against the iterations of distillation. Iteration 0 is the noise that it starts from.",
  caption: `Lines: mean over the seeds; bands: from the lowest to the highest. mAP is that of the first ${figure2.validationImages} validation images, for curves and lines alike.`,
}, (options) => figure2Figure(figure2, options));

const figure3Section = (figure3: Figure3Result): Section => figureSection({
  name: "figure3", heading: "Does it matter which images calibrate?",
  note: `The fine-tuned detector, calibrated with one batch of ${figure3.batchSize} images at a time: how its mAP is distributed over ${figure3.summary[0].n} batches of each source.`,
  caption: `Bars: batches by mAP, rounded to a tenth of a point (where they spread over more than four points, to a half). Below them the box holds the middle half of the batches, with the median; its line runs from the 5th to the 95th percentile. mAP is that of the first ${figure3.validationImages} validation images. Consecutive images are frames of one clip; independent ones come from as many clips.`,
}, (options) => figure3Figure(figure3, options));

const figure4Sections = (figure4: Figure4Result, pictures: ReadonlyMap<string, string>): Section[] => [
  figureSection({
    name: "figure4", heading: "What distilled images look like",
    note: "One image of each detector on its way from noise, and a real image of what the detector was trained on.",
    caption: "Both start from the same noise. Shown de-normalized and clipped, as JPEG; the folder of results has them as PNG.",
  }, (options) => figure4Gallery(figure4, pictures, options)),
  figureSection({
    name: "figure4-colour", heading: "Is the thermal detector\u2019s image gray?",
    note: "Chroma is the mean of max(R, G, B) \u2212 min(R, G, B); thermal images have none.",
    caption: "Left: pixel by pixel. Right: of mean colours of 8 x 8 pixels, where noise averages out. Dashed: real training images of each domain.",
  }, (options) => figure4Colour(figure4, options)),
];

const figure3Tables = (figure3: Figure3Result): Html => section("batches", "Calibration batches in numbers", html`${tableHtml(figure3Table(figure3), { caption: "mAP over the batches: percent, the standard deviation in points; the paper\u2019s numbers in the last columns, of its data and detector" })}
${tableHtml(figure3Spread(figure3), { caption: "Standard deviation of distilled batches minus that of others, in points, with the 95 % interval over resampled batches; Levene\u2019s test asks the same of distances from the median" })}`);

function table1Tables({ rows, paper }: Table1Result): Html {
  return html`${section("paper", "The paper beside this study", tableHtml(paperTable(rows, paper), { caption: "mAP 0.50:0.95 in percent, and distances from full precision in percentage points. Where data and detector differ, only the distances can be compared." }))}
${section("table", "Table 1", tableHtml(table1Table(rows, paper), { caption: "Every measured detector: mAP 0.50:0.95 in percent with its 95 % interval, and its distance from full precision in percentage points beside the paper\u2019s." }))}
${section("size", "The size of the paper\u2019s detectors", tableHtml(sizeTable(), { caption: "Sizes that follow from the architecture, torchvision\u2019s RetinaNet-R50 v2, beside those that the paper prints; its MB are 2^20 bytes." }))}`;
}

const section = (id: string, heading: string, content: Html): Html => html`<section aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${content}</section>`;

const plotly = (): string => readFileSync(require.resolve("plotly.js-dist-min"), "utf8");
