import assert from "node:assert/strict";
import { Canvas } from "data-scripts/dist/scenes/canvas";
import { hsv } from "data-scripts/dist/scenes/colour";
import { withBoxes } from "data-scripts/dist/scenes/contact-sheet";
import { layout, pixelsPerMetre } from "data-scripts/dist/scenes/layout";
import { smoothNoise, whiteNoise } from "data-scripts/dist/scenes/noise";
import { clipOf, HEIGHT, WIDTH } from "data-scripts/dist/scenes/types";
import { Random } from "zsq/dist/tensor/random";

const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0);

describe("Canvas", () => {
  it("covers the area of a shape, with the edges in between", () => {
    const canvas = new Canvas(1);
    canvas.ellipse(40.3, 50.7, 12, 8, [1]);
    assert.ok(Math.abs(total(canvas.image) - Math.PI * 12 * 8) < 6);
    const square = new Canvas(1);
    square.box(10, 20, 14, 23, [1]);
    assert.equal(total(square.image), 12);
  });

  it("marks what a shape covers by more than a third, and nothing for a shadow", () => {
    const canvas = new Canvas(1);
    canvas.current = 3;
    canvas.box(10, 20, 14, 23, [1]);
    canvas.ellipse(80, 80, 9, 9, [1], { mark: false });
    assert.equal(canvas.countCurrent(), 12);
    canvas.current = 4;
    canvas.box(12, 20, 30, 23, [0.5]);
    canvas.current = 3;
    assert.equal(canvas.countCurrent(), 6);
  });

  it("fills a polygon in both orientations alike", () => {
    const points = [[10, 10], [30, 12], [20, 30]] as const, a = new Canvas(1), b = new Canvas(1);
    a.polygon(points, [1]);
    b.polygon([...points].reverse(), [1]);
    for (let i = 0; i < a.image.length; i++) assert.ok(Math.abs(a.image[i] - b.image[i]) < 1e-5);
    assert.ok(Math.abs(total(a.image) - 190) < 10);
  });

  it("leaves out what lies outside", () => {
    const canvas = new Canvas(3);
    canvas.ellipse(-50, 60, 10, 10, [1, 1, 1]);
    canvas.stroke([200, 10], [220, 40], 3, [1, 1, 1]);
    canvas.ring(80, 400, 20, 20, 2, [1, 1, 1]);
    assert.equal(total(canvas.image), 0);
  });
});

describe("noise", () => {
  it("is standard normal", () => {
    const z = whiteNoise(new Random(1, 0), 100001), mean = total(z) / z.length;
    assert.equal(z.length, 100001);
    assert.ok(Math.abs(mean) < 4 / Math.sqrt(z.length));
    assert.ok(Math.abs(total(z.map((v) => v * v)) / z.length - 1) < 0.02);
    assert.ok(Math.abs(z.filter((v) => v > 1.959964).length / z.length - 0.025) < 0.002);
  });

  it("passes through its knots and is linear between them", () => {
    const image = smoothNoise(new Random(2, 0), 2, 2), corner = new Random(2, 0), knots = [0, 1, 2, 3].map(() => Math.fround(corner.normal()));
    assert.deepEqual([image[0], image[WIDTH - 1], image[(HEIGHT - 1) * WIDTH], image[HEIGHT * WIDTH - 1]].map((v) => v.toFixed(5)), knots.map((v) => v.toFixed(5)));
    const row = image.subarray(0, WIDTH), middle = (row[0] + row[WIDTH - 1]) / 2;
    assert.ok(Math.abs((row[79] + row[80]) / 2 - middle) < 1e-5);
  });
});

describe("layout", () => {
  it("sorts from far to near, below the horizon, kiosks far away", () => {
    const camera = { horizon: 45, height: 1.5 };
    for (let i = 0; i < 50; i++) {
      const items = layout(new Random(3, i), camera), rows = items.map(({ y }) => y);
      assert.deepEqual(rows, [...rows].sort((a, b) => a - b));
      assert.ok(items.length >= 2 && rows[0] > 45);
      for (const { kind, y } of items) if (typeof kind === "function" && kind.name === "kiosk") assert.ok(pixelsPerMetre(camera, y) <= 13 + 1e-9);
    }
  });
});

describe("clipOf", () => {
  it("counts eight frames to a training clip and one to a validation clip", () => {
    assert.deepEqual([clipOf("train", 0), clipOf("train", 7), clipOf("train", 8)], [{ clip: 0, frame: 0 }, { clip: 0, frame: 7 }, { clip: 1, frame: 0 }]);
    assert.deepEqual(clipOf("val", 9), { clip: 9, frame: 0 });
  });
});

describe("colours", () => {
  it("turns hue, saturation, and value into red, green, and blue", () => {
    assert.deepEqual(hsv(0, 1, 1).map((v) => +v.toFixed(9)), [1, 0, 0]);
    assert.deepEqual(hsv(1 / 3, 1, 0.5).map((v) => +v.toFixed(9)), [0, 0.5, 0]);
    assert.deepEqual(hsv(0.7, 0, 0.25), [0.25, 0.25, 0.25]);
  });

  it("outlines boxes in the colour of their class", () => {
    const pixels = new Uint8Array(WIDTH * HEIGHT).fill(7);
    const out = withBoxes({ width: WIDTH, height: HEIGHT, channels: 1, pixels, boxes: [[2, 3, 5, 8]], labels: [2] });
    const at = (x: number, y: number): number[] => [...out.subarray((y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3)];
    assert.deepEqual([at(2, 3), at(6, 10), at(4, 6), at(7, 10)], [[0, 230, 0], [0, 230, 0], [7, 7, 7], [7, 7, 7]]);
  });
});
