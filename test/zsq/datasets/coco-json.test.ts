import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCocoJson } from "zsq/dist/datasets/coco-json";
import { suiteFolder } from "../../helpers/suite-folder";

const valid = {
  images: [{ id: 1, file_name: "a.png", width: 8, height: 6 }],
  annotations: [{ id: 5, image_id: 1, category_id: 2, bbox: [0, 1, 3, 4] }],
  categories: [{ id: 2, name: "car" }],
};

describe("readCocoJson", () => {
  const folder = suiteFolder(), path = join(folder, "set.json");
  const read = (value: unknown): ReturnType<typeof readCocoJson> => {
    writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
    return readCocoJson(path);
  };
  const annotation = (changes: object): object => ({ ...valid, annotations: [valid.annotations[0], { ...valid.annotations[0], id: 6, ...changes }] });

  it("fills in area and iscrowd", () => {
    assert.deepEqual(read(valid).annotations, [{ ...valid.annotations[0], area: 12, iscrowd: 0 }]);
  });

  it("keeps what it knows and drops the rest", () => {
    const image = { ...valid.images[0], clip: 3, frame: 1 };
    assert.deepEqual(read({ ...valid, images: [{ ...image, license: 4 }], info: {} }).images, [image]);
  });

  const faults: [string, unknown, string][] = [
    ["text that is not JSON", "{", "damaged $: Expected property name or '}' in JSON at position 1 (line 1 column 2); expected JSON"],
    ["a value that is no object", [], "invalid value in $: []; expected object"],
    ["missing lists", { images: [] }, "invalid annotations in $: missing; expected array"],
    ["a short box", annotation({ bbox: [1, 2, 3] }), "invalid annotations[1].bbox in $: [1,2,3]; expected [x, y, width, height]"],
    ["a negative width", annotation({ bbox: [1, 2, -3, 1] }), "invalid annotations[1].bbox[2] in $: -3; expected number to be >=0"],
    ["a box that is not of numbers", annotation({ bbox: [1, "2", 3, 1] }), 'invalid annotations[1].bbox[1] in $: "2"; expected number'],
    ["a number that is not finite", JSON.stringify(annotation({ bbox: [1, 12345, 3, 1] })).replace("12345", "1e999"), "invalid annotations[1].bbox[1] in $: null; expected number"],
    ["another crowd", annotation({ iscrowd: 2 }), "invalid annotations[1].iscrowd in $: 2; expected 0 or 1"],
    ["a repeated id", annotation({ id: 5 }), "invalid annotations[1].id in $: 5 again; expected unique ids"],
    ["a repeated image", { ...valid, images: [valid.images[0], valid.images[0]] }, "invalid images[1].id in $: 1 again; expected unique ids"],
    ["an unknown image", annotation({ image_id: 9 }), "unknown annotations[1].image_id in $: 9; expected the id of an image"],
    ["an unknown category", annotation({ category_id: 9 }), "unknown annotations[1].category_id in $: 9; expected the id of a category"],
    ["an image without size", { ...valid, images: [{ id: 1, file_name: "a.png", width: 0, height: 6 }] }, "invalid images[0].width in $: 0; expected number to be >0"],
    ["a nameless category", { ...valid, categories: [{ id: 2 }] }, "invalid categories[0].name in $: missing; expected string"],
  ];
  for (const [what, value, message] of faults) {
    it(`refuses ${what} and names the place`, () => assert.throws(() => read(value), ({ message: got }: Error) => {
      // the wording of JSON.parse differs between versions of Node
      if (what === "text that is not JSON") assert.match(got, /^readCocoJson: damaged .*set\.json: .*; expected JSON$/);
      else assert.equal(got, `readCocoJson: ${message.replace("$", path)}`);
      return true;
    }));
  }

  it("refuses a missing file", () => {
    assert.throws(() => readCocoJson(join(folder, "none.json")), /^Error: readCocoJson: missing .*none\.json: ENOENT.*; expected a readable COCO annotation file$/);
  });
});
