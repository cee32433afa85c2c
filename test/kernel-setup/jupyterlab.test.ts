import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
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
  let lab: ChildProcess, browser: Browser, page: Page, url: string;
  const cells = (): Locator => page.locator(".jp-Notebook .jp-CodeCell");
  const output = (cell: number, text: string | RegExp): Promise<void> => cells().nth(cell).locator(".jp-OutputArea-output", { hasText: text }).waitFor();
  const prompts = (): Promise<string[]> => cells().locator(".jp-InputPrompt").allTextContents();
  const runAll = async (): Promise<void> => {
    await page.getByRole("menuitem", { name: "Run", exact: true }).click();
    await page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click();
  };
  const open = async (name: string, sources: string[]): Promise<void> => {
    writeNotebook(name, sources);
    await page.goto(`${url}/lab/workspaces/auto-${path.parse(name).name}/tree/${name}?token=test`);
    await cells().nth(sources.length - 1).waitFor();
    await page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").waitFor();
  };

  before(async function () {
    if (!chrome) return this.skip();
    const port = 20_000 + (process.pid % 20_000);
    mkdirSync(path.join(folder(), "lab"), { recursive: true });
    lab = spawn(python, ["-m", "jupyterlab", "--no-browser", "--allow-root", `--ServerApp.port=${port}`, "--IdentityProvider.token=test", `--ServerApp.root_dir=${path.join(folder(), "lab")}`], { stdio: "ignore" });
    url = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 300 && !(await fetch(`${url}/api`).then(({ ok }) => ok, () => false)); tries++) await new Promise((done) => setTimeout(done, 100));
    browser = await chromium.launch({ executablePath: chrome, args: ["--no-sandbox"] });
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    lab?.kill("SIGTERM");
  });

  it("runs all cells: figure, table, text, value, progress", async () => {
    await open("all.ipynb", [
      'import { iouFigure, show, showTable } from "zsq";\nshow(iouFigure([0.5, 0.75].map((iou) => ({ category: "person", iou, ap: 1 - iou })), { title: "AP" }), { name: "iou" });',
      'showTable([{ model: "fine-tuned", map: 0.5 }], { caption: "Models" });',
      'for (const name of ["one", "two"]) console.log(name);',
      'import * as tslab from "tslab";\nconst bar = tslab.newDisplay();\nfor (let k = 0; k <= 50; k++) bar.text(`${2 * k} %`);',
      "const answer: number = await Promise.resolve(42);\nanswer",
    ]);
    await runAll();
    await output(4, "42");
    await cells().nth(0).locator(".js-plotly-plot .scatterlayer .trace path.js-line").first().waitFor();
    await cells().nth(1).locator("table td", { hasText: "fine-tuned" }).waitFor();
    await output(2, /one\s*two/);
    await output(3, "100 %");
    assert.deepEqual(await prompts(), ["[1]:", "[2]:", "[3]:", "[4]:", "[5]:"]);
    assert.equal(await cells().locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]').count(), 0);
  });

  it("runs all cells up to an endless one; the stop button ends it, nothing behind it runs, and the kernel goes on", async () => {
    await open("stop.ipynb", ['"before"', "let n = 0;\nfor (;;) n++;", "n > 0 ? 'usable' : ''"]);
    await runAll();
    await output(0, "before");
    await cells().nth(1).locator(".jp-InputPrompt", { hasText: "[*]:" }).waitFor();
    await page.locator(".jp-Notebook-ExecutionIndicator[data-status=busy]").waitFor();
    await page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
    await output(1, "Interrupted: the cell was stopped");
    await page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").waitFor();
    assert.deepEqual(await prompts(), ["[1]:", "[2]:", "[ ]:"]);
    await cells().nth(2).locator(".cm-content").click();
    await page.keyboard.press("Shift+Enter");
    await output(2, "usable");
  });
});
