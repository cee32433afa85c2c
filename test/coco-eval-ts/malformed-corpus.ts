import { smallDetections, smallTruth } from "./small-set";

/** A pair of files one of which is faulty. */
export interface Malformed {
  name: string;
  groundTruth: string;
  detections: string;
  /** the file with the fault */
  source: "groundTruth" | "detections";
  /** JSON pointer of the fault, or the start of it */
  pointer: RegExp;
}

const truth = JSON.stringify(smallTruth()), detections = JSON.stringify(smallDetections());
const inTruth = (name: string, text: string, pointer: RegExp): Malformed => ({ name: `ground truth: ${name}`, groundTruth: text, detections, source: "groundTruth", pointer });
const inDetections = (name: string, text: string, pointer: RegExp): Malformed => ({ name: `detections: ${name}`, groundTruth: truth, detections: text, source: "detections", pointer });

/** Over 300 faulty inputs: every one must be refused in strict mode, naming its place. */
export function malformedCorpus(): Malformed[] {
  return [...truncated(), ...noJson(), ...wrongTypes(), ...missing(), ...odd()];
}

// a file cut off anywhere is no JSON
function truncated(): Malformed[] {
  const cuts = (text: string, n: number): number[] => Array.from({ length: n }, (_, i) => Math.floor((i * (text.length - 1)) / (n - 1)));
  return [
    ...cuts(truth, 50).map((at) => inTruth(`cut at character ${at}`, truth.slice(0, at), /^(\/|$)/)),
    ...cuts(detections, 40).map((at) => inDetections(`cut at character ${at}`, detections.slice(0, at), /^(\/|$)/)),
  ];
}

// one token replaced by one that JSON does not know
function noJson(): Malformed[] {
  const values = ["NaN", "Infinity", "-Infinity", "undefined", "None", "True", "0x1F", "01", "+1", ".5", "1.", "1e", "--1", "1_000", "1,5,", "'a'", '"\\x41"', '"a\nb"', "/* one */ 1", "1 // one", "[1,]", "{,}", "nul", ""];
  return values.flatMap((value) => [
    inTruth(`area ${JSON.stringify(value)}`, truth.replace('"area":400', `"area":${value}`), /^\/annotations\/0/),
    inDetections(`score ${JSON.stringify(value)}`, detections.replace('"score":0.8', `"score":${value}`), /^\/1/),
  ]).concat([
    inTruth("unquoted names", truth.replace('"images"', "images"), /^$/),
    inTruth("single quotes", truth.replaceAll('"', "'"), /^$/),
    inTruth("two documents", truth + truth, /^$/),
    inTruth("a missing colon", truth.replace('"categories":', '"categories"'), /^$/),
    inTruth("byte order mark", `\ufeff${truth}`, /^$/),
    inDetections("a missing comma", detections.replace("},{", "}{"), /^$/),
    inDetections("a line for each detection", smallDetections().map((each) => JSON.stringify(each)).join("\n"), /^$/),
    inDetections("a closing bracket too many", `${detections}]`, /^$/),
    inDetections("20,000 open brackets", "[".repeat(20000), /^(\/0)+/),
  ]);
}

type Path = (string | number)[];

// a copy of a JSON value with the value at a path replaced, or removed
function changed(json: string, path: Path, value?: unknown): string {
  const copy = JSON.parse(json) as Record<string | number, unknown>, last = path[path.length - 1];
  const holder = path.slice(0, -1).reduce<Record<string | number, unknown>>((at, key) => at[key] as Record<string | number, unknown>, copy);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return JSON.stringify(copy).replaceAll('"<1e999>"', "1e999");
}

const pointerTo = (path: Path): RegExp => new RegExp(`^/${path.join("/")}(/|$)`);
const INFINITE = "<1e999>"; // beyond the largest double: read as Infinity

