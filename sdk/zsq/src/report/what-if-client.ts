/**
 * The program of the interactive page: reads the sliders, looks the answer up in the JSON element "what-if", writes texts
 * (never markup) and draws the histogram with the lines at which it is clipped. Runs in a browser, thus text here.
 */
export const WHAT_IF_SCRIPT = `(() => {
  "use strict";
  const { rows, histograms, bits, percentiles, layouts, colours } = JSON.parse(document.getElementById("what-if-data").textContent);
  const element = (name) => document.getElementById("what-if-" + name);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const minus = (text) => text.replace("-", "\\u2212");
  const percent = (x) => (100 * x).toFixed(1);
  const points = (x) => (Math.abs(x) < 0.0005 ? "0.0" : (x > 0 ? "+" : "") + minus((100 * x).toFixed(1)));
  const write = (name, text) => { element(name).textContent = text; };
  const choice = () => {
    const calibrator = element("calibrator").value;
    const percentile = percentiles[Number(element("percentile").value)];
    const isMinMax = calibrator === "percentile" && percentile === 100;
    return {
      source: element("source").value, layer: element("layer").value, activationBits: bits[Number(element("bits").value)],
      calibrator: isMinMax ? "min-max" : calibrator, percentile: calibrator === "percentile" && !isMinMax ? percentile : null,
    };
  };
  const same = (a, b) => a.calibrator === b.calibrator && a.percentile === b.percentile && a.activationBits === b.activationBits;
  const shape = (x0, x1, more) => ({ xref: "x", yref: "y domain", x0, x1, y0: 0, y1: 1, ...more });
  const draw = (histogram, clip) => {
    const theme = layouts[dark.matches ? "dark" : "light"];
    const total = histogram.counts.reduce((a, b) => a + b, 0);
    const x = histogram.counts.map((_, i) => histogram.from + (i + 0.5) * histogram.width);
    const end = histogram.from + histogram.counts.length * histogram.width;
    const room = 0.04 * (end - histogram.from);
    const range = [Math.min(histogram.from, clip.min) - room, Math.max(end, clip.max) + room];
    const line = { width: 2, color: theme.font.color };
    const layout = structuredClone(theme);
    layout.xaxis.range = range;
    layout.shapes = [
      shape(range[0], clip.min, { type: "rect", fillcolor: colours.cut, line: { width: 0 }, layer: "below" }), shape(clip.max, range[1], { type: "rect", fillcolor: colours.cut, line: { width: 0 }, layer: "below" }),
      shape(clip.min, clip.min, { type: "line", line }), shape(clip.max, clip.max, { type: "line", line }),
    ];
    const data = [{ type: "bar", x, y: histogram.counts.map((n) => (n > 0 ? n / total : null)), width: histogram.width, marker: { color: colours[histogram.source] }, hovertemplate: "%{x:.3g}: %{y:.3%}<extra></extra>", showlegend: false }];
    const place = element("plot");
    if (!place.classList.contains("js-plotly-plot")) place.replaceChildren();
    Plotly.react(place, data, layout, { responsive: true, displayModeBar: false });
  };
  const answer = () => {
    const asked = choice();
    const row = rows.find((one) => one.source === asked.source && same(one, asked));
    const isPercentile = element("calibrator").value === "percentile";
    element("percentile").disabled = !isPercentile;
    write("bits-value", String(asked.activationBits));
    write("percentile-value", !isPercentile ? "not used" : asked.percentile === null ? "100: minimum and maximum" : String(asked.percentile));
    element("percentile").setAttribute("aria-valuetext", element("percentile-value").textContent);
    element("bits").setAttribute("aria-valuetext", asked.activationBits + " bits");
    if (row) {
      write("map", percent(row.map.mean) + " %");
      write("interval", "mAP, 95 % interval " + percent(row.map.ci95[0]) + " to " + percent(row.map.ci95[1]));
      write("difference", points(row.difference.mean));
      write("difference-interval", "points from full precision, " + points(row.difference.ci95[0]) + " to " + points(row.difference.ci95[1]));
      element("layers").replaceChildren(...row.layers.map(({ layer, sqnr }) => {
        const item = document.createElement("li");
        item.textContent = layer + ": " + sqnr.toFixed(1) + "\\u00a0dB";
        return item;
      }));
    }
    const histogram = histograms.find((one) => one.source === asked.source && one.layer === asked.layer);
    const clip = histogram && histogram.clips.find((one) => same(one, asked));
    if (!clip) return;
    write("clip", "Range " + minus(clip.min.toPrecision(3)) + " to " + minus(clip.max.toPrecision(3)) + ": " + (100 * clip.clipped).toPrecision(2) + " % of the values are clipped, signal to noise " + clip.sqnr.toFixed(1) + " dB.");
    draw(histogram, clip);
  };
  for (const name of ["bits", "percentile", "calibrator", "source", "layer"]) element(name).addEventListener("input", answer);
  dark.addEventListener("change", answer);
  element("without-scripts").remove();
  for (const group of document.querySelectorAll(".what-if .controls")) group.hidden = false;
  answer();
})();
`;
