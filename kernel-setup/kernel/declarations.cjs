"use strict";
const fs = require("node:fs");
const path = require("node:path");

const sdk = path.resolve(__dirname, "..", "..", "sdk");

/** The SDK's entries: {name, folder: of what tsc has built, flat: the one declaration file made of it}. */
const entries = ["coco-eval-ts", "zsq"].map((name) => {
  const folder = path.join(sdk, name, "dist");
  return { name, folder, flat: path.join(folder, "flat.d.ts") };
});

/** Whether an entry's flat file is there and no older than the declarations that it was made of (tsc writes those that change). */
function isFresh({ folder, flat }) {
  const made = timeOf(flat);
  const files = made < 0 ? [] : fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".d.ts"));
  return made >= 0 && files.every((name) => timeOf(path.join(folder, name)) <= made);
}

const timeOf = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -1;

module.exports = { entries, isFresh };
