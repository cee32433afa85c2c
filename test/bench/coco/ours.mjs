// node ours.mjs files GT DETS REPEATS | arrays GT DETS REPEATS [DETECTIONS]: prints one JSON object as python.py does.
import { readFileSync } from "node:fs";
import cocoEval from "coco-eval-ts";

const { CocoEvaluator, parseJson } = cocoEval;
const [mode, gt, dets, repeats, detections] = process.argv.slice(2);
const cpu = () => process.cpuUsage(), seconds = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
const read = (file, source) => parseJson(readFileSync(file, "utf8"), source);

// columns of `count` detections, spread evenly over the file
function columns(list, count = list.length) {
  const kept = Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]);
  return {
    imageIds: Int32Array.from(kept, (each) => each.image_id),
    categoryIds: Int32Array.from(kept, (each) => each.category_id),
    boxes: Float64Array.from(kept.flatMap((each) => each.bbox)),
    scores: Float64Array.from(kept, (each) => each.score),
  };
}

const evaluate = [], total = [];
const truth = mode === "arrays" ? read(gt, "groundTruth") : undefined, arrays = mode === "arrays" ? columns(read(dets, "detections"), detections && Number(detections)) : undefined;
globalThis.gc?.();
let stats;
for (let run = 0; run < Number(repeats); run++) {
  const start = cpu(), evaluator = new CocoEvaluator(truth ?? read(gt, "groundTruth")).add(arrays ?? read(dets, "detections")), loaded = cpu();
  stats = [...evaluator.evaluate().stats];
  evaluate.push(seconds(loaded));
  total.push(seconds(start));
}
console.log(JSON.stringify({ evaluate, total, stats, peakMB: process.resourceUsage().maxRSS / 1024 }));
