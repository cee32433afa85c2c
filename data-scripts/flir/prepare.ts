#!/usr/bin/env node
import { verifyDownload } from "../downloads/command";
import { flirSplits } from "./layout";

interface FlirArguments { bits: 8 | 16; window?: string }

// "21000,25000"
function parseWindow(text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const [low, high, ...rest] = text.split(",").map(Number);
  if (rest.length || !(low < high)) throw new RangeError(`prepare: invalid --window: ${text}; expected LOW,HIGH with LOW < HIGH`);
  return [low, high];
}

void verifyDownload<FlirArguments>({
  name: "flir", out: "data/flir",
  describe: "Verifies a download of FLIR ADAS v1.3 (train/, val/), and prepares its annotations: person, car, bicycle. Images stay where they are.",
  options: (parser) => parser
    .option("bits", { choices: [8, 16] as const, default: 8 as const, describe: "thermal_8_bit (JPEG) or thermal_16_bit (TIFF)" })
    .option("window", { type: "string", requiresArg: true, describe: "for 16 bits: LOW,HIGH, the counts that become 0 and 255" }),
  splits: ({ folder, bits, window }) => flirSplits(folder, { bits, window: parseWindow(window) }),
  bits: ({ bits }) => bits,
}).then((code) => { process.exitCode = code; });
