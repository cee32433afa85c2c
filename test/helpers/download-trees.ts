import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

// Small downloads in the layouts of the real ones.

const write = (path: string, data: Uint8Array | string): void => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, data);
};
const gray = (width: number, height: number, level: number): Promise<Buffer> =>
  sharp(new Uint8Array(width * height).fill(level), { raw: { width, height, channels: 1 } }).toColourspace("b-w").jpeg().toBuffer();

/** COCO val2017 with n images of two sizes and two annotations each, in a folder. */
export async function writeCocoTree(folder: string, n: number): Promise<void> {
  const images = Array.from({ length: n }, (_, i) => ({ license: 4, file_name: `${String(139 + 100 * i).padStart(12, "0")}.jpg`, coco_url: "", height: i % 2 ? 48 : 32, width: 64, date_captured: "2013-11-21 01:34:01", flickr_url: "", id: 139 + 100 * i }));
  for (const [i, { file_name, width, height }] of images.entries()) {
    const picture = i === 1 ? gray(width, height, 90) : sharp({ create: { width, height, channels: 3, background: { r: 40 * i, g: 100, b: 50 } } }).jpeg().toBuffer();
    write(join(folder, "val2017", file_name), await picture);
  }
  const annotations = images.flatMap(({ id }, i) => [
    { segmentation: [[1, 1, 9, 1, 9, 9]], area: 40.5, iscrowd: 0, image_id: id, bbox: [4, 4, 10.25, 8], category_id: 1, id: 1000 + 2 * i },
    { segmentation: { counts: [0, 9], size: [32, 64] }, area: 60, iscrowd: i % 2, image_id: id, bbox: [20, 4, 10, 8], category_id: 90, id: 1001 + 2 * i },
  ]);
  const categories = [{ supercategory: "person", id: 1, name: "person" }, { supercategory: "indoor", id: 90, name: "toothbrush" }];
  write(join(folder, "annotations/instances_val2017.json"), JSON.stringify({ info: { description: "COCO 2017 Dataset", year: 2017 }, licenses: [], images, annotations, categories }));
}

/** FLIR ADAS v1.3 with so many thermal images of 20 x 16, 8 and 16 bits, listed out of order. */
export async function writeFlirTree(folder: string, counts: { train: number; val: number }): Promise<void> {
  let first = 1;
  for (const [part, n] of Object.entries(counts)) {
    const images = [];
    for (let i = 0; i < n; i++) {
      const stem = `FLIR_${String(first + i).padStart(5, "0")}`, counts16 = Uint16Array.from({ length: 320 }, (_, k) => 21_000 + 10 * k + i);
      write(join(folder, part, "thermal_8_bit", `${stem}.jpeg`), await gray(20, 16, 50 + i));
      write(join(folder, part, "thermal_16_bit", `${stem}.tiff`), await sharp(counts16, { raw: { width: 20, height: 16, channels: 1 } }).toColourspace("grey16").tiff({ compression: "none" }).toBuffer());
      write(join(folder, part, "RGB", `${stem}.jpg`), "not looked at");
      images.push({ extra_info: {}, subdirs: ".", id: i, width: 20, height: 16, file_name: `thermal_8_bit/${stem}.jpeg` });
    }
    first += n;
    const categories = [{ supercategory: "unknown", id: 1, name: "person" }, { supercategory: "unknown", id: 2, name: "bicycle" }, { supercategory: "unknown", id: 3, name: "car" }, { supercategory: "unknown", id: 17, name: "dog" }, { supercategory: "unknown", id: 91, name: "other vehicle" }];
    const annotations = images.flatMap(({ id }) => [3, 2, 1, 17, ...(id ? [] : [91])].map((category_id, k) => ({ extra_info: { human_annotated: true }, category_id, iscrowd: 0, id: 10 * id + k, image_id: id, bbox: [2 * k, 3, 4, 5], area: 20, segmentation: [[]] })));
    write(join(folder, part, "thermal_annotations.json"), JSON.stringify({ info: { description: "FLIR" }, licenses: [], images: images.reverse(), annotations, categories }));
  }
}
