import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { decodeImage } from "zsq/dist/datasets/decode-image";
import { suiteFolder } from "../../helpers/suite-folder";

const rgb = Uint8Array.of(1, 2, 3, 40, 50, 60, 255, 0, 128, 9, 8, 7);
const image = (): Sharp => sharp(rgb, { raw: { width: 2, height: 2, channels: 3 } });

describe("decodeImage", () => {
  const folder = suiteFolder(), path = join(folder, "a.png");
  const decode = async (data: Sharp | Uint8Array, shape: [number, number] = [2, 2]): Promise<Uint8Array> => {
    writeFileSync(path, data instanceof Uint8Array ? data : await data.toBuffer());
    return decodeImage(path, shape);
  };

  it("returns the pixels of a PNG", async () => {
    assert.deepEqual(await decode(image().png()), rgb);
  });

  it("returns the pixels of a palette", async () => {
    assert.deepEqual(await decode(image().png({ palette: true, dither: 0 })), rgb);
  });

  it("repeats gray three times, unchanged at every level", async () => {
    const gray = Uint8Array.from({ length: 256 }, (_, i) => i);
    const png = sharp(gray, { raw: { width: 16, height: 16, channels: 1 } }).toColourspace("b-w").png();
    assert.deepEqual(await decode(png, [16, 16]), Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)));
  });

  it("reads a JPEG near to its source", async () => {
    const flat = sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 200, g: 30, b: 90 } } });
    const pixels = await decode(flat.jpeg({ quality: 95 }), [8, 8]);
    [200, 30, 90].forEach((x, c) => assert.ok(Math.abs(pixels[c] - x) <= 3));
  });

  const refused: [string, () => Sharp | Uint8Array | Promise<Uint8Array>, string | RegExp][] = [
    ["16 bits", () => image().toColourspace("rgb16").png(), "unsupported depth of $: ushort per channel; expected 8 bits; try converting the image"],
    ["another size", () => image().resize(3, 2).png(), "invalid image size of $: 3 x 2; expected 2 x 2"],
    ["transparency", () => image().ensureAlpha(0.5).png(), "unsupported colours of $: srgb with alpha; expected RGB or gray"],
    ["CMYK", () => image().toColourspace("cmyk").jpeg(), "unsupported colours of $: cmyk; expected RGB or gray"],
    ["what is no image", () => Uint8Array.of(1, 2, 3), /^decodeImage: damaged .*a\.png: .*; expected an image that libvips reads$/],
    ["an empty file", () => new Uint8Array(0), /^decodeImage: damaged .*a\.png: .*; expected an image that libvips reads$/],
    ["an image that is cut off", async () => (await image().png().toBuffer()).subarray(0, 50), /^decodeImage: damaged .*a\.png: .*; expected an image that libvips reads$/],
  ];
  for (const [what, make, message] of refused) {
    it(`refuses ${what} and names the file`, async () => {
      const data = await make();
      await assert.rejects(decode(data), { message: message instanceof RegExp ? message : `decodeImage: ${message.replace("$", path)}` });
    });
  }

  it("refuses every cut of an image", async () => {
    const noise = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * 7919) >> 3);
    const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } }).jpeg().toBuffer();
    for (const share of [0.1, 0.5, 0.9]) await assert.rejects(decode(whole.subarray(0, Math.floor(share * whole.length)), [64, 64]), /damaged/);
  });

  it("refuses a missing file", async () => {
    await assert.rejects(decodeImage(join(folder, "none.png"), [2, 2]), /^Error: decodeImage: missing .*none\.png: ENOENT.*; expected a readable image$/);
  });
});
