import assert from "node:assert/strict";
import { SOURCES, table1Figure } from "zsq";
import { assertSnapshot } from "../../helpers/fixture";
import { table1Example } from "../../helpers/table1-example";

interface Trace {
  name: string;
  x: (number | null)[];
  y: number[];
  xaxis?: string;
  text?: string[];
  error_x?: { array: number[]; arrayminus: number[] };
  marker?: { color: string | string[]; symbol: string };
  showlegend?: boolean;
}
const { rows, paper } = table1Example();
const { data, layout, svg, text } = table1Figure(rows, paper);
const traces = (data as unknown as Trace[]).filter(({ showlegend }) => showlegend === false);
const axes = (start: string) => Object.entries(layout).filter(([key]) => key.startsWith(start)).map(([, axis]) => axis as { title: { text: string }; domain: number[]; ticktext?: string[] });

describe("table1Figure", () => {
  it("is plain JSON", () => {
    assert.deepEqual(JSON.parse(JSON.stringify({ data, layout })), { data, layout });
  });

  it("shows every quantized row once, and full precision once per precision", () => {
    const here = traces.filter(({ marker }) => marker?.symbol !== "circle-open").flatMap(({ x, text: texts }) => x.map((value, i) => `${value} ${texts?.[i].split(":")[0]}`));
    const expected = rows.flatMap(({ calibration, map }) => Array<string>(calibration === "none" ? 2 : 1).fill(`${Number((100 * map.mean).toFixed(4))} ${SOURCES[calibration].label}`));
    assert.deepEqual(here.sort(), expected.sort());
  });

  it("draws the interval of each row", () => {
    const [first] = traces;
    const row = rows.find(({ precision, calibration, inputRange }) => precision === "W8A8" && calibration === "real" && inputRange === "calibrated");
    const at = first.text!.findIndex((label) => label.startsWith(SOURCES.real.label));
    assert.equal(first.error_x!.array[at], Number((100 * (row!.map.ci95[1] - row!.map.mean)).toFixed(4)));
    assert.equal(first.error_x!.arrayminus[at], Number((100 * (row!.map.mean - row!.map.ci95[0])).toFixed(4)));
  });

  it("shows the paper's numbers as open circles, its full precision once", () => {
    const open = traces.filter(({ marker }) => marker?.symbol === "circle-open");
    assert.deepEqual(open.flatMap(({ x }) => x).sort(), paper.map(({ map }) => Number((100 * map).toFixed(4))).sort());
    assert.ok(open.every(({ error_x }) => error_x === undefined));
  });

  it("gives each calibration source its one colour", () => {
    const byLabel = new Map(Object.values(SOURCES).map(({ label, colour }) => [label, colour]));
    for (const { marker, text: texts } of traces) texts!.forEach((label, i) => assert.equal(marker!.color[i], byLabel.get(label.split(":")[0])));
    assert.equal(new Set(byLabel.values()).size, 6);
  });

  it("names unit and metric on the axes at the bottom", () => {
    assert.deepEqual(axes("xaxis").map(({ title }) => title.text), ["", "", "mAP 0.50:0.95 (percent)", "mAP 0.50:0.95 (percent)"]);
    const narrow = table1Figure(rows, paper, { columns: 1 }).layout;
    assert.equal((narrow.xaxis4 as { title: { text: string } }).title.text, "mAP 0.50:0.95 (percent)");
  });

  it("puts panels that share an axis at no overlap", () => {
    for (const columns of [1, 2] as const) {
      const figure = table1Figure(rows, paper, { columns }).layout;
      const domains = [1, 2, 3, 4].map((i) => (figure[`yaxis${i > 1 ? i : ""}`] as { domain: [number, number] }).domain);
      for (let i = columns; i < 4; i++) assert.ok(domains[i][1] < domains[i - columns][0]);
    }
  });

  it("has the same data for every theme and number of columns", () => {
    for (const theme of ["light", "dark"] as const) for (const columns of [1, 2] as const) assert.deepEqual(table1Figure(rows, paper, { theme, columns }).data, data);
  });

  it("draws a band and a dashed line for full precision in each panel", () => {
    const shapes = layout.shapes as { type: string; x0: number; x1: number }[];
    assert.deepEqual(shapes.map(({ type }) => type), Array(4).fill(["rect", "line"]).flat());
    assert.equal(shapes[1].x0, 50.14);
  });

  it("reads the data set's name as text", () => {
    const named = rows.map((row) => ({ ...row, dataset: "<b>&" }));
    const figure = table1Figure(named, paper);
    assert.match((figure.layout.annotations as { text: string }[])[0].text, /&lt;b&gt;&amp;/);
    assert.ok(figure.svg.includes("&lt;b&gt;&amp;") && !figure.svg.includes("<b>"));
  });

  it("works without the paper and with one model at one precision", () => {
    const few = rows.filter(({ model, precision }) => model === "pretrained" && precision !== "W8A4");
    assert.deepEqual((table1Figure(few).layout.annotations as unknown[]).length, 1);
  });

  it("refuses rows of which none is quantized", () => {
    assert.throws(() => table1Figure(rows.filter(({ precision }) => precision === "W32A32")), /^Error: table1Panels: missing quantized rows: 2 rows; expected at least one/);
  });
});

describe("table1Figure's drawing", () => {
  it("is the SVG of the snapshot", () => assertSnapshot("table1Figure", "svg", `${svg}\n`));

  it("shows the same numbers as the plotly spec", () => {
    const drawn = [...svg.matchAll(/<g><title>([^<]*)<\/title>/g)].map(([, value]) => value);
    assert.deepEqual(drawn.sort(), traces.flatMap((trace) => trace.text!.map((label) => label.replaceAll("<br>", ", "))).sort());
  });

  it("loads nothing and runs nothing", () => {
    assert.doesNotMatch(svg.replace('xmlns="http://www.w3.org/2000/svg"', ""), /https?:|href|<script|<image|@import|url\(|on\w+=/i);
  });

  it("says what it is to who cannot see it", () => assert.match(svg, /^<svg [^>]*role="img" aria-label="mAP by calibration source: pretrained on scenes visible, W8A8;/));

  it("tells every number in its text", () => {
    for (const { map } of rows) assert.ok(text.includes(`${(100 * map.mean).toFixed(2)} %`));
  });
});
