import { translucent } from "../plot/translucent";
import { baseAxis, baseLayout, SOURCES, type ThemeName } from "../plot/theme";
import { sourceLabel, whatIfFigure } from "../plot/what-if-figure";
import { whatIfHistogram } from "../plot/what-if-histogram";
import { whatIfTable } from "../plot/what-if-table";
import type { WhatIfResult, WhatIfRow } from "../study/result-schema";
import { figureSection, type Section } from "./figure-section";
import { html, jsonInScript, raw, type Html } from "./html";
import { tableHtml } from "./table-section";

const START_BITS = 4;

/**
 * The interactive page of the sweep: sliders for bits and percentile, what becomes of mAP and of the layers, and the
 * histogram of a layer with the lines that clip it; then the heat map, and a table of the weights' part.
 */
export function whatIfSections(result: WhatIfResult): Section[] {
  const activations = result.rows.filter(({ weightBits, granularity }) => weightBits === 8 && granularity === "per-channel");
  const weights = result.rows.filter(({ weightBits, granularity }) => weightBits !== 8 || granularity !== "per-channel");
  const heat = figureSection({
    name: "what-if-grid", heading: "All answers at a glance",
    note: "mAP of the thermal detector in percent, weights at 8 bits: one cell per number of bits and way to find the ranges.",
    caption: `On the first ${result.validationImages} validation images; full precision has ${(100 * result.fullPrecision.mean).toFixed(1)} %. Darker is worse.`,
  }, (options) => whatIfFigure({ rows: activations }, options));
  const table = html`<section aria-labelledby="what-if-weights-heading">
<h2 id="what-if-weights-heading">Fewer bits for weights</h2>
${tableHtml(whatIfTable(weights).map(({ bits, weights: grain, "mAP, % [95 %]": map, "from full precision, points [95 %]": difference, "size, MiB": size }) => ({ bits, "one scale": grain, "mAP, % [95 %]": map, "from full precision, points [95 %]": difference, "size, MiB": size })), { caption: "The thermal detector, activations at 8 bits, percentile 99.99, distilled images" })}
</section>
`;
  return [{ markup: interactive(result, activations), figures: [] }, heat, { markup: table, figures: [] }];
}

function interactive(result: WhatIfResult, rows: readonly WhatIfRow[]): Html {
  const bits = [...new Set(rows.map(({ activationBits }) => activationBits))].sort((a, b) => a - b);
  const percentiles = [...new Set(rows.flatMap(({ calibrator, percentile }) => (calibrator === "min-max" ? [100] : percentile === null ? [] : [percentile])))].sort((a, b) => a - b);
  const others = [...new Set(rows.map(({ calibrator }) => calibrator))].filter((calibrator) => calibrator !== "percentile" && calibrator !== "min-max");
  const sources = [...new Map(rows.map((row) => [row.source, sourceLabel(row)]))];
  const layers = [...new Set(result.histograms.map(({ layer }) => layer))];
  const start = Math.max(0, percentiles.indexOf(99.99));
  const { sizeMiB } = rows[0];
  const data = { rows: rows.map(({ source, calibrator, percentile, activationBits, map, difference, layers: worst }) => ({ source, calibrator, percentile, activationBits, map, difference, layers: worst })), histograms: result.histograms, bits, percentiles, layouts: { light: layout("light"), dark: layout("dark") }, colours: COLOURS };
  return html`<section aria-labelledby="what-if-heading" class="what-if">
<h2 id="what-if-heading">What if?</h2>
<p class="note">Quantize the thermal detector in another way and see what becomes of it. Weights take 8 bits, one scale per output channel. Every answer was measured, on ${result.validationImages} validation images.</p>
<p id="what-if-without-scripts">Moving sliders needs scripts; the heat map below has the same answers.</p>
<div class="controls" role="group" aria-label="What to change" hidden>
<label for="what-if-bits"><span>bits of activations</span><output id="what-if-bits-value" for="what-if-bits"></output><input type="range" id="what-if-bits" min="0" max="${bits.length - 1}" step="1" value="${Math.max(0, bits.indexOf(START_BITS))}"></label>
<label for="what-if-percentile"><span>percentile of the range</span><output id="what-if-percentile-value" for="what-if-percentile"></output><input type="range" id="what-if-percentile" min="0" max="${percentiles.length - 1}" step="1" value="${start}"></label>
<label for="what-if-calibrator"><span>ranges by</span><select id="what-if-calibrator"><option value="percentile">percentile</option>${others.map((calibrator) => html`<option value="${calibrator}">${CALIBRATOR_LABELS[calibrator] ?? calibrator}</option>`)}</select></label>
<label for="what-if-source"><span>calibrated with</span><select id="what-if-source">${sources.map(([source, label]) => html`<option value="${source}">${label}</option>`)}</select></label>
</div>
<div class="result" aria-live="polite">
<div><b id="what-if-map">${(100 * result.fullPrecision.mean).toFixed(1)} %</b><span id="what-if-interval">mAP in full precision</span></div>
<div><b id="what-if-difference">\u2013</b><span id="what-if-difference-interval">points from full precision</span></div>
<div><b>${sizeMiB.toFixed(2)} MiB</b><span>of weights; full precision ${result.fullPrecision.sizeMiB.toFixed(2)}</span></div>
</div>
<div class="what-if-layer"><figure>
<div class="controls" role="group" aria-label="What to show" hidden><label for="what-if-layer"><span>what enters the layer</span><select id="what-if-layer">${layers.map((layer) => html`<option value="${layer}">${layer}</option>`)}</select></label></div>
<div class="plot" id="what-if-plot">${raw(first(result))}</div>
<figcaption><span id="what-if-clip">Dashed: the ends of the range.</span> The scale of the shares is logarithmic; what lies in the shaded parts, beyond the range, is clipped.</figcaption>
</figure>
<div><h3>Layers that lose most</h3>
<ol id="what-if-layers" class="files"></ol>
<p class="note">Signal to quantization noise of weights and inputs together; 6 dB are one bit.</p></div></div>
</section>
<script type="application/json" id="what-if-data">${jsonInScript(data)}</script>
`;
}

const CALIBRATOR_LABELS: Readonly<Record<string, string>> = { entropy: "entropy", mse: "least squared error", l2: "L2 search" };

const COLOURS = { distilled: SOURCES["distilled-mean"].colour, real: SOURCES.real.colour, shuffled: SOURCES.shuffled.colour, noise: SOURCES.noise.colour, cut: translucent(SOURCES.none.colour, 0.22) };

// the static drawing for where no script runs
function first(result: WhatIfResult): string {
  const own = result.histograms[0];
  if (!own) return "";
  const { calibrator, percentile, activationBits } = own.clips[0];
  const choice = { source: own.source, layer: own.layer, calibrator, activationBits, ...(percentile !== null && { percentile }) };
  return whatIfHistogram(result, choice).svg.replace(/ style="[^"]*"/, "");
}

function layout(theme: ThemeName): Record<string, unknown> {
  const axis = baseAxis(theme), titled = (text: string): Record<string, unknown> => ({ ...axis, title: { ...(axis.title as object), text }, fixedrange: true });
  return {
    ...baseLayout(theme), height: 300, margin: { l: 64, r: 14, t: 12, b: 48 }, bargap: 0,
    xaxis: { ...titled("value entering the convolution (units of its input)"), nticks: 7 }, yaxis: { ...titled("share of the values"), type: "log", exponentformat: "power", dtick: 1, tickformat: "" },
  };
}
