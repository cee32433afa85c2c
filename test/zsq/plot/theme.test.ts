import assert from "node:assert/strict";
import { SOURCES, THEMES } from "zsq";

const channel = (value: number): number => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => channel(parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
// contrast ratio of WCAG 2
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe("theme", () => {
  it("keeps text readable: at least 4.5:1", () => {
    for (const { background, ink, muted } of Object.values(THEMES)) for (const colour of [ink, muted]) assert.ok(contrast(colour, background) >= 4.5, `${colour} on ${background}`);
  });

  it("keeps data visible on both backgrounds: at least 2:1", () => {
    for (const { background } of Object.values(THEMES)) for (const { colour } of Object.values(SOURCES)) assert.ok(contrast(colour, background) >= 2, `${colour} on ${background}`);
  });

  it("uses the colours of Okabe and Ito", () => {
    const palette = ["#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"];
    for (const [source, { colour }] of Object.entries(SOURCES)) assert.ok(source === "none" || palette.includes(colour));
  });
});
