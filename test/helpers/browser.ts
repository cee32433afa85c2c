/// <reference lib="dom" />
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The system's Chromium, or the one that ZSQ_BROWSER names; null if there is none. */
export const browserPath: string | null = findBrowser();

function findBrowser(): string | null {
  if (process.env.ZSQ_BROWSER) return existsSync(process.env.ZSQ_BROWSER) ? process.env.ZSQ_BROWSER : null;
  for (const name of NAMES) {
    try {
      return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      // not this one
    }
  }
  return null;
}

/** Starts it without a window and with a profile of its own. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath!, args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"] });

/** A page, and what went wrong in it: messages of errors and warnings, dialogs, requests. */
export interface WatchedPage {
  page: Page;
  complaints: string[];
}

export async function openPage(browser: Browser, url: string, { width = 1280, colorScheme = "light" }: { width?: number; colorScheme?: "light" | "dark" } = {}): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => { if (request.url() !== url && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`); });
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  await page.waitForFunction(() => document.querySelectorAll(".js-plotly-plot").length === document.querySelectorAll(".plot").length);
  return { page, complaints };
}
