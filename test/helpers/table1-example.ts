import type { Table1File } from "zsq/dist/report/results";
import { readFixture } from "./fixture";

/** A made-up result of Table 1 with every row: a fresh copy each time. */
export const table1Example = (): Table1File => readFixture<Table1File>("zsq", "table1-example.json");
