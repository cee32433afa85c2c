import assert from "node:assert/strict";
import { CATEGORIES, Domain, DOMAINS, drawScene, HEIGHT, Scene, SceneKey, SPLITS, WIDTH } from "data-scripts/dist/scenes";
import { sha256 } from "data-scripts/dist/scenes/record";
import { renderScene } from "data-scripts/dist/scenes/scene";

const key = (domain: Domain, index: number, split: SceneKey["split"] = "val", seed = 1): SceneKey => ({ seed, domain, split, index });
const digest = (scene: Scene): string => sha256(scene.pixels) + sha256(JSON.stringify([scene.boxes, scene.labels]));

// the sky and the horizon, where no object stands, as levels of gray
function top(scene: Scene): Float64Array {
  const rows = 20;
  return Float64Array.from({ length: rows * WIDTH }, (_, i) => scene.pixels[i * scene.channels]);
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (v: Float64Array): number => v.reduce((sum, x) => sum + x, 0) / v.length, ma = mean(a), mb = mean(b);
  const covariance = (u: Float64Array, mu: number, v: Float64Array, mv: number): number => u.reduce((sum, x, i) => sum + (x - mu) * (v[i] - mv), 0);
  return covariance(a, ma, b, mb) / Math.sqrt(covariance(a, ma, a, ma) * covariance(b, mb, b, mb));
}

describe("drawScene", () => {
  // recorded from generator version 1; a change means a new version and new checkpoints
  const RECORDED: [Domain, SceneKey["split"], number, string][] = [
    ["visible", "train", 0, "fdcd47f782da626c13d8d983bd932d71157f4956dde0e4adf9ec9e7371608c67"],
    ["visible", "train", 2999, "0b987c14a99d7a926318b3d2f84a3c6000ab095fce2ce7b1ec67f840de80acdf"],
    ["visible", "val", 0, "d446f63566997296390180f31d9349764084388566cf56d430fb50e88cdaab48"],
    ["visible", "val", 299, "b6701deef4f36d9a9df4c902bc68c4597d161c5f42060f528cc0f5031c3a2ff8"],
    ["thermal", "train", 0, "077017932f1b4231ec4f46d338eef71511352e798b2be60c128818f5ea7beb89"],
    ["thermal", "train", 2999, "523fbe56a1c7f5bcd841b4b0d4d98f78855e0da7f16eb5630fa09d5359e19ab4"],
    ["thermal", "val", 0, "b179789311d78977c996a0148a85303fa8d863943f1e0746f269c8bc9f1192fb"],
    ["thermal", "val", 299, "affcffb0e4b38a50629a95cde79bcf5319e5a86af866fa3b5d93b58dcde7563a"],
  ];

  it("draws the recorded pixels and boxes", () => {
    for (const [domain, split, index, expected] of RECORDED) assert.equal(sha256(digest(drawScene(key(domain, index, split)))), expected, `${domain} ${split} ${index}`);
  });

  it("gives the same image whatever was drawn before", () => {
    for (const domain of DOMAINS) {
      const first = digest(drawScene(key(domain, 5)));
      drawScene(key(domain, 6, "train"));
      assert.equal(digest(drawScene(key(domain, 5))), first);
    }
  });

  it("differs between seeds, splits, domains, and numbers", () => {
    const keys = [key("visible", 0), key("visible", 1), key("visible", 0, "train"), key("visible", 1, "train"), key("visible", 0, "val", 2), key("thermal", 0)];
    assert.equal(new Set(keys.map((k) => digest(drawScene(k)))).size, keys.length);
  });

  it("has three channels where visible and one where thermal", () => {
    for (const [domain, channels] of [["visible", 3], ["thermal", 1]] as const) {
      const scene = drawScene(key(domain, 0));
      assert.deepEqual([scene.width, scene.height, scene.channels, scene.pixels.length], [WIDTH, HEIGHT, channels, WIDTH * HEIGHT * channels]);
    }
  });

  it("uses a good part of the eight bits", () => {
    for (const domain of DOMAINS) {
      for (let i = 0; i < 8; i++) assert.ok(new Set(drawScene(key(domain, i)).pixels).size > 40, `${domain} ${i}`);
    }
  });

  it("shares the background within a clip and not between clips", () => {
    for (const domain of DOMAINS) {
      const tops = Array.from({ length: 32 }, (_, i) => top(drawScene(key(domain, i, "train"))));
      const pairs = (offset: number): number => {
        const starts = [0, 8, 16, 24].map((s) => correlation(tops[s], tops[(s + offset) % 32]));
        return starts.reduce((sum, r) => sum + r, 0) / starts.length;
      };
      assert.ok(pairs(1) > pairs(8) + 0.3, `${domain}: ${pairs(1)} within, ${pairs(8)} between`);
    }
  });

  it("refuses an invalid key", () => {
    assert.throws(() => drawScene(key("visible", -1)), { message: "drawScene: invalid index: -1; expected an integer in [0, 16777215]" });
    assert.throws(() => drawScene(key("visible", 0, "val", 0.5)), /^RangeError: drawScene: invalid seed: 0\.5; expected an integer/);
    assert.throws(() => drawScene(key("radar" as Domain, 0)), { message: "drawScene: invalid domain: radar; expected visible or thermal" });
    assert.throws(() => drawScene(key("visible", 0, "test" as "val")), { message: "drawScene: invalid split: test; expected train or val" });
  });
});

describe("boxes of a scene", () => {
  it("lie inside the image and have a known label", () => {
    const ids = CATEGORIES.map(({ id }) => id as number);
    for (const domain of DOMAINS) {
      for (const split of SPLITS) {
        for (let i = 0; i < 20; i++) {
          const { boxes, labels } = drawScene(key(domain, i, split));
          assert.equal(boxes.length, labels.length);
          assert.ok(labels.every((label) => ids.includes(label)));
          for (const [x, y, w, h] of boxes) assert.ok(x >= 0 && y >= 0 && w >= 3 && h >= 7 && x + w <= WIDTH && y + h <= HEIGHT, `${domain} ${split} ${i}`);
        }
      }
    }
  });

  it("touch their object's visible pixels on all four sides", () => {
    for (let i = 0; i < 30; i++) {
      const { scene, ids, drawn } = renderScene(key(DOMAINS[i % 2], i));
      const expected = drawn.flatMap(({ id, label, extent }) => {
        const at = [...ids.keys()].filter((p) => ids[p] === id), xs = at.map((p) => p % WIDTH), ys = at.map((p) => Math.floor(p / WIDTH));
        const [x, y] = [Math.min(...xs), Math.min(...ys)], box = [x, y, Math.max(...xs) + 1 - x, Math.max(...ys) + 1 - y];
        return at.length >= 0.3 * extent && at.length >= 12 && box[3] >= 7 && box[2] >= 3 ? [{ box, label }] : [];
      });
      assert.deepEqual(scene.boxes.map((box, k) => ({ box, label: scene.labels[k] })), expected);
    }
  });

  it("are about 3.6 in an image, in the proportions of the classes", () => {
    for (const domain of DOMAINS) {
      const labels = Array.from({ length: 200 }, (_, i) => drawScene(key(domain, i)).labels).flat(), share = (id: number): number => labels.filter((l) => l === id).length / labels.length;
      assert.ok(labels.length / 200 > 3 && labels.length / 200 < 4.2, `${domain}: ${labels.length / 200}`);
      assert.ok(share(1) > 0.4 && share(2) > 0.25 && share(3) > 0.15);
    }
  });
});
