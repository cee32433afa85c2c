import type { Table1Result } from "zsq/dist/study/result-schema";
import { readFixture } from "./fixture";

/** A made-up result of Table 1 with every row: a fresh copy each time. */
export const table1Example = (): Table1Result => readFixture<Table1Result>("zsq", "table1-example.json");
