/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { writeReport } from "zsq";
import { browserPath, launchBrowser, openPage } from "../../helpers/browser";
import { INJECTIONS } from "../../helpers/injections";
import { table1Example } from "../../helpers/table1-example";
import { suiteFolder } from "../../helpers/suite-folder";
import { whatIfExample } from "../../helpers/what-if-example";

// Without a Chromium (see .ci/run) these tests are skipped, by name. ZSQ_SCREENSHOTS=DIR keeps what they see.
const test = browserPath ? it : it.skip;

describe("report in a browser", function () {
  this.timeout(60_000);
  const folder = suiteFolder();
  let browser: Browser, url: string;

  async function write(name: string, results: Record<string, object>, notebooks: Record<string, object> = {}): Promise<string> {
    const out = join(folder, name);
    for (const [kind, files] of Object.entries({ results, notebooks })) {
      mkdirSync(join(out, "embedded", kind), { recursive: true });
      for (const [file, value] of Object.entries(files)) writeFileSync(join(out, "embedded", kind, file), JSON.stringify(value));
    }
    return pathToFileURL(await writeReport({ out, profile: "embedded" })).href;
  }

  before(async () => {
    if (!browserPath) return;
    browser = await launchBrowser();
    url = await write("report", { "table1.json": table1Example(), "what-if.json": whatIfExample() });
  });
  after(() => browser?.close());

  for (const width of [1280, 400]) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`shows at ${width} pixels, ${colorScheme}: nothing complains, nothing sticks out, texts can be read`, async () => {
        const { page, complaints } = await openPage(browser, url, { width, colorScheme });
        assert.deepEqual(await page.evaluate(tooWide), [], "wider than the window");
        assert.deepEqual(await page.evaluate(faint), [], "contrast below 4.5");
        assert.deepEqual(await page.evaluate(overlapping), [], "one above the other");
        const image = await page.screenshot({ fullPage: true });
        assert.ok(image.length > 50_000);
        if (process.env.ZSQ_SCREENSHOTS) writeFileSync(join(process.env.ZSQ_SCREENSHOTS, `report-${width}-${colorScheme}.png`), image);
        assert.deepEqual(complaints, []);
        await page.close();
      });
    }
  }

  test("answers the sliders: mAP, its distance, the layer's range, and the line in the histogram", async () => {
    const { page, complaints } = await openPage(browser, url);
    const text = (name: string): Promise<string | null> => page.textContent(`#what-if-${name}`);
    const lines = (): Promise<number[]> => page.evaluate(() => (document.getElementById("what-if-plot") as unknown as { layout: { shapes: { type: string; x0: number }[] } }).layout.shapes.filter(({ type }) => type === "line").map(({ x0 }) => x0));
    assert.deepEqual([await text("bits-value"), await text("percentile-value"), await text("map")], ["4", "99.99", "47.5 %"]);
    assert.deepEqual(await lines(), [-2.25, 2.25]);
    await page.locator("#what-if-bits").fill("0");
    assert.deepEqual([await text("bits-value"), await text("map"), await text("difference")], ["3", "35.0 %", "\u221225.0"]);
    await page.locator("#what-if-percentile").fill("2");
    assert.deepEqual([await text("percentile-value"), await text("map")], ["100: minimum and maximum", "22.5 %"]);
    assert.deepEqual(await lines(), [-2.5, 2.5]);
    assert.match((await text("clip"))!, /Range \u22122\.50 to 2\.50: 0\.33 % of the values are clipped, signal to noise 18\.0 dB\./);
    await page.selectOption("#what-if-calibrator", "entropy");
    assert.deepEqual([await text("percentile-value"), await page.isDisabled("#what-if-percentile"), await text("map")], ["not used", true, "10.0 %"]);
    await page.selectOption("#what-if-source", "real");
    assert.equal(await text("map"), "20.0 %");
    await page.selectOption("#what-if-layer", { index: 1 });
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test("can be used with the keyboard alone", async () => {
    const { page } = await openPage(browser, url);
    await page.focus("#what-if-bits");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.textContent("#what-if-bits-value"), "8");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "what-if-percentile");
    await page.close();
  });

  test("prints, and shows drawings and numbers without scripts", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url);
    assert.ok((await page.locator(".plot svg:visible").count()) >= 3);
    assert.ok(await page.getByText("Moving sliders needs scripts").isVisible());
    assert.ok((await page.pdf()).length > 20_000);
    await context.close();
  });

  test(`runs none of ${INJECTIONS.length} texts that try to be programs`, async () => {
    assert.ok(INJECTIONS.length >= 60);
    const poisoned = await write("poisoned", { "table1.json": poison(table1Example()), "what-if.json": poison(whatIfExample()) }, Object.fromEntries(INJECTIONS.map((text, i) => [`${i}.ipynb`, { cells: [{ cell_type: "markdown", source: `# ${text}` }] }])));
    const clean = await openPage(browser, url);
    const { page, complaints } = await openPage(browser, poisoned);
    await page.locator("#what-if-bits").fill("0");
    await page.selectOption("#what-if-layer", { index: 1 });
    await page.waitForTimeout(300);
    assert.deepEqual(complaints, []);
    assert.equal(await page.evaluate(() => (window as unknown as { injected?: number }).injected), undefined);
    const foreign = (): { scripts: number; others: number; handlers: number } => ({
      scripts: document.scripts.length, others: document.querySelectorAll("iframe, object, embed, form, img, video, audio, base, link, marquee, details, [href^='javascript:']").length,
      handlers: [...document.querySelectorAll("*")].filter((element) => element.getAttributeNames().some((name) => name.startsWith("on"))).length,
    });
    assert.deepEqual(await page.evaluate(foreign), await clean.page.evaluate(foreign));
    const shown = await page.evaluate(() => document.body.textContent);
    for (const text of INJECTIONS) assert.ok(shown?.includes(text), `shown as it is: ${text}`);
    await Promise.all([page.close(), clean.page.close()]);
  });
});

