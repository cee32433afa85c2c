import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { canonicalJson, sha256 } from "../study/canonical-json";
import { scales, type ScaleName } from "../study/profiles";
import { repositoryRoot } from "../study/repository";
import { sha256OfFile } from "../weights/checksum";

/** What the outputs of a notebook follow from: the first digits of a SHA-256 by name, such as { cells: "…", weights: "…", "code in plot": "…" }. */
export type OutputsInputs = Record<string, string>;

/**
 * The inputs of a notebook's outputs: its code cells; the counts of the scale; the weights in the tree; the programs that
 * draw the data; and of the SDK the modules that its cells reach, folder by folder. Prose, comments, the command line and
 * what only stores, schedules or reports are none.
 *
 * - **code** – the code cells, in order
 */
export function outputsInputs(code: readonly string[], scale: ScaleName): OutputsInputs {
  const weights = join(repositoryRoot(), "data-scripts/weights/embedded"), scenes = join(repositoryRoot(), "data-scripts/dist/scenes");
  return {
    cells: short(canonicalJson([...code])),
    counts: short(canonicalJson({ ...scales[scale], curve: [...scales[scale].curve] })),
    weights: short(filesIn(weights, ".safetensors").map(sha256OfFile).join()),
    data: short(filesIn(scenes, ".js").map(withoutComments).join()),
    ...codeInputs(code.join("\n")),
  };
}

/** The names of the inputs that differ, of one side only included. */
export const changedInputs = (a: OutputsInputs, b: OutputsInputs): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);

/** Modules of the SDK that cannot change what a notebook shows, nor need what they import: they store, schedule, report. */
const INDIFFERENT = /^(index|(cli|parity|report|runs|weights)\/.*|study\/(cache|canonical-json|code-fingerprint|ensure-data|environment|estimate|executor|kinds|progress|repository|run-record|run-study|task|task-results|worker|worker-process))\.js$/;

const SDK = join(__dirname, ".."), EVALUATION = require.resolve("coco-eval-ts");

// of each folder of the SDK, and of coco-eval-ts, the modules that the text's names lead to
function codeInputs(text: string): OutputsInputs {
  const reached = new Set<string>(), waiting = entriesOf(text);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path) || INDIFFERENT.test(nameOf(path))) continue;
    reached.add(path);
    waiting.push(...requiredBy(path));
  }
  const byFolder = new Map<string, string[]>();
  for (const path of [...reached].sort()) {
    const folder = path.startsWith(dirname(EVALUATION)) ? "coco-eval-ts" : dirname(nameOf(path));
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), withoutComments(path)]);
  }
  return Object.fromEntries([...byFolder].map(([folder, texts]) => [`code in ${folder}`, short(texts.join())]));
}

const nameOf = (path: string): string => relative(SDK, path).replaceAll("\\", "/");

// the modules whose exports the text imports
function entriesOf(text: string): string[] {
  const index = withoutComments(join(SDK, "index.js")), names = importedNames(text);
  const modules = new Map([...index.matchAll(/(\w+) = require\("([^"]+)"\)/g)].map(([, variable, path]) => [variable, path]));
  const found = [...index.matchAll(/exports, "(\w+)",.*return (\w+)\./g)].filter(([, name]) => names.has(name)).map(([, , variable]) => fileOf(SDK, modules.get(variable)!));
  return text.includes('"coco-eval-ts"') ? [...found, EVALUATION] : found;
}

// { a, b as c } from "zsq", and zsq.d
const importedNames = (text: string): Set<string> =>
  new Set([...[...text.matchAll(/\{([^{}]*)\} from "zsq"/g)].flatMap(([, list]) => list.split(",").map((name) => name.trim().split(/\s/)[0])), ...[...text.matchAll(/\bzsq\.(\w+)/g)].map(([, name]) => name)]);

const requiredBy = (path: string): string[] => [...withoutComments(path).matchAll(/require\("([^"]+)"\)/g)].flatMap(([, name]) => {
  if (name === "coco-eval-ts") return [EVALUATION];
  return name.startsWith(".") ? [fileOf(dirname(path), name)] : [];
});

const fileOf = (folder: string, name: string): string => [join(folder, `${name}.js`), join(folder, name, "index.js")].find(existsSync) ?? join(folder, name);

const filesIn = (folder: string, ending: string): string[] => readdirSync(folder).filter((name) => name.endsWith(ending)).sort().map((name) => join(folder, name));

const read = new Map<string, string>();

// a compiled module without the comments that have lines of their own
function withoutComments(path: string): string {
  let text = read.get(path);
  if (text === undefined) read.set(path, (text = readFileSync(path, "utf8").replace(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*$)/gm, "").replace(/^\s*\n/gm, "")));
  return text;
}

const short = (text: string): string => sha256(text).slice(0, 12);
