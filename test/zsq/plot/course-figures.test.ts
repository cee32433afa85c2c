import assert from "node:assert/strict";
import {
  bitsFigure, boxesFigure, curvesFigure, distillationFigure, galleryFigure, intervalsFigure, iouFigure, precisionRecallFigure, rangeRatioFigure, staircaseFigure, trainingFigure, type Figure,
} from "zsq";

const PICTURE = "data:image/jpeg;base64,AAAA", title = "a < b & c";
const figures: Record<string, (theme?: "dark") => Figure> = {
  bits: (theme) => bitsFigure([{ method: "weights", bits: 4, value: 40 }, { method: "weights", bits: 2, value: 12 }], { title, y: "mAP (percent)", float: 45, theme }),
  boxes: (theme) => boxesFigure(PICTURE, [8, 10], [{ kind: "truth", label: "car", box: [1, 2, 5, 6] }, { kind: "hit", label: "car 0.90", box: [1, 2, 5, 5] }], { title, theme }),
  distillation: (theme) => distillationFigure([{ name: "mean", history: [100, 10, 1] }], { title, references: [{ name: "real", loss: 5 }], theme }),
  gallery: (theme) => galleryFigure([{ label: "noise", picture: PICTURE }, { label: "real", picture: PICTURE }], { title, aspect: 0.8, columns: 1, theme }),
  intervals: (theme) => intervalsFigure([{ label: "real", colour: "#009E73", mean: 40, low: 38, high: 43 }], { title, x: "mAP (percent)", guide: { name: "full precision", at: 45 }, theme }),
  iou: (theme) => iouFigure([{ category: "car", iou: 0.5, ap: 0.8 }, { category: "car", iou: 0.95, ap: 0 }], { title, theme }),
  "precision-recall": (theme) => precisionRecallFigure({ raw: [{ recall: 0.5, precision: 1 }], interpolated: [{ recall: 0, precision: 1 }] }, { title, theme }),
  ranges: (theme) => rangeRatioFigure([{ source: "noise", layer: "a", ratio: 0.5 }, { source: "noise", layer: "b", ratio: 3 }], { theme }),
  staircase: (theme) => staircaseFigure([{ real: -1, restored: -1.1 }, { real: 1, restored: 0.9 }], { theme }),
  training: (theme) => trainingFigure([3, 2, 2.5], { title, theme }),
};

describe("figures of the course", () => {
  for (const [name, draw] of Object.entries(figures)) {
    it(`${name} is plain JSON with the same as SVG and as text, in both themes`, () => {
      const { data, layout, svg, text } = draw();
      assert.deepEqual(JSON.parse(JSON.stringify({ data, layout })), { data, layout });
      assert.match(svg, /^<svg .*<\/svg>$/s);
      assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
      assert.ok(text.split("\n").length > 1);
      assert.notDeepEqual(draw("dark").layout, layout);
    });
  }

  it("titles are text, whatever they hold", () => {
    for (const name of ["bits", "distillation", "intervals", "iou"]) assert.ok(!figures[name]().svg.includes(title) && figures[name]().svg.includes("a &lt; b &amp; c"), name);
  });

  it("keep every value: the points, marks and intervals are the rows", () => {
    const [marks] = figures.intervals().data as { x: number[]; error_x: { array: number[]; arrayminus: number[] } }[];
    assert.deepEqual([marks.x, marks.error_x.array, marks.error_x.arrayminus], [[40], [3], [2]]);
    const [line] = figures.bits().data as { x: number[]; y: number[] }[];
    assert.deepEqual([line.x, line.y], [[2, 4], [12, 40]]);
  });

  it("a picture of boxes lies under them", () => {
    const { svg } = figures.boxes();
    assert.ok(svg.indexOf("<image") > 0 && svg.indexOf("<image") < svg.indexOf("<polyline"));
  });

  it("leave out what is not finite, or not positive on a logarithmic axis, and refuse what is empty", () => {
    const axes = { title: "t", x: { title: "x" }, y: { title: "y", log: true } };
    const [line] = curvesFigure([{ name: "a", colour: "#000000", points: [[0, 1], [1, 0], [2, NaN], [3, 4]] }], axes).data as { x: number[] }[];
    assert.deepEqual(line.x, [0, 3]);
    assert.throws(() => curvesFigure([{ name: "a", colour: "#000000", points: [[0, 0]] }], axes), { message: "curvesFigure: missing points of t; expected at least one" });
    assert.throws(() => intervalsFigure([], { title: "t", x: "x" }), { message: "intervalsFigure: missing rows of t; expected at least one" });
    assert.throws(() => galleryFigure([], { title: "t", aspect: 1 }), { message: "galleryFigure: missing pictures of t; expected at least one" });
  });
});
