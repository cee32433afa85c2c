import type { Figure } from "./figure";
import { plotlyText } from "./markup";
import { staticSvg } from "./static-svg";
import { baseLayout, type ThemeName } from "./theme";

/** A picture and what it shows, in a few words. */
export interface GalleryPicture {
  label: string;
  /** data URI */
  picture: string;
}

const SIZE = { width: 900, heading: 26, gap: 8 };

/**
 * Pictures of one shape, side by side with a label above each.
 *
 * - **title** – what they show together, in a sentence
 * - **aspect** – height / width of a picture
 * - **columns** – in a row; defaults to as many as there are
 *
 * Throws if there is none.
 */
export function galleryFigure(pictures: readonly GalleryPicture[], { title, aspect, columns = pictures.length, theme = "light" }: { title: string; aspect: number; columns?: number; theme?: ThemeName }): Figure {
  if (!pictures.length) throw new Error(`galleryFigure: missing pictures of ${title}; expected at least one`);
  const cell = SIZE.width / columns, side = 1 - SIZE.gap / cell, lines = Math.ceil(pictures.length / columns), lineHeight = cell * aspect * side + SIZE.heading;
  // a unit of x is a column, a unit of y a line of pictures with its labels
  const places = pictures.map((_, i) => ({ x: i % columns, y: Math.floor(i / columns) + SIZE.heading / lineHeight }));
  const axis = { visible: false, showgrid: false, zeroline: false, tickvals: [], fixedrange: true };
  const layout = {
    ...baseLayout(theme), height: Math.round(lines * lineHeight), margin: { l: 0, r: 0, t: 0, b: 0 }, xaxis: { ...axis, range: [0, columns] }, yaxis: { ...axis, range: [lines, 0] },
    images: pictures.map(({ picture }, i) => ({ source: picture, xref: "x", yref: "y", ...places[i], sizex: side, sizey: 1 - SIZE.heading / lineHeight, sizing: "stretch", layer: "above" })),
    annotations: pictures.map(({ label }, i) => ({ text: plotlyText(label), xref: "x", yref: "y", ...places[i], xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 12 } })),
  };
  // plotly draws pictures only beside data
  const data = [{ type: "scatter", mode: "markers", x: [null], y: [null], showlegend: false, hoverinfo: "skip", marker: { color: "rgba(0,0,0,0)" } }];
  return { data, layout, svg: staticSvg(data, layout, { width: SIZE.width, label: title }), text: [title, ...pictures.map(({ label }) => `  ${label}`)].join("\n") };
}
