import assert from "node:assert/strict";
import { staticSvg } from "zsq/dist/plot/static-svg";
import { baseAxis, baseLayout } from "zsq/dist/plot/theme";
import { translucent } from "zsq/dist/plot/translucent";
import { logAxis, niceAxis } from "zsq/dist/plot/nice-axis";

// 100 x 50 pixels inside margins of 10: x 0 .. 10 to 10 .. 110, y 0 .. 1 to 60 .. 10
const layout = {
  ...baseLayout("light"), height: 70, margin: { l: 10, r: 10, t: 10, b: 10 },
  xaxis: { ...baseAxis("light"), range: [0, 10], tickvals: [0, 10], title: { text: "x & unit" } },
  yaxis: { ...baseAxis("light"), range: [0, 1], tickvals: [0, 1] },
};
const draw = (data: Record<string, unknown>[], more: Record<string, unknown> = {}): string => staticSvg(data, { ...layout, ...more }, { width: 120, label: "a <figure>" });
const line = { type: "scatter", mode: "lines", name: "curve", x: [0, 5, 10], y: [0, 1, 0.5], line: { color: "#123456" } };

describe("staticSvg", () => {
  it("draws lines, markers and bars at their places (by hand)", () => {
    assert.match(draw([line]), /<polyline points="10,60 60,10 110,35" fill="none" stroke="#123456"/);
    assert.match(draw([{ ...line, mode: "markers", marker: { color: ["red", "green", "blue"], size: 4 } }]), /<circle cx="60" cy="10" r="2" fill="green"\/>/);
    assert.match(draw([{ type: "bar", name: "bars", x: [2], y: [0.5], width: 2, marker: { color: "red" } }]), /<rect x="20" y="35" width="20" height="25" fill="red"\/>/);
    assert.match(draw([{ ...line, fill: "toself", fillcolor: translucent("#ff8000", 0.2) }]), /<polygon points="10,60 60,10 110,35" fill="rgba\(255,128,0,0.2\)"\/>/);
  });

  it("places values on logarithmic, reversed and partial axes", () => {
    const axis = { ...baseAxis("light"), tickvals: [] };
    const more = { xaxis: { ...axis, type: "log", range: [0, 2], domain: [0.5, 1] }, yaxis: { ...axis, range: [1, 0] } };
    assert.match(draw([{ ...line, x: [1, 10, 100] }], more), /<polyline points="60,10 85,60 110,35"/);
  });

  it("draws shapes, pictures and annotations in data and in parts of an axis", () => {
    const shapes = [{ type: "line", xref: "x", yref: "y domain", x0: 5, x1: 5, y0: 0, y1: 1, line: { color: "red", width: 1 } }];
    const annotations = [{ text: "<b>1 &lt; 2</b>", xref: "x domain", yref: "y domain", x: 0, y: 1 }];
    const images = [{ source: "data:image/png;base64,", xref: "x", yref: "y", x: 0, y: 1, sizex: 5, sizey: 1 }];
    const svg = draw([line], { shapes, annotations, images });
    assert.match(svg, /<line x1="60" x2="60" y1="10" y2="60" stroke="red"/);
    assert.match(svg, /<text x="10" y="2"[^>]*font-weight="bold">1 &lt; 2<\/text>/);
    assert.match(svg, /<image x="10" y="10" width="50" height="50" href="data:image\/png;base64,"/);
  });

  it("names traces in a legend that wraps, unless they do not want it", () => {
    const svg = draw([line, { ...line, name: "second" }, { ...line, name: "hidden", showlegend: false }]);
    assert.deepEqual([...svg.matchAll(/<g transform="translate\(0 (\d+)\)">/g)].map(([, y]) => Number(y)), [16, 38]);
    assert.ok(!svg.includes("hidden"));
  });

  it("escapes texts, and tells what each point says", () => {
    const svg = draw([{ ...line, mode: "markers", marker: { color: "red" }, text: ["a<br>b", "<script>", "c"] }]);
    assert.match(svg, /<title>a, b<\/title>/);
    assert.ok(svg.includes("&lt;script&gt;") && !svg.includes("<script>"));
    assert.ok(svg.includes("x &amp; unit") && svg.includes("a &lt;figure&gt;"));
  });

  it("refuses a trace on an axis that there is not", () => assert.throws(() => draw([{ ...line, xaxis: "x2" }]), /staticSvg: missing axis: x2; expected it in the layout/));
});

describe("axes", () => {
  it("have round ticks around all values", () => {
    assert.deepEqual(niceAxis([41.2, 47.9]), { from: 39.5, to: 48.5, ticks: [40, 42, 44, 46, 48] });
    assert.deepEqual(logAxis([0.4, 250]), { type: "log", range: [-1.1, 3.1], tickvals: [0.1, 1, 10, 100, 1000], ticktext: ["0.1", "1", "10", "100", "1000"] });
  });
});
