import { niceAxis, type NiceAxis } from "./nice-axis";
import { sourceOrder, SOURCES, type CalibrationSource } from "./theme";
import type { Table1PaperRow, Table1Row } from "../study/result-schema";

/** One point of the figure of Table 1. */
export interface Mark {
  kind: "here-calibrated" | "here-image" | "paper";
  source: CalibrationSource;
  /** line of the panel that it lies on, counted from the top; with the offset that keeps marks of one line apart */
  line: number;
  /** mAP in percent */
  map: number;
  /** in percent; null for the paper, which gives none */
  ci95: readonly [number, number] | null;
  seeds: number;
}

/** What one model at one precision gives. */
export interface Panel {
  /** such as "pretrained on visible, W8A8" */
  title: string;
  /** full precision here, in percent */
  reference: { map: number; ci95: readonly [number, number] } | null;
  marks: Mark[];
}

/** Panels of the figure of Table 1 and the horizontal axis that they share. */
export interface Panels {
  /** labels of the lines of every panel, from the top */
  lines: string[];
  panels: Panel[];
  /** in percent */
  axis: NiceAxis;
}

/** Title of the axis that the panels share. */
export const MAP_AXIS = "mAP 0.50:0.95 (percent)";

/** The kinds of marks: name in the legend, and plotly's symbol. */
export const KINDS: Readonly<Record<Mark["kind"], { label: string; symbol: string }>> = {
  "here-calibrated": { label: "here, image range calibrated", symbol: "circle" },
  "here-image": { label: "here, image range known", symbol: "diamond" },
  paper: { label: "paper (its data and model)", symbol: "circle-open" },
};

/** What the legend calls the dashed line and its band. */
export const REFERENCE_LABEL = "full precision here, with 95 % interval";

const OFFSETS = { "here-calibrated": -0.17, "here-image": 0.17, paper: 0 } as const;
const models = ["pretrained", "fine-tuned"] as const;
const precisions = ["W8A8", "W8A4"] as const;

/**
 * Rows of Table 1 arranged for drawing: one panel per precision and model, W8A8 first, each with a line per calibration
 * source and the full precision repeated.
 *
 * Throws if there is no quantized row.
 */
export function table1Panels(rows: readonly Table1Row[], paper: readonly Table1PaperRow[] = []): Panels {
  const pairs = precisions.flatMap((precision) => models.map((model) => ({ model, precision })));
  const present = pairs.filter(({ model, precision }) => rows.some((row) => row.model === model && row.precision === precision));
  if (!present.length) throw new Error(`table1Panels: missing quantized rows: ${rows.length} rows; expected at least one of W8A8 or W8A4`);
  // the paper's full precision is shown once, beside its W8A8
  const inPanel = (row: Table1PaperRow, pair: (typeof pairs)[number]) => row.model === pair.model && (row.precision === pair.precision || (row.precision === "W32A32" && pair.precision === "W8A8"));
  const sources = sourceOrder.filter((source) => [...rows, ...paper].some(({ calibration }) => calibration === source));
  const panels = present.map((pair) => {
    const own = rows.filter((row) => row.model === pair.model && (row.precision === pair.precision || row.precision === "W32A32"));
    return panel(`${pair.model} on ${own[0].dataset}, ${pair.precision}`, sources, own, paper.filter((row) => inPanel(row, pair)));
  });
  return { lines: sources.map((source) => SOURCES[source].label), panels, axis: niceAxis(panels.flatMap(({ marks }) => marks.flatMap(({ map, ci95 }) => [map, ...(ci95 ?? [])]))) };
}

function panel(title: string, sources: readonly CalibrationSource[], rows: readonly Table1Row[], paper: readonly Table1PaperRow[]): Panel {
  const at = (source: CalibrationSource, kind: Mark["kind"]) => sources.indexOf(source) + (source === "none" && kind !== "paper" ? 0 : OFFSETS[kind]);
  const here = rows.map(({ calibration: source, inputRange, map }): Mark => {
    const kind = inputRange === "image" ? "here-image" : "here-calibrated";
    return { kind, source, line: at(source, kind), map: 100 * map.mean, ci95: [100 * map.ci95[0], 100 * map.ci95[1]], seeds: map.seeds };
  });
  const there = paper.map(({ calibration: source, map }): Mark => ({ kind: "paper", source, line: at(source, "paper"), map: 100 * map, ci95: null, seeds: 1 }));
  const full = here.find(({ source }) => source === "none");
  return { title, reference: full?.ci95 ? { map: full.map, ci95: full.ci95 } : null, marks: [...here, ...there] };
}
