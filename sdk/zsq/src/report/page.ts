import { createHash } from "node:crypto";
import { html, raw, type Html } from "./html";

export interface Page {
  title: string;
  description: string;
  body: Html;
  /** of the only style element */
  style: string;
  /** programs of the page, run in this order after its body */
  scripts: readonly string[];
}

/**
 * A page that is one file: its policy lets it load nothing and run only the scripts that are in it, by their hashes.
 * Styles may be inline, for plotly sets them as attributes; they cannot load anything either.
 *
 * Throws if a script contains what would end its element.
 */
export function pageHtml({ title, description, body, style, scripts }: Page): string {
  for (const script of scripts) if (/<\/script|<!--/i.test(script)) throw new Error("pageHtml: unsupported script: contains </script or <!--; expected a script without");
  const policy = `default-src 'none'; script-src ${scripts.map(source).join(" ")}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="description" content="${description}">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
${scripts.map((script) => html`<script>${raw(script)}</script>\n`)}</body>
</html>
`.markup;
}

/** An inline script as a content security policy names it. */
export const source = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
