import assert from "node:assert/strict";
import sharp from "sharp";
import { contactSheet, contactSheets, encodePng } from "zsq";

describe("encodePng", () => {
  const image = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
  const images = { data: Float32Array.of(-1, 0, 1, -3, 2, 0.5, 1, 1, 1, -1, -1, -1), shape: [2, 1, 2, 3] };

  it("de-normalizes, clips and rounds to 8 bits", async () => {
    const { data } = await sharp(await encodePng(images, 0, image)).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([...data], [0, 128, 255, 0, 255, 191]);
  });

  it("keeps 16 bits where asked", async () => {
    const png = await encodePng(images, 0, image, 16);
    assert.equal((await sharp(png).metadata()).depth, "ushort");
    const data = await sharp(png).toColourspace("rgb16").raw({ depth: "ushort" }).toBuffer();
    assert.deepEqual([...new Uint16Array(data.buffer, data.byteOffset, data.length / 2)], [0, 32768, 65535, 0, 65535, 49151]);
  });

  it("lays images side by side", async () => {
    const { data, info } = await sharp(await contactSheet(images, image, 1)).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [2, 2]);
    assert.deepEqual([...data].slice(0, 9), [0, 128, 255, 0, 255, 191, 255, 255, 255]);
  });

  it("makes sheets of images that come in chunks, whatever the chunks", async () => {
    const single = [0, 1].map((k) => ({ data: images.data.slice(6 * k, 6 * k + 6), shape: [1, 1, 2, 3] }));
    const sheets = async (chunks: typeof single, size: number): Promise<Buffer[]> => {
      const all: Buffer[] = [];
      for await (const sheet of contactSheets(chunks, image, size, 1)) all.push(sheet);
      return all;
    };
    const whole = await contactSheet(images, image, 1);
    assert.deepEqual(await sheets([images], 2), [whole]);
    assert.deepEqual(await sheets(single, 2), [whole]);
    assert.deepEqual(await sheets([images], 1), await Promise.all(single.map((one) => contactSheet(one, image, 1))));
    assert.deepEqual(await sheets([], 2), []);
  });
});