// [path, values that are no such field]
const TRUTH_FIELDS: [Path, unknown[]][] = [
  [["images"], [null, true, 3, "x", {}]], [["annotations"], [null, true, 3, "x", {}]], [["categories"], [null, true, 3, "x", {}]],
  [["images", 1], [null, true, 3, "x", []]], [["annotations", 1], [null, true, 3, "x", []]], [["categories", 1], [null, true, 3, "x", []]],
  [["images", 1, "id"], [null, true, [], {}, 1.5, INFINITE, 1, 2 ** 53]], [["categories", 1, "id"], [null, true, [], {}, 1.5, INFINITE, 1, -(2 ** 53)]],
  [["annotations", 1, "id"], [null, true, [], {}, 1.5, INFINITE, 0, "0", 1]],
  [["annotations", 1, "image_id"], [null, true, [], {}, "1", 1.5, INFINITE, -1, 99, "__proto__"]],
  [["annotations", 1, "category_id"], [null, true, [], {}, "1", 1.5, INFINITE, 0, 99, "constructor"]],
  [["annotations", 1, "bbox"], [null, true, 3, "x", {}, [], [1], [1, 2, 3], [1, 2, 3, 4, 5], [[1, 2, 3, 4]], { length: 4 }]],
  [["annotations", 1, "bbox", 0], [null, true, "10", [], {}, INFINITE]], [["annotations", 1, "bbox", 2], [null, true, "10", [], {}, INFINITE, -1]],
  [["annotations", 1, "area"], [null, true, "400", [], {}, INFINITE, -1]], [["annotations", 1, "iscrowd"], [null, "0", [], {}, 2, -1, 0.5, INFINITE]],
];
const DETECTION_FIELDS: [Path, unknown[]][] = [
  [[1], [null, true, 3, "x", []]],
  [[1, "image_id"], [null, true, [], {}, "1", 1.5, INFINITE, -1, 99, "__proto__", "toString"]], [[1, "category_id"], [null, true, [], {}, "1", 1.5, INFINITE, 0, 99, "hasOwnProperty"]],
  [[1, "bbox"], [null, true, 3, "x", {}, [], [1], [1, 2, 3], [1, 2, 3, 4, 5], [[1, 2, 3, 4]], { length: 4 }]],
  [[1, "bbox", 1], [null, true, "10", [], {}, INFINITE]], [[1, "bbox", 3], [null, true, "10", [], {}, INFINITE, -1]],
  [[1, "score"], [null, true, "0.5", [], {}, INFINITE]],
];

function wrongTypes(): Malformed[] {
  return [
    ...TRUTH_FIELDS.flatMap(([path, values]) => values.map((value) => inTruth(`/${path.join("/")} is ${JSON.stringify(value)}`, changed(truth, path, value), pointerTo(path)))),
    ...DETECTION_FIELDS.flatMap(([path, values]) => values.map((value) => inDetections(`/${path.join("/")} is ${JSON.stringify(value)}`, changed(detections, path, value), pointerTo(path)))),
    ...[null, true, 3, "x", []].map((value) => inTruth(`${JSON.stringify(value)}`, JSON.stringify(value), /^$/)),
    ...[null, true, 3, "x", {}, { annotations: [] }, { scores: [] }].map((value) => inDetections(`${JSON.stringify(value)}`, JSON.stringify(value), /^$|^\/(imageIds|boxes)$/)),
  ];
}

function missing(): Malformed[] {
  const truthPaths: Path[] = [["images"], ["annotations"], ["categories"], ["images", 0, "id"], ["categories", 0, "id"], ...["id", "image_id", "category_id", "bbox", "area", "iscrowd"].map((field): Path => ["annotations", 2, field])];
  const detectionPaths = ["image_id", "category_id", "bbox", "score"].map((field): Path => [2, field]);
  return [
    ...truthPaths.map((path) => inTruth(`without /${path.join("/")}`, changed(truth, path), pointerTo(path))),
    ...detectionPaths.map((path) => inDetections(`without /${path.join("/")}`, changed(detections, path), pointerTo(path))),
  ];
}

// fields that exist only on a prototype, and values too deep to print
function odd(): Malformed[] {
  const inherit = (json: string, field: string, value: string): string => json.replace(`"${field}":`, `"__proto__":{"${field}":${value}},"x${field}":`);
  const deep = `${"[".repeat(20000)}${"]".repeat(20000)}`;
  return [
    ...["image_id", "category_id", "score"].map((field) => inDetections(`${field} under __proto__`, inherit(detections, field, "1"), new RegExp(`^/0/${field}$`))),
    inDetections("bbox under __proto__", inherit(detections, "bbox", "[1,2,3,4]"), /^\/0\/bbox$/),
    ...["id", "area", "iscrowd"].map((field) => inTruth(`${field} under __proto__`, truth.replace('"annotations":[', `"annotations":[{"__proto__":{"${field}":1},"image_id":1,"category_id":1,"bbox":[1,2,3,4]${field === "id" ? "" : ',"id":9'}${field === "area" ? "" : ',"area":12'}${field === "iscrowd" ? "" : ',"iscrowd":0'}},`), new RegExp(`^/annotations/0/${field}$`))),
    inTruth("images under __proto__", truth.replace('"images":', '"__proto__":'), /^\/images$/),
    inDetections("a box 20,000 lists deep", detections.replace("[10,10,20,20]", deep), /^\/0\/bbox/),
    inTruth("an area 20,000 lists deep", truth.replace('"area":400', `"area":${deep}`), /^\/annotations\/0\/area$/),
    inDetections("a box of 100,000 numbers", detections.replace("[10,10,20,20]", JSON.stringify(Array(100000).fill(1))), /^\/0\/bbox$/),
  ];
}
