import fs from "node:fs";
import path from "node:path";
import { run } from "../lib/command.mjs";
import { SetupFailure } from "../lib/failure.mjs";
import { readJson, temporaryFolder } from "../lib/files.mjs";
import { paths } from "../lib/paths.mjs";

/** Wheels carry the same libraries for every Python version: one is enough, whatever the user's Python. */
const wheelPython = "3.11";

const wheels = {
  "cpu linux x64": { list: "libtensorflow-cpu.txt", platforms: ["manylinux_2_27_x86_64"] },
  "cpu linux arm64": { list: "libtensorflow-arm64.txt", platforms: ["manylinux_2_27_aarch64"] },
  "cuda linux x64": { list: "libtensorflow-cuda.txt", platforms: ["manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"] },
};

/** The wheels to take for a flavour ("cpu" or "cuda"); throws where TensorFlow offers none. */
export function wheelFor(flavour, platform = process.platform, arch = process.arch) {
  const wheel = wheels[`${flavour} ${platform} ${arch}`];
  if (wheel) return wheel;
  throw new SetupFailure(
    `unsupported platform for ${flavour}: ${platform} ${arch}; expected linux x64${flavour === "cpu" ? " or arm64" : ""}`,
    platform === "linux" ? "leave out --cuda" : "use a Linux container, a virtual machine or WSL 2",
  );
}

/** libtensorflow and its C headers, from TensorFlow's Python wheel, in the wheel's own layout. */
export const libtensorflow = {
  name: "libtensorflow",
  async run({ flavour }) {
    const target = path.join(paths.libraries, flavour);
    if (isComplete(target)) return { detail: describe(target), present: true };
    const { list, platforms } = wheelFor(flavour);
    const folder = temporaryFolder("libtensorflow");
    await run(
      paths.python,
      [
        "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input", "--no-cache-dir",
        "--implementation", "cp", "--python-version", wheelPython, ...platforms.flatMap((name) => ["--platform", name]),
        "--dest", path.join(folder, "wheels"), "--require-hashes", "-r", path.join(paths.kernelSetup, list),
      ],
      { log: "libtensorflow", remedy: "check the network and the disk, then run npm run setup again", env: { TMPDIR: folder } },
    );
    await run(paths.python, [path.join(paths.kernelSetup, "unpack_libraries.py"), path.join(folder, "wheels"), path.join(folder, "unpacked")], {
      log: "unpack",
      remedy: "check the disk, then run npm run setup again",
    });
    fs.mkdirSync(paths.libraries, { recursive: true });
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(path.join(folder, "unpacked"), target);
    fs.rmSync(folder, { recursive: true, force: true });
    return { detail: describe(target) };
  },
};

/** True when every file that the manifest names is there at its full size. */
export function isComplete(target) {
  const manifest = readJson(path.join(target, "manifest.json"));
  if (!manifest) return false;
  return Object.entries(manifest.files).every(([name, size]) => fs.statSync(path.join(target, name), { throwIfNoEntry: false })?.size === size);
}

function describe(target) {
  const { wheels: names, files } = readJson(path.join(target, "manifest.json"));
  const bytes = Object.values(files).reduce((sum, size) => sum + size, 0);
  const tensorflow = names.find((name) => name.startsWith("tensorflow")).split("-").slice(0, 2).join(" ").replace("_", "-");
  return `${tensorflow}, ${(bytes / 1e9).toFixed(2)} GB`;
}
