import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeReport } from "zsq";
import type { Table1Result } from "zsq/dist/study/result-schema";
import { table1Example } from "../../helpers/table1-example";

const PAYLOAD = '</script><script>alert(1)</script><!--"\'&';

describe("writeReport", () => {
  let out: string;
  const inOut = (...names: string[]) => join(out, "embedded", ...names);
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), "zsq-report-"));
    for (const folder of ["results", "notebooks"]) mkdirSync(inOut(folder), { recursive: true });
  });
  afterEach(() => rmSync(out, { recursive: true }));

  async function report(result: object = table1Example(), name = "table1.json"): Promise<string> {
    writeFileSync(inOut("results", name), JSON.stringify(result));
    return readFileSync(await writeReport({ out, profile: "embedded" }), "utf8");
  }
  const scriptsOf = (page: string) => [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text);
  const withoutPlotly = (page: string) => page.replace(scriptsOf(page)[0], "");

  it("writes one file and leaves nothing else", async () => {
    await report();
    assert.deepEqual(readdirSync(inOut()).sort(), ["notebooks", "report.html", "results"]);
  });

  it("is the same for the same results", async () => assert.equal(await report(), await report()));

  it("allows its scripts only, by hash", async () => {
    const page = await report();
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1];
    const hashes = scriptsOf(page).map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
    assert.equal(policy, `default-src 'none'; script-src ${hashes.join(" ")}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`);
    assert.doesNotMatch(withoutPlotly(page), /<[^>]*\son\w+=|javascript:/i);
  });

  it("carries plotly once", async () => {
    const page = await report();
    assert.equal(page.split("plotly.js v3").length, 2);
    assert.equal(scriptsOf(page).length, 2);
  });

  it("loads nothing from elsewhere", async () => {
    const page = withoutPlotly(await report()).replaceAll('xmlns="http://www.w3.org/2000/svg"', "");
    assert.doesNotMatch(page, /https?:|src=|<link|<iframe|<object|@import|url\(/i);
    for (const [, target] of page.matchAll(/href="([^"]*)"/g)) assert.match(target, /^(notebooks|results)\/[\w.%-]+$/);
  });

  it("shows every row, the paper's numbers and the verdicts", async () => {
    const page = await report();
    const { rows, verdicts } = table1Example();
    assert.ok((page.match(/<tr>/g)?.length ?? 0) >= rows.length);
    for (const { evidence } of verdicts) assert.ok(page.includes(evidence));
    for (const number of ["41.6", "40.1", "16.5", "32.3", "31.2", "19.2"]) assert.ok(page.includes(`>${number}<`), number);
  });

  it("says first what eight bits cost", async () => {
    assert.match(await report(), /takes mAP from 50\.1 to 50\.1 percent \(pretrained; in the paper from 41\.6 to 40\.1\) and from 47\.2 to 47\.0 percent/);
  });

  it("has headings in order, captions, and labels for drawings", async () => {
    const page = withoutPlotly(await report());
    const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    assert.equal(levels.filter((level) => level === 1).length, 1);
    levels.forEach((level, i) => assert.ok(level <= (levels[i - 1] ?? 0) + 1, `h${level} after h${levels[i - 1]}`));
    assert.equal(page.match(/<table/g)?.length, page.match(/<caption>/g)?.length);
    for (const [tag] of page.matchAll(/<svg[^>]*>/g)) assert.match(tag, /aria-label=|aria-hidden=/);
  });

  it("escapes every text of a result", async () => {
    const poisoned = poison(table1Example()) as Table1Result;
    writeFileSync(inOut("notebooks", "x.ipynb"), JSON.stringify({ cells: [{ cell_type: "markdown", source: `# ${PAYLOAD}` }] }));
    const page = withoutPlotly(await report(poisoned));
    assert.ok(page.includes("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--&quot;&#39;&amp;"));
    assert.ok(!page.includes("<script>alert(1)") && !page.includes("<!--"));
    assert.equal(page.match(/<script/g)?.length, 3);
    const figures = /<script type="application\/json" id="figures">(.*?)<\/script>/.exec(page)![1];
    assert.doesNotThrow(() => JSON.parse(figures));
  });

  it("escapes what it does not know, too", async () => {
    const page = withoutPlotly(await report({ ...table1Example(), profile: PAYLOAD, scale: PAYLOAD, environment: { [PAYLOAD]: { [PAYLOAD]: PAYLOAD } } }, "other.json"));
    assert.ok(!page.includes("<script>alert(1)") && !page.includes("<!--") && page.includes("&lt;/script&gt;"));
  });

  it("links executed notebooks by their titles", async () => {
    writeFileSync(inOut("notebooks", "table1.ipynb"), JSON.stringify({ cells: [{ cell_type: "markdown", source: ["# Table 1: eight bits\n", "more"] }] }));
    writeFileSync(inOut("notebooks", "damaged.ipynb"), "{");
    const page = await report();
    assert.ok(page.includes('<a href="notebooks/table1.ipynb">Table 1: eight bits</a>'));
    assert.ok(page.includes('<a href="notebooks/damaged.ipynb">damaged.ipynb</a>'));
  });

  it("works without notebooks, and without table1", async () => {
    rmSync(inOut("notebooks"), { recursive: true });
    const page = await report({ ...table1Example(), id: "other", environment: { any: { thing: 1 } }, rows: [{ anything: 1 }], paper: [] }, "other.json");
    assert.ok(page.includes('href="results/other.json"') && !page.includes("id=\"figure-table1\""));
  });

  it("says which result is missing, damaged or does not fit", async () => {
    await assert.rejects(writeReport({ out, profile: "embedded" }), /^Error: readResults: missing results in .*results; expected at least one/);
    writeFileSync(inOut("results", "table1.json"), "{");
    await assert.rejects(writeReport({ out, profile: "embedded" }), /^Error: readResults: damaged .*table1\.json: .*; expected JSON$/);
    const rows = [{ ...table1Example().rows[0], precision: "W9A9" }];
    await assert.rejects(report({ ...table1Example(), rows }), /^Error: readResults: invalid rows\[0\]\.precision in .*table1\.json: "W9A9"; expected/);
    assert.deepEqual(readdirSync(inOut()).sort(), ["notebooks", "results"]);
  });
});

// Every string that the schema does not fix gets the payload
function poison(value: unknown, key = ""): unknown {
  const fixed = ["id", "profile", "scale", "sha256", "model", "precision", "inputRange", "calibration", "seen"];
  if (typeof value === "string") return fixed.includes(key) ? value : value + PAYLOAD;
  if (Array.isArray(value)) return value.map((item) => poison(item, key));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, poison(member, name)]));
}
