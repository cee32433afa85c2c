import { plotlyText } from "./markup";
import { baseAxis, THEMES, type ThemeName } from "./theme";

/** Sizes of a grid of panels, in pixels. */
export interface GridSizes {
  /** of one panel, without its heading and tick labels */
  panel: number;
  /** left of the first column, for tick labels and axis titles */
  left: number;
  /** between columns */
  between: number;
  /** lines of the legend with one and with two columns */
  legendLines: readonly [one: number, two: number];
}

const PIXELS = { heading: 30, ticks: 26, axisTitle: 22, legendLine: 24, right: 14, wide: 900, narrow: 440 };

/** Where the panels of a figure lie: side by side in one or two columns, row after row. */
export class PanelGrid {
  readonly height: number;
  /** of the static drawing */
  readonly width: number;
  private readonly top: number;
  private readonly inner: number;

  constructor(readonly count: number, private readonly columns: 1 | 2, private readonly sizes: GridSizes, private readonly theme: ThemeName) {
    const rows = Math.ceil(count / columns);
    this.top = PIXELS.legendLine * sizes.legendLines[columns - 1] + 8;
    this.inner = rows * (PIXELS.heading + sizes.panel) + (rows - 1) * PIXELS.ticks;
    this.height = this.top + this.inner + PIXELS.ticks + PIXELS.axisTitle;
    this.width = columns === 1 ? PIXELS.narrow : PIXELS.wide;
  }

  /** The suffix of the axes of a panel: "", "2", "3", ... */
  axis(panel: number): string {
    return panel ? String(panel + 1) : "";
  }

  /** Both axes of a panel, placed. The title of the horizontal one is shown below the last panel of each column. */
  axes(panel: number, x: Record<string, unknown>, y: Record<string, unknown>): Record<string, unknown> {
    const isLast = panel + this.columns >= this.count;
    const [low, high] = this.verticalDomain(panel);
    const own = this.axis(panel);
    const titled = (axis: Record<string, unknown>, shown: boolean): Record<string, unknown> => {
      const base = baseAxis(this.theme);
      return { ...base, ...axis, title: { ...(base.title as object), text: shown ? axis.title ?? "" : "" } };
    };
    return {
      [`xaxis${own}`]: { ...titled(x, isLast), domain: this.horizontalDomain(panel), anchor: `y${own}` },
      [`yaxis${own}`]: { ...titled(y, panel % this.columns === 0), domain: [low, high], anchor: `x${own}` },
    };
  }

  /** The heading of a panel as plotly's annotation; in one column it begins at the left edge, for it needs the width of the labels too. */
  heading(panel: number, title: string): Record<string, unknown> {
    const own = this.axis(panel);
    return { text: `<b>${plotlyText(title)}</b>`, xref: `x${own} domain`, yref: `y${own} domain`, x: 0, xshift: this.columns === 1 ? 8 - this.sizes.left : 0, y: 1, xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 13, color: THEMES[this.theme].ink } };
  }

  /** Height, margins and legend of the layout. */
  frame(): Record<string, unknown> {
    return {
      height: this.height, margin: { l: this.sizes.left, r: PIXELS.right, t: this.top, b: PIXELS.ticks + PIXELS.axisTitle },
      legend: { orientation: "h", x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top", font: { size: 12 }, itemwidth: 30 },
    };
  }

  private horizontalDomain(panel: number): [number, number] {
    if (this.columns === 1) return [0, 1];
    const gap = this.sizes.between / (PIXELS.wide - this.sizes.left - PIXELS.right);
    return panel % 2 === 0 ? [0, (1 - gap) / 2] : [(1 + gap) / 2, 1];
  }

  private verticalDomain(panel: number): [number, number] {
    const above = PIXELS.heading + Math.floor(panel / this.columns) * (PIXELS.heading + this.sizes.panel + PIXELS.ticks);
    return [1 - (above + this.sizes.panel) / this.inner, 1 - above / this.inner].map((y) => Math.max(Number(y.toFixed(4)), 0)) as [number, number];
  }
}
