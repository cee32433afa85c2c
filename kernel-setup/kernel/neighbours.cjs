"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { original: ts } = require("./tslab.cjs");

/**
 * Replaces TypeScript's own watching of files (hundreds of timers, and changes that arrive late) by a look before each cell
 * at the files beside the notebook; those of packages do not change under a running kernel.
 *
 * Returns {check()}.
 */
function watchNeighbours(folder = process.cwd()) {
  const files = new Map(); // path -> {callback, stamp}
  const folders = new Map(); // path -> {callback, names}
  const isNeighbour = (file) => file.startsWith(`${folder}/`) && !file.includes("/node_modules/");
  ts.sys.watchFile = (file, callback) => {
    if (!isNeighbour(file)) return { close() {} };
    files.set(file, { callback, stamp: stamp(file) });
    return { close: () => files.delete(file) };
  };
  ts.sys.watchDirectory = (name, callback) => {
    const key = path.resolve(name);
    if (key !== folder && !isNeighbour(key)) return { close() {} };
    folders.set(key, { callback, names: list(key) });
    return { close: () => folders.delete(key) };
  };
  const { Created, Changed, Deleted } = ts.FileWatcherEventKind;
  return {
    check() {
      for (const [file, watch] of files) {
        const now = stamp(file), before = watch.stamp;
        if (now === before) continue;
        watch.stamp = now;
        watch.callback(file, before === null ? Created : now === null ? Deleted : Changed);
      }
      for (const [name, watch] of folders) {
        const now = list(name);
        for (const file of now) if (!watch.names.has(file)) watch.callback(path.join(name, file));
        for (const file of watch.names) if (!now.has(file)) watch.callback(path.join(name, file));
        watch.names = now;
      }
    },
  };
}

function stamp(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : null;
}

function list(folder) {
  try {
    return new Set(fs.readdirSync(folder));
  } catch {
    return new Set();
  }
}

module.exports = { watchNeighbours };
