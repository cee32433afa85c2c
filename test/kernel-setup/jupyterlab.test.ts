import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { python, run, suiteFolder } from "./helpers";

const chrome = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file));
const folder = suiteFolder();
const metadata = { kernelspec: { name: "zsq", display_name: "TypeScript (zsq)", language: "typescript" } };

function writeNotebook(name: string, cells: string[]): string {
  mkdirSync(path.join(folder(), "lab"), { recursive: true });
  const file = path.join(folder(), "lab", name);
  const code = cells.map((source, index) => ({ cell_type: "code", id: `cell-${index}`, metadata: {}, execution_count: null, outputs: [], source }));
  writeFileSync(file, JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

describe("kernel: nbconvert", () => {
  it("executes a notebook, and fails where a cell fails", async function () {
    this.timeout(60_000);
    const convert = (file: string): ReturnType<typeof run> => run(python, ["-m", "nbconvert", "--execute", "--to", "notebook", "--inplace", file]);
    const good = writeNotebook("good.ipynb", ["const n: number = 6;", "n * 7"]), bad = writeNotebook("bad.ipynb", ["throw new RangeError('too far');"]);
    const [passed, failed] = await Promise.all([convert(good), convert(bad)]);
    assert.equal(passed.code, 0, passed.stderr);
    assert.match(readFileSync(good, "utf8"), /"42"/);
    assert.notEqual(failed.code, 0);
    assert.match(failed.stderr, /RangeError: too far/);
  });
});

describe("kernel: JupyterLab in a browser", function () {
  this.timeout(120_000);
  let lab: ChildProcess, browser: Browser, page: Page;

  before(async function () {
    if (!chrome) return this.skip();
    writeNotebook("lab.ipynb", [
      'import * as tslab from "tslab";\ntslab.display.raw("application/vnd.plotly.v1+json", { data: [{ type: "bar", x: [1, 2], y: [3, 4] }], layout: {} } as never);',
      "let n = 0;\nfor (;;) n++;",
      "n > 0 ? 'usable' : ''",
    ]);
    const port = 20_000 + (process.pid % 20_000), token = "test";
    lab = spawn(python, ["-m", "jupyterlab", "--no-browser", "--allow-root", `--ServerApp.port=${port}`, `--IdentityProvider.token=${token}`, `--ServerApp.root_dir=${path.join(folder(), "lab")}`], { stdio: "ignore" });
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 300 && !(await fetch(`${url}/api`).then(({ ok }) => ok, () => false)); tries++) await new Promise((done) => setTimeout(done, 100));
    browser = await chromium.launch({ executablePath: chrome, args: ["--no-sandbox"] });
    page = await browser.newPage();
    await page.goto(`${url}/lab/tree/lab.ipynb?token=${token}`);
  });
  after(async () => {
    await browser?.close();
    lab?.kill("SIGTERM");
  });

  it("draws a figure, stops an endless cell, and goes on", async () => {
    const cells = page.locator(".jp-Notebook .jp-CodeCell");
    await cells.nth(2).waitFor();
    await page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").waitFor();
    await cells.nth(0).locator(".cm-content").click();
    await page.keyboard.press("Shift+Enter");
    await cells.nth(0).locator(".js-plotly-plot .bars path").first().waitFor();
    await page.keyboard.press("Shift+Enter");
    await page.locator(".jp-Notebook-ExecutionIndicator[data-status=busy]").waitFor();
    await page.locator('[data-command="notebook:interrupt-kernel"], .jp-ToolbarButtonComponent[data-command="notebook:interrupt-kernel"]').first().click();
    await cells.nth(1).locator(".jp-OutputArea-output", { hasText: "Interrupted: the cell was stopped" }).waitFor();
    await cells.nth(2).locator(".cm-content").click();
    await page.keyboard.press("Shift+Enter");
    await cells.nth(2).locator(".jp-OutputArea-output", { hasText: "usable" }).waitFor();
  });
});
