/** Rows and columns of a heat map, each cell a number with its text; columns and rows are numbered from 0. */
export interface HeatMap {
  /** [row][column]; null: no cell */
  z: readonly (readonly (number | null)[])[];
  text: readonly (readonly string[])[];
  /** what hovering shows */
  hover: readonly (readonly string[])[];
  /** of the colours */
  from: number;
  to: number;
}

/** From bad to good: one hue, falling in lightness, which is told apart with any kind of colour blindness. */
const COLOURS: readonly (readonly [number, string])[] = [[0, "#7a2f00"], [0.5, "#d9874a"], [1, "#fbeede"]];

/** The heat map as a plotly trace; texts get the colour that can be read on theirs. */
export function heatTrace({ z, text, hover, from, to }: HeatMap): Record<string, unknown> {
  return {
    type: "heatmap", x: z[0].map((_, i) => i), y: z.map((_, i) => i), z, text, texttemplate: "%{text}", customdata: hover, hovertemplate: "%{customdata}<extra></extra>",
    zmin: from, zmax: to, colorscale: COLOURS, showscale: false, xgap: 2, ygap: 2, showlegend: false,
  };
}

/** The colour of a value, as plotly finds it between those of the scale. */
export function heatColour(value: number, from: number, to: number): string {
  const t = to > from ? Math.min(Math.max((value - from) / (to - from), 0), 1) : 1;
  const k = Math.max(1, COLOURS.findIndex(([at]) => at >= t));
  const [[a, low], [b, high]] = [COLOURS[k - 1], COLOURS[k]];
  const channels = [1, 3, 5].map((at) => {
    const [x, y] = [low, high].map((colour) => parseInt(colour.slice(at, at + 2), 16));
    return Math.round(x + ((t - a) / (b - a)) * (y - x)).toString(16).padStart(2, "0");
  });
  return `#${channels.join("")}`;
}

/** Black or white, whichever can be read on a colour #rrggbb. */
export function inkOn(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.2 ? "#1b1f24" : "#ffffff";
}
