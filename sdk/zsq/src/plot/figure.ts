/** A drawing that is no chart: its SVG, and as text what it says. */
export interface Drawing extends Pick<Figure, "svg" | "text"> {
  data?: undefined;
}

/** A figure: a plotly spec that is plain JSON, and the same numbers as a drawing and as text for where plotly does not run. */
export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
  /** a complete SVG element; drawn without fonts or images from elsewhere */
  svg: string;
  /** every number of the figure, one line each */
  text: string;
}

/** How a figure is drawn; the numbers do not depend on it. */
export interface FigureOptions {
  /** defaults to light */
  theme?: "light" | "dark";
  /** panels side by side: 2 (default), or 1 for narrow screens */
  columns?: 1 | 2;
}
