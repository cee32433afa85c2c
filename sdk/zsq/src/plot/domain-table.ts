import type { DomainGapRow } from "../study/domain-gap";
import type { DomainRow } from "../study/domain-view";
import type { TableRecord } from "./table1-table";

/**
 * The batch normalizations whose statistics lie farthest apart, by divergence, the farthest first; with the ratio of ranges where it is known.
 *
 * - **count** – of rows, at most; defaults to 10
 *
 * @example showTable(new dfd.DataFrame(domainTable(domainDistance(visible, thermal))), { caption: "Ten layers that lie farthest apart" })
 */
export function domainTable(rows: readonly (DomainRow | DomainGapRow)[], count = 10): TableRecord[] {
  return [...rows].sort((a, b) => b.divergence - a.divergence).slice(0, count).map((row): TableRecord => ({
    layer: row.layer, channels: String(row.channels), "means apart, deviations": row.mean.toFixed(2), "|ln of ratio of deviations|": row.logStd.toFixed(2),
    "divergence, nats": row.divergence.toFixed(3), ...("rangeRatio" in row && { "foreign range / own": row.rangeRatio.toFixed(2) }),
  }));
}
