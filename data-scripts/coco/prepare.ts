#!/usr/bin/env node
import { verifyDownload } from "../downloads/command";
import { cocoSplits } from "./layout";

void verifyDownload({
  name: "coco", out: "data/coco",
  describe: "Verifies a download of COCO val2017 (val2017/, annotations/instances_val2017.json), and prepares its annotations. Images stay where they are.",
  options: (parser) => parser,
  splits: ({ folder }) => cocoSplits(folder),
}).then((code) => { process.exitCode = code; });
