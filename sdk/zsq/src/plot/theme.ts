import type { ModelName } from "../study/profiles";
import type { BatchSource, Table1Row } from "../study/result-schema";

/** Where the images that calibrate come from; "none": nothing is quantized. */
export type CalibrationSource = Table1Row["calibration"];

/** How one calibration source is named and coloured in every figure and table. */
export interface SourceStyle {
  label: string;
  /** sRGB as #rrggbb; told apart with any kind of colour blindness, at least 2:1 on both backgrounds */
  colour: string;
}

/** The calibration sources in the order in which figures and tables list them. Colours: Okabe and Ito 2008, with a gray for full precision. */
export const SOURCES: Readonly<Record<CalibrationSource, SourceStyle>> = {
  none: { label: "full precision", colour: "#767676" },
  real: { label: "real images (PTQ)", colour: "#009E73" },
  "distilled-mean": { label: "distilled, mean", colour: "#D55E00" },
  "distilled-mean-std": { label: "distilled, mean + std", colour: "#E69F00" },
  shuffled: { label: "shuffled pixels", colour: "#CC79A7" },
  noise: { label: "Gaussian noise", colour: "#56B4E9" },
};

/** Where calibration batches come from, in the order in which figures list them: real images in two shades of one colour. */
export const BATCH_SOURCES: Readonly<Record<BatchSource, SourceStyle>> = {
  "real-consecutive": { label: "real, consecutive", colour: "#00664A" },
  "real-independent": { label: "real, independent", colour: SOURCES.real.colour },
  distilled: { label: "distilled, mean", colour: SOURCES["distilled-mean"].colour },
  noise: { label: "Gaussian noise", colour: SOURCES.noise.colour },
};

/** The two detectors in figures that compare them; told apart from each other and from the sources. */
export const MODELS: Readonly<Record<ModelName, SourceStyle>> = {
  pretrained: { label: "pretrained", colour: "#0072B2" },
  "fine-tuned": { label: "fine-tuned", colour: "#AA4499" },
};

/** Of intervals and legend entries: readable on both backgrounds, so that data do not depend on the theme. */
export const NEUTRAL = "#8b949e";

/** All sources in their order. */
export const sourceOrder = Object.keys(SOURCES) as readonly CalibrationSource[];

/** Colours of everything that is not data, for one background. */
export interface Theme {
  background: string;
  ink: string;
  /** of tick labels and notes; at least 4.5:1 on the background */
  muted: string;
  grid: string;
  /** of bands behind data */
  band: string;
}

/** The two appearances of figures. Notebooks and print use light; the report follows the reader's system. */
export const THEMES: Readonly<Record<"light" | "dark", Theme>> = {
  light: { background: "#ffffff", ink: "#1b1f24", muted: "#59626c", grid: "#e3e6ea", band: "#eceef1" },
  dark: { background: "#15181c", ink: "#e8eaed", muted: "#a3abb5", grid: "#2c3238", band: "#262b31" },
};

export type ThemeName = keyof typeof THEMES;

/** System fonts: nothing is loaded. */
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif";

/** The part of a plotly layout that every figure shares: background, font, room for labels, what hovering shows. */
export function baseLayout(name: ThemeName): Record<string, unknown> {
  const { background, ink, grid } = THEMES[name];
  return {
    paper_bgcolor: background,
    plot_bgcolor: background,
    font: { family: FONT, size: 13, color: ink },
    hovermode: "closest",
    hoverlabel: { bgcolor: background, bordercolor: grid, font: { family: FONT, size: 13, color: ink }, align: "left" },
    dragmode: false,
  };
}

/** The part of a plotly axis that every figure shares. */
export function baseAxis(name: ThemeName): Record<string, unknown> {
  const { muted, grid, ink } = THEMES[name];
  return {
    gridcolor: grid,
    linecolor: grid,
    zeroline: false,
    fixedrange: false,
    tickfont: { size: 12, color: muted },
    title: { font: { size: 12, color: ink }, standoff: 8 },
  };
}
