import { escapeMarkup } from "../plot/markup";

/** Markup that is safe to send: made by `html`, or trusted by `raw`. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | readonly Part[] | null;

/**
 * A template tag: values are escaped unless they are Html themselves; arrays are joined, null is left out.
 *
 * @example html`<p>${"a < b"}</p>`.markup // "<p>a &lt; b</p>"
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, i) => text + (i < parts.length ? render(parts[i]) : "")).join(""));
}

/** Markup of our own making, such as an SVG, that needs no escaping. */
export const raw = (markup: string): Html => new Html(markup);

/** A value as JSON inside a script element: nothing in it can end the element or start a comment. */
export const jsonInScript = (value: unknown): Html => raw(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`));

function render(part: Part): string {
  if (part === null) return "";
  if (part instanceof Html) return part.markup;
  return Array.isArray(part) ? part.map(render).join("") : escapeMarkup(String(part));
}
