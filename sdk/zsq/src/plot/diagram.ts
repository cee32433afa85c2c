import type { Drawing } from "./figure";
import { escapeMarkup } from "./markup";
import { FONT, THEMES, type ThemeName } from "./theme";

type Point = readonly [x: number, y: number];

/** A rectangle in pixels. */
export interface Place { x: number; y: number; width: number; height: number }

export interface ArrowOptions {
  /** default: the theme's muted ink */
  colour?: string;
  isDashed?: boolean;
}

export interface LabelOptions {
  anchor?: "start" | "middle" | "end";
  isStrong?: boolean;
  /** default: the theme's muted ink */
  colour?: string;
  size?: number;
}

const LINE = 15, HEAD = 7;

/** Boxes, pictures, arrows and words, drawn one over the other into one SVG element that loads nothing. Lengths in pixels. */
export class Diagram {
  private readonly parts: string[] = [];

  constructor(private readonly width: number, private readonly height: number, private readonly theme: ThemeName) {}

  /** A step: its name, and under it lines of what it does, centred. */
  box(place: Place, name: string, lines: readonly string[]): void {
    const { band, grid, ink } = THEMES[this.theme];
    const { x, y, width, height } = place;
    this.parts.push(`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${band}" stroke="${grid}"/>`);
    const first = y + height / 2 - (lines.length * LINE) / 2 + 4;
    this.label([x + width / 2, first], [name], { anchor: "middle", isStrong: true, colour: ink, size: 13 });
    this.label([x + width / 2, first + LINE], lines, { anchor: "middle" });
  }

  /** An image by its data URI. */
  picture({ x, y, width, height }: Place, source: string): void {
    this.parts.push(`<image x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" href="${escapeMarkup(source)}"/>`);
  }

  /** Lines of words from the baseline of the first downwards. */
  label([x, y]: Point, lines: readonly string[], { anchor = "start", isStrong = false, colour = THEMES[this.theme].muted, size = 12 }: LabelOptions = {}): void {
    for (const [i, line] of lines.entries()) this.parts.push(`<text x="${x}" y="${y + i * LINE}" text-anchor="${anchor}" font-size="${size}" fill="${colour}"${isStrong ? ' font-weight="600"' : ""}>${escapeMarkup(line)}</text>`);
  }

  /** A line through points, with its head at the last one; straight pieces alone, along the axes. */
  arrow(points: readonly Point[], { colour = THEMES[this.theme].muted, isDashed = false }: ArrowOptions = {}): void {
    const [[fromX, fromY], [x, y]] = points.slice(-2);
    const [dx, dy] = [Math.sign(x - fromX), Math.sign(y - fromY)];
    const line = [...points.slice(0, -1), [x - dx * HEAD, y - dy * HEAD]];
    const back: Point = [x - dx * HEAD, y - dy * HEAD];
    const head = [[x, y], [back[0] - (dy * HEAD) / 2, back[1] - (dx * HEAD) / 2], [back[0] + (dy * HEAD) / 2, back[1] + (dx * HEAD) / 2]];
    this.parts.push(`<polyline points="${line.map((point) => point.join()).join(" ")}" fill="none" stroke="${colour}" stroke-width="1.5"${isDashed ? ' stroke-dasharray="5 4"' : ""}/><polygon points="${head.map((point) => point.join()).join(" ")}" fill="${colour}"/>`);
  }

  /** Bars side by side that stand on the lower edge of a place, by their share of its height. */
  bars({ x, y, width, height }: Place, shares: readonly number[], colour: string): void {
    const step = width / shares.length;
    const tidy = (value: number): number => Math.round(100 * value) / 100;
    this.parts.push(...shares.map((share, i) => `<rect x="${tidy(x + i * step)}" y="${tidy(y + height * (1 - share))}" width="${tidy(0.7 * step)}" height="${tidy(height * share)}" fill="${colour}"/>`));
  }

  /** - **label** – what is drawn, in a sentence; **text** – the same in words, in lines */
  drawing(label: string, text: readonly string[]): Drawing {
    const title = escapeMarkup(label);
    const { background } = THEMES[this.theme];
    return {
      svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${this.width} ${this.height}" width="${this.width}" height="${this.height}" role="img" aria-label="${title}" font-family="${FONT}" style="max-width:100%;height:auto">`
        + `<title>${title}</title><rect width="100%" height="100%" fill="${background}"/>${this.parts.join("")}</svg>`,
      text: text.join("\n"),
    };
  }
}
