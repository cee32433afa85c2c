import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { decodeImage, type Pixels } from "zsq/dist/datasets/decode-image";
import { suiteFolder } from "../../helpers/suite-folder";

const rgb = Uint8Array.of(1, 2, 3, 40, 50, 60, 255, 0, 128, 9, 8, 7);
const image = (): Sharp => sharp(rgb, { raw: { width: 2, height: 2, channels: 3 } });

describe("decodeImage", () => {
  const folder = suiteFolder(), path = join(folder, "a.png");
  const decode = async (data: Sharp | Uint8Array, shape: [number, number] = [2, 2]): Promise<Pixels> => {
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

  const counts = Uint16Array.of(0, 1, 255, 256, 1000, 30_000, 65_534, 65_535);
  const gray16 = (format: "png" | "tiff"): Promise<Buffer> => {
    const gray = sharp(counts, { raw: { width: 4, height: 2, channels: 1 } }).toColourspace("grey16");
    return (format === "png" ? gray.png() : gray.tiff({ compression: "lzw" })).toBuffer();
  };
  for (const format of ["png", "tiff"] as const) {
    it(`scales the counts of a ${format} of 16 bits by a window, without rounding`, async () => {
      writeFileSync(path, await gray16(format));
      const pixels = await decodeImage(path, [2, 4], { window: [0, 65_535] });
      assert.ok(pixels instanceof Float32Array);
      assert.deepEqual([...pixels], [...counts].flatMap((x) => { const v = Math.fround((255 * x) / 65_535); return [v, v, v]; }));
      const clipped = await decodeImage(path, [2, 4], { window: [255, 1255] });
      assert.deepEqual([...clipped].filter((_, i) => i % 3 === 2), [0, 0, 0, Math.fround(0.255), Math.fround(189.975), 255, 255, 255]);
      await assert.rejects(decodeImage(path, [2, 4]), /unsupported depth of .*: ushort per channel; expected 8 bits; try a window of counts/);
    });
  }

  it("refuses colours of 16 bits and images of 8 bits where a window is given", async () => {
    writeFileSync(path, await image().toColourspace("rgb16").png().toBuffer());
    await assert.rejects(decodeImage(path, [2, 2], { window: [0, 1] }), /unsupported colours of .*: rgb16; expected gray$/);
    writeFileSync(path, await image().png().toBuffer());
    await assert.rejects(decodeImage(path, [2, 2], { window: [0, 1] }), /unsupported depth of .*: uchar per channel; expected 16 bits, for the window of counts$/);
  });

  it("refuses 144 million pixels before decoding them", async () => {
    writeFileSync(path, await sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: "black" } }).png().toBuffer());
    await assert.rejects(decodeImage(path, [12_000, 12_000]), /unsupported image size of .*: 12000 x 12000; expected at most 50000000 pixels$/);
  });

  const refused: [string, () => Sharp | Uint8Array | Promise<Uint8Array>, string | RegExp][] = [
    ["16 bits", () => image().toColourspace("rgb16").png(), "unsupported depth of $: ushort per channel; expected 8 bits; try a window of counts for gray images of 16 bits"],
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
