import { percent, points } from "../plot/percent";
import { counterpart, fullPrecision } from "../plot/table1-table";
import { SOURCES, type CalibrationSource } from "../plot/theme";
import type { ModelName } from "../study/profiles";
import type { Table1PaperRow, Table1Result, Table1Row } from "../study/result-schema";
import { html, type Html } from "./html";

const BARS: readonly CalibrationSource[] = ["none", "distilled-mean", "real", "noise"];
const LABELS: Partial<Record<CalibrationSource, string>> = {
  none: "full precision, 32 bit",
  "distilled-mean": "8 bit, distilled images: no data",
  real: "8 bit, real images",
  noise: "8 bit, Gaussian noise",
};

/** What the study comes to, in a sentence and one card per model; every number is one of Table 1's. */
export function summarySection({ rows, paper }: Table1Result): Html {
  const models = (["pretrained", "fine-tuned"] as const).filter((model) => rows.some((row) => row.model === model));
  return html`<p class="answer">${answer(models, rows, paper)}</p>
<div class="cards">
${models.map((model) => card(model, rows, paper))}</div>`;
}

/** The 8-bit row of a model for one calibration source, image range calibrated as in the paper. */
const eightBit = (rows: readonly Table1Row[], model: ModelName, source: CalibrationSource): Table1Row | undefined =>
  rows.find((row) => row.model === model && row.calibration === source && (source === "none" || (row.precision === "W8A8" && row.inputRange === "calibrated")));

// One sentence that holds whatever the numbers are
function answer(models: readonly ModelName[], rows: readonly Table1Row[], paper: readonly Table1PaperRow[]): string {
  const changes = models.flatMap((model) => {
    const [full, quantized] = [fullPrecision(rows, { model }), eightBit(rows, model, "distilled-mean")];
    return full && quantized ? [`from ${percent(full.map.mean)} to ${percent(quantized.map.mean)} percent (${model}${inPaper(quantized, paper)})`] : [];
  });
  return changes.length ? `Rounding weights and activations to 8 bits, with no training data at hand, takes mAP ${changes.join(" and ")}.` : "Table 1 has no 8-bit row that was calibrated with distilled images.";
}

function inPaper(row: Table1Row, paper: readonly Table1PaperRow[]): string {
  const [there, full] = [counterpart(row, paper), fullPrecision(paper, row)];
  return there && full ? `; in the paper from ${percent(full.map)} to ${percent(there.map)}` : "";
}

function card(model: ModelName, rows: readonly Table1Row[], paper: readonly Table1PaperRow[]): Html {
  const own = BARS.flatMap((source) => eightBit(rows, model, source) ?? []);
  const most = Math.max(...own.map(({ map }) => map.mean), 1e-9);
  const [full, quantized] = [fullPrecision(rows, { model }), eightBit(rows, model, "distilled-mean")];
  return html`<section aria-label="${model}"><h2>${model[0].toUpperCase() + model.slice(1)} on ${own[0]?.dataset ?? ""}: mAP in percent</h2>
<dl class="bars">
${own.map(({ calibration, map }) => html`<div><dt>${LABELS[calibration] ?? SOURCES[calibration].label}</dt><dd><span>${percent(map.mean)}</span>${bar(calibration, map.mean / most)}</dd></div>
`)}</dl>
${full && quantized ? outcome(full, quantized, paper) : null}</section>
`;
}

const bar = (source: CalibrationSource, fraction: number): Html =>
  html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="${source}" width="${(100 * Math.max(fraction, 0)).toFixed(2)}" height="10"/></svg>`;

function outcome(full: Table1Row, quantized: Table1Row, paper: readonly Table1PaperRow[]): Html {
  const [there, thereFull] = [counterpart(quantized, paper), fullPrecision(paper, full)];
  return html`<div class="result">
<div><b>${points(quantized.map.mean - full.map.mean)}</b><span>points of mAP, distilled against full precision${there && thereFull ? `; paper ${points(there.map - thereFull.map)}` : ""}</span></div>
<div><b>${full.sizeMiB.toFixed(1)} \u2192 ${quantized.sizeMiB.toFixed(1)}</b><span>MiB of weights</span></div>
</div>`;
}
