import assert from "node:assert/strict";
import { retinaNetEmbedded, retinaNetR50 } from "zsq";
import { imagesPerRun } from "zsq/dist/evaluate/images-per-run";
import { deviceMemory, parseDriver } from "zsq/dist/tensor/device-memory";

describe("deviceMemory", () => {
  it("tells free main memory", () => assert.ok(deviceMemory().freeBytes > 0));
  it("reads what nvidia-smi says of the first GPU", () => {
    assert.deepEqual(parseDriver("NVIDIA H100 80GB HBM3, 81559\nNVIDIA H100 80GB HBM3, 81559\n"), { name: "NVIDIA H100 80GB HBM3", bytes: 81_559 * 2 ** 20 });
    for (const text of ["", "No devices were found\n", "NVIDIA, [N/A]\n"]) assert.equal(parseDriver(text), null);
  });
});

describe("imagesPerRun", () => {
  it("is what memory holds, from 1 to 25", () => {
    assert.equal(imagesPerRun(retinaNetEmbedded(), [128, 160], undefined), 25);
    assert.equal(imagesPerRun(retinaNetR50(), [480, 640], undefined), 1);
    const [small, large] = [24, 80].map((gib) => imagesPerRun(retinaNetR50(), [480, 640], gib * 2 ** 30));
    assert.ok(small >= 2 && large > small && large <= 25);
  });
});
