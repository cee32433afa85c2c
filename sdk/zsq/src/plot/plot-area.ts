import { escapeMarkup } from "./markup";

/** What a drawing reads of a plotly axis. */
export interface AxisSpec {
  domain?: readonly [number, number];
  /** of a logarithmic axis: powers of ten */
  range: readonly [number, number];
  type?: "linear" | "log";
  tickvals: readonly number[];
  ticktext?: readonly string[];
  showticklabels?: boolean;
  showgrid?: boolean;
  visible?: boolean;
  anchor?: string;
  gridcolor: string;
  tickfont: { color: string };
  title?: { text?: string };
}

interface Frame {
  width: number;
  height: number;
  margin: { l: number; r: number; t: number; b: number };
}

/** Where the axes of a layout lie in a drawing, and what is drawn of them. Axes are named "x", "x2", ... as traces do. */
export class PlotArea {
  constructor(private readonly layout: Readonly<Record<string, AxisSpec | undefined>>, private readonly frame: Frame) {}

  /** Pixels from the left of a value on an axis, or with " domain" after its name of a fraction of it. */
  x(ref: string, value: number): number {
    const { width, margin } = this.frame;
    return margin.l + this.fraction(ref, value) * (width - margin.l - margin.r);
  }

  /** Pixels from the top. */
  y(ref: string, value: number): number {
    const { height, margin } = this.frame;
    return height - margin.b - this.fraction(ref, value) * (height - margin.t - margin.b);
  }

  /** Grids, tick labels and titles of all axes. */
  axes(): string[] {
    return Object.keys(this.layout).filter((key) => /^[xy]axis\d*$/.test(key) && this.layout[key]!.visible !== false).map((key) => {
      const name = key.replace("axis", "");
      return name.startsWith("x") ? this.horizontal(name) : this.vertical(name);
    });
  }

  private horizontal(name: string): string {
    const { tickvals, ticktext, gridcolor, tickfont, title, showticklabels, showgrid, anchor = "y" } = this.axis(name);
    const [top, bottom] = [this.y(`${anchor} domain`, 1), this.y(`${anchor} domain`, 0)];
    const ticks = tickvals.map((value, i) => {
      const x = n(this.x(name, value));
      const grid = showgrid === false ? "" : `<line x1="${x}" x2="${x}" y1="${n(top)}" y2="${n(bottom)}" stroke="${gridcolor}"/>`;
      return grid + (showticklabels === false ? "" : `<text x="${x}" y="${n(bottom + 16)}" text-anchor="middle" fill="${tickfont.color}">${escapeMarkup(ticktext?.[i] ?? String(value))}</text>`);
    });
    const middle = n(this.x(`${name} domain`, 0.5));
    return ticks.join("") + (title?.text ? `<text x="${middle}" y="${n(bottom + 36)}" text-anchor="middle">${escapeMarkup(title.text)}</text>` : "");
  }

  private vertical(name: string): string {
    const { tickvals, ticktext, gridcolor, tickfont, title, showticklabels, showgrid, anchor = "x" } = this.axis(name);
    const [left, right] = [this.x(`${anchor} domain`, 0), this.x(`${anchor} domain`, 1)];
    const ticks = tickvals.map((value, i) => {
      const y = this.y(name, value);
      const grid = showgrid === false ? "" : `<line x1="${n(left)}" x2="${n(right)}" y1="${n(y)}" y2="${n(y)}" stroke="${gridcolor}"/>`;
      return grid + (showticklabels === false ? "" : `<text x="${n(left - 8)}" y="${n(y + 4)}" text-anchor="end" fill="${tickfont.color}">${escapeMarkup(ticktext?.[i] ?? String(value))}</text>`);
    });
    const [x, y] = [n(left - 44), n(this.y(`${name} domain`, 0.5))];
    return ticks.join("") + (title?.text ? `<text transform="translate(${x} ${y}) rotate(-90)" text-anchor="middle">${escapeMarkup(title.text)}</text>` : "");
  }

  private fraction(ref: string, value: number): number {
    const [name, isDomain] = ref.split(" ");
    const { domain = [0, 1], range, type } = this.axis(name);
    const along = isDomain ? value : ((type === "log" ? Math.log10(value) : value) - range[0]) / (range[1] - range[0]);
    return domain[0] + along * (domain[1] - domain[0]);
  }

  private axis(name: string): AxisSpec {
    const axis = this.layout[name.replace(/^([xy])/, "$1axis")];
    if (!axis) throw new Error(`staticSvg: missing axis: ${name}; expected it in the layout`);
    return axis;
  }
}

const n = (value: number): string => String(Number(value.toFixed(2)));