// Each free text of a result becomes one of the injections after the other, and the list of verdicts holds them all
function poison(result: { verdicts: object[]; inputs: object[] }): object {
  let next = 0;
  const fixed = ["id", "profile", "scale", "sha256", "model", "precision", "inputRange", "calibration", "seen", "calibrator", "granularity", "source", "loss"];
  const walk = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") return fixed.includes(key) ? value : key === "layer" ? `${value}${INJECTIONS[value.length % INJECTIONS.length]}` : INJECTIONS[next++ % INJECTIONS.length];
    if (Array.isArray(value)) return value.map((item) => walk(item, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member, name)]));
  };
  const poisoned = walk(result) as { verdicts: object[]; inputs: object[] };
  return { ...poisoned, verdicts: INJECTIONS.map((text) => ({ claim: text, seen: "seen", evidence: text })), inputs: INJECTIONS.map((text) => ({ path: text, sha256: "0".repeat(64) })) };
}

// what makes the page scroll sideways
function tooWide(): string[] {
  if (document.documentElement.scrollWidth <= window.innerWidth) return [];
  return [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1 && !element.closest(".scroll")).map((element) => `${element.tagName} ${element.className.toString()}`).slice(0, 5);
}

// texts whose contrast with what lies behind them is below 4.5
function faint(): string[] {
  const channels = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: number[]): number => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const x = colour[i] / 255;
    return sum + weight * (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (element: Element | null): number[] => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found: string[] = [];
  for (const element of document.querySelectorAll("main *:not(svg *, script, option, noscript)")) {
    const own = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ textContent }) => textContent!.trim()).join("");
    if (!own || element.getClientRects().length === 0 || element.closest("svg")) continue;
    const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(`${contrast.toFixed(1)}: ${own.slice(0, 40)}`);
  }
  return found;
}

// sections, controls and answers of which one covers another
function overlapping(): string[] {
  const groups = ["main > section, main > header, main > .cards, main > footer", ".what-if .controls label", ".what-if .result > div", ".what-if-layer > *"];
  return groups.flatMap((selector) => {
    const all = [...document.querySelectorAll(selector)].map((element) => ({ element, box: element.getBoundingClientRect() })).filter(({ box }) => box.width > 0);
    return all.flatMap(({ box: a }, i) => all.slice(i + 1).filter(({ box: b }) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1).map(({ element }) => `${selector}: ${element.textContent!.trim().slice(0, 30)}`));
  });
}
