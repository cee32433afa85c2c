const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Text as it may stand in HTML or SVG, between tags or in a quoted attribute.
 *
 * @example escapeMarkup("<b> & 'c'") // "&lt;b&gt; &amp; &#39;c&#39;"
 */
export const escapeMarkup = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]);

/** Text as plotly shows it letter by letter; it reads tags and entities otherwise. */
export const plotlyText = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
