import { Architecture } from "../nn/architecture";
import type { TableRecord } from "../plot/table1-table";
import { printedSizes } from "../study/paper-table1";
import { paperConfigs, type ModelName } from "../study/profiles";

/**
 * The sizes that the paper prints beside those that follow from its architecture, as text: no weights are needed for that.
 *
 * @example sizeTable()[0] // 38,198,935 parameters of 32 bits: 145.7 MiB computed, 145.7 printed
 */
export function sizeTable(): TableRecord[] {
  return (Object.keys(printedSizes) as ModelName[]).flatMap((model) => {
    const architecture = new Architecture(paperConfigs[model]);
    return ([["W32A32", 32], ["W8A8", 8]] as const).map(([precision, bits]) => {
      const [computed, printed] = [architecture.sizeMiB(bits), printedSizes[model][precision]];
      return {
        detector: `${model}, ${precision}`,
        classes: String(paperConfigs[model].classes),
        parameters: architecture.parameterCount.toLocaleString("en-US"),
        "batch norms": String(architecture.ofKind("batchNorm").length),
        "computed, MiB": computed.toFixed(1),
        "printed, MB": printed.toFixed(1),
        "computed / printed": (computed / printed).toFixed(3),
      };
    });
  });
}
