import type { MethodCard } from "../distill/methods/method";
import type { CompareResult, CompareRow } from "../study/compare-schema";
import { interval, percent, points } from "./percent";
import type { TableRecord } from "./table1-table";

const NONE = "\u2013";

/**
 * The comparison as one line for each model and method: mAP at each precision with its interval, distance from noise, and
 * what it took. Rows that were fine-tuned say so; a row that failed says why. By model, group, method.
 *
 * - **model** – only that model; default all
 */
export function compareTable({ rows, methods }: Pick<CompareResult, "rows" | "methods">, model?: CompareRow["model"]): TableRecord[] {
  const precisions = [...new Set(rows.map(({ precision }) => precision))].filter((precision) => precision !== "W32A32");
  const models = [...new Set(rows.map((row) => row.model))].filter((one) => model === undefined || one === model);
  return models.flatMap((one) => ["none", ...methods.map(({ id }) => id)].map((id) => {
    const own = rows.filter((row) => row.model === one && row.method === id), card = methods.find((method) => method.id === id);
    const at = (precision: string): string => cell(own.find((row) => row.precision === precision || row.method === "none"));
    return {
      model: one, group: card?.group ?? NONE, method: card?.label ?? "full precision",
      ...Object.fromEntries(precisions.map((precision) => [`${precision}, mAP % [95 %]`, at(precision)])),
      ...Object.fromEntries(precisions.map((precision) => [`${precision} beyond noise`, beyond(own.find((row) => row.precision === precision))])),
      images: String(own[0]?.images ?? 0), "fine-tuned": own[0]?.fineTuned ? "yes" : "no",
      "seconds, images + quantize": own[0] && id !== "none" ? `${own[0].seconds.images.toFixed(1)} + ${(own.reduce((sum, row) => sum + row.seconds.quantize, 0) / own.length).toFixed(1)}` : NONE,
      "peak MiB": own[0]?.peakMiB ? String(Math.max(...own.map(({ peakMiB }) => peakMiB))) : NONE,
      note: own.find(({ note }) => note !== null)?.note ?? NONE,
    };
  }));
}

/** Where each method comes from, how it differs here, and what was published of it, on other tasks. */
export const methodTable = (methods: readonly Pick<MethodCard, "label" | "source" | "deviations" | "published">[]): TableRecord[] => methods.map(({ label, source, deviations, published }) => ({
  method: label, source, "differs here": deviations.join("; ") || NONE,
  "published, another task": published.map(({ figure, task }) => `${figure} (${task})`).join("; ") || NONE,
}));

function cell(row: CompareRow | undefined): string {
  if (!row) return NONE;
  if (!row.map) return `failed: ${row.failed}`;
  return `${percent(row.map.mean)} [${interval(row.map.ci95)}]${row.failed ? ` (${row.failed})` : ""}`;
}

const beyond = (row: CompareRow | undefined): string => (row?.beyondNoise ? `${points(row.beyondNoise.mean)}${row.beyondNoise.ci95[0] > 0 || row.beyondNoise.ci95[1] < 0 ? "*" : ""}` : NONE);
