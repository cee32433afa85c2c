import { escapeMarkup } from "./markup";
import { KINDS, MAP_AXIS, REFERENCE_LABEL, type Mark, type Panel, type Panels } from "./table1-panels";
import { FONT, NEUTRAL, SOURCES, THEMES, type Theme, type ThemeName } from "./theme";

const SIZE = { left: 150, right: 16, line: 26, title: 30, gap: 40, axis: 44, legend: 24, between: 20 };
const WIDTH = { 1: 440, 2: 900 } as const;

/**
 * The panels of Table 1 as a static drawing for where plotly does not run: GitHub, print, a page without scripts.
 *
 * Returns one SVG element that states its size, scales with its container, has a title and a description, and loads nothing.
 */
export function table1Svg({ lines, panels, axis }: Panels, { theme, columns }: { theme: ThemeName; columns: 1 | 2 }): string {
  const colours = THEMES[theme];
  const width = WIDTH[columns];
  const inner = (width - SIZE.left - SIZE.right - (columns - 1) * SIZE.between) / columns;
  const scale = (map: number) => ((map - axis.from) / (axis.to - axis.from)) * inner;
  const height = SIZE.line * lines.length;
  const parts: string[] = [];
  let y = SIZE.legend * (columns === 1 ? 4 : 2) + 6;
  for (let first = 0; first < panels.length; first += columns) {
    const row = panels.slice(first, first + columns);
    row.forEach((panel, column) => {
      const x = SIZE.left + column * (inner + SIZE.between);
      const isLast = first + column + columns >= panels.length;
      parts.push(`<g transform="translate(${n(x)} ${n(y + SIZE.title)})">${draw(panel, { height, inner, scale, ticks: axis.ticks, colours, labels: column === 0 ? lines : [], isLast })}</g>`);
    });
    y += SIZE.title + height + SIZE.gap;
  }
  const total = y + SIZE.axis - SIZE.gap;
  const label = escapeMarkup(`mAP by calibration source: ${panels.map(({ title }) => title).join("; ")}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${n(total)}" width="${width}" height="${n(total)}" role="img" aria-label="${label}" font-family="${FONT}" font-size="12" fill="${colours.ink}" style="max-width:100%;height:auto">`
    + `<title>${label}</title><rect width="100%" height="100%" fill="${colours.background}"/>${legend(panels, columns)}${parts.join("")}</svg>`;
}

interface Frame {
  height: number;
  inner: number;
  scale: (map: number) => number;
  ticks: readonly number[];
  colours: Theme;
  labels: readonly string[];
  isLast: boolean;
}

function draw(panel: Panel, { height, inner, scale, ticks, colours, labels, isLast }: Frame): string {
  const grid = ticks.map((tick) => `<path d="M${n(scale(tick))} 0V${height}" stroke="${colours.grid}"/>`).join("");
  const tickLabels = ticks.map((tick) => `<text x="${n(scale(tick))}" y="${height + 16}" text-anchor="middle" fill="${colours.muted}">${tick}</text>`).join("");
  const title = `<text x="0" y="-10" font-weight="600" font-size="13">${escapeMarkup(panel.title)}</text>`;
  const names = labels.map((label, i) => `<text x="-10" y="${n(middle(i) + 4)}" text-anchor="end">${escapeMarkup(label)}</text>`).join("");
  const unit = isLast ? `<text x="${n(inner / 2)}" y="${height + 36}" text-anchor="middle">${MAP_AXIS}</text>` : "";
  return band(panel, height, scale, colours) + grid + reference(panel, height, scale) + title + names + tickLabels + unit + panel.marks.map((mark) => drawMark(mark, scale)).join("");
}

function band({ reference: full }: Panel, height: number, scale: Frame["scale"], { band: fill }: Theme): string {
  return full ? `<rect x="${n(scale(full.ci95[0]))}" width="${n(scale(full.ci95[1]) - scale(full.ci95[0]))}" height="${height}" fill="${fill}"/>` : "";
}

function reference({ reference: full }: Panel, height: number, scale: Frame["scale"]): string {
  return full ? `<path d="M${n(scale(full.map))} 0V${height}" stroke="${SOURCES.none.colour}" stroke-width="1.5" stroke-dasharray="6 4"/>` : "";
}

// The mark with its interval; the exact numbers as a tooltip
function drawMark({ kind, source, line, map, ci95 }: Mark, scale: Frame["scale"]): string {
  const [x, y] = [scale(map), middle(line)];
  const whisker = ci95 ? `<path d="M${n(scale(ci95[0]))} ${n(y)}H${n(scale(ci95[1]))}" stroke="${NEUTRAL}" stroke-width="1.5"/>` : "";
  const values = ci95 ? `${map.toFixed(2)} [${ci95[0].toFixed(2)}, ${ci95[1].toFixed(2)}]` : `${map.toFixed(2)}, paper`;
  return `<g data-map="${map.toFixed(2)}"><title>${SOURCES[source].label}: ${values}</title>${whisker}${shape(kind, x, y, SOURCES[source].colour)}</g>`;
}

function shape(kind: Mark["kind"], x: number, y: number, colour: string): string {
  if (kind === "here-image") return `<path d="M${n(x)} ${n(y - 6)}l6 6l-6 6l-6-6z" fill="${colour}"/>`;
  const paint = kind === "paper" ? `fill="none" stroke="${colour}" stroke-width="2"` : `fill="${colour}"`;
  return `<circle cx="${n(x)}" cy="${n(y)}" r="${kind === "paper" ? 4.5 : 5}" ${paint}/>`;
}

function legend(panels: readonly Panel[], columns: 1 | 2): string {
  const kinds = (Object.keys(KINDS) as Mark["kind"][]).filter((kind) => panels.some(({ marks }) => marks.some((mark) => mark.kind === kind)));
  return [...kinds, null].map((kind, i) => {
    const [x, y] = columns === 1 ? [16, 18 + i * SIZE.legend] : [24 + (i % 2) * 300, 18 + Math.floor(i / 2) * SIZE.legend];
    const mark = kind ? shape(kind, x, y, NEUTRAL) : `<path d="M${x - 10} ${y}h20" stroke="${SOURCES.none.colour}" stroke-width="1.5" stroke-dasharray="6 4"/>`;
    return `${mark}<text x="${x + 18}" y="${y + 4}">${kind ? KINDS[kind].label : REFERENCE_LABEL}</text>`;
  }).join("");
}

const middle = (line: number): number => (line + 0.5) * SIZE.line;

const n = (value: number): string => String(Number(value.toFixed(2)));
