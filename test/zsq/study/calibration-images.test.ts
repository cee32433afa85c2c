import assert from "node:assert/strict";
import { consecutiveImages, independentImages, noiseImages, shuffledPixels } from "zsq/dist/study/calibration-images";
import { packDetections, unpackDetections } from "zsq/dist/study/packed-detections";

const image = (id: number, clip?: number) => ({ id, file_name: `${id}.png`, width: 4, height: 2, ...(clip !== undefined && { clip }) });
const film = { images: Array.from({ length: 24 }, (_, i) => image(i, Math.floor(i / 8))) };

describe("independentImages", () => {
  it("takes one frame of each of as many clips, by seed", () => {
    for (const seed of [1, 2, 3]) {
      const places = independentImages(film, 3, seed);
      assert.deepEqual(places.map((place) => Math.floor(place / 8)).sort(), [0, 1, 2]);
      assert.deepEqual(independentImages(film, 3, seed), places);
    }
    assert.notDeepEqual(independentImages(film, 3, 1), independentImages(film, 3, 2));
  });
  it("takes any images where there are no clips", () => assert.equal(new Set(independentImages({ images: [image(1), image(2), image(3)] }, 3, 1)).size, 3));
  it("refuses more than there are clips", () => assert.throws(() => independentImages(film, 4, 1), /independentImages: invalid count: 4; expected at most 3, one per clip/));
});

describe("consecutiveImages", () => {
  it("takes the first frames of one clip, each clip once before any comes again", () => {
    const batches = [0, 1, 2, 3].map((batch) => consecutiveImages(film, 4, 1, batch));
    for (const places of batches) assert.deepEqual(places, [0, 1, 2, 3].map((k) => 8 * Math.floor(places[0] / 8) + k));
    assert.deepEqual(batches.slice(0, 3).map(([first]) => first).sort((a, b) => a - b), [0, 8, 16]);
    assert.deepEqual(batches[3], batches[0]);
  });
  it("cuts frames without clips, one film, into runs that follow one another and never overlap", () => {
    const frames = { images: Array.from({ length: 26 }, (_, i) => ({ ...image(i), frame: 100 + i })) }, batches = [0, 1, 2, 3].map((batch) => consecutiveImages(frames, 8, 1, batch));
    for (const places of batches) assert.deepEqual(places, Array.from({ length: 8 }, (_, k) => places[0] + k));
    assert.deepEqual(batches.slice(0, 3).map(([first]) => first).sort((a, b) => a - b), [0, 8, 16]);
    assert.deepEqual(batches[3], batches[0]);
    assert.throws(() => consecutiveImages({ images: frames.images.slice(0, 5) }, 8, 1, 0), /consecutiveImages: invalid count: 8; expected at most 5, the frames of a clip/);
  });
  it("refuses more than a clip has", () => assert.throws(() => consecutiveImages(film, 9, 1, 0), /consecutiveImages: invalid count: 9; expected at most 8, the frames of a clip/));
});

describe("shuffledPixels", () => {
  const pixels = Uint8Array.from({ length: 2 * 30 }, (_, i) => i);
  const colours = (values: Uint8Array | Float32Array): string[] => Array.from({ length: values.length / 3 }, (_, i) => values.subarray(3 * i, 3 * i + 3).join());
  it("moves whole pixels within their image, each image in its own way", () => {
    const shuffled = shuffledPixels(pixels, 2, 1);
    for (const from of [0, 30]) assert.deepEqual(colours(shuffled.subarray(from, from + 30)).sort(), colours(pixels.subarray(from, from + 30)).sort());
    assert.notDeepEqual(Array.from(shuffled.subarray(0, 30), (x) => x + 30), [...shuffled.subarray(30)]);
    assert.deepEqual(shuffledPixels(pixels, 2, 1), shuffled);
    assert.notDeepEqual(shuffledPixels(pixels, 2, 2), shuffled);
  });
});

describe("noiseImages", () => {
  it("is N(0, 1), each image by its number", () => {
    const two = noiseImages(2, [32, 32], 5);
    assert.deepEqual(noiseImages(1, [32, 32], 5), two.subarray(0, 32 * 32 * 3));
    assert.deepEqual(noiseImages(1, [32, 32], 5, 1), two.subarray(32 * 32 * 3));
    const mean = two.reduce((a, b) => a + b, 0) / two.length, square = two.reduce((a, b) => a + b * b, 0) / two.length;
    assert.ok(Math.abs(mean) < 0.05 && Math.abs(square - 1) < 0.06);
  });
});

describe("packDetections", () => {
  it("is undone by unpackDetections", () => {
    const detections = { imageIndex: Int32Array.of(0, 2), boxes: Float32Array.of(1, 2, 3, 4, 5.5, 6, 7, 8), scores: Float32Array.of(0.9, 0.1), labels: Int32Array.of(1, 3) };
    assert.deepEqual(unpackDetections(packDetections(detections)), detections);
    assert.deepEqual(packDetections(detections).shape, [2, 7]);
  });
  it("refuses an array of another form", () => assert.throws(() => unpackDetections({ shape: [1, 6], data: new Float32Array(6) }), /unpackDetections: invalid shape: \[1,6\]; expected \[d, 7\]/));
});
