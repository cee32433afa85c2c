import type { MimeBundle } from "./kernel-display";
import { escapeMarkup } from "./markup";

/** What a check says of an answer. */
export interface VerdictCard {
  heading: string;
  state: "open" | "wrong" | "solved";
  message: string;
}

/** Sign, word and colour of the bar: told apart without colour too. */
const STATES = {
  open: { sign: "\u25cb", word: "open", colour: "#767676" },
  wrong: { sign: "\u2717", word: "not yet", colour: "#D55E00" },
  solved: { sign: "\u2713", word: "right", colour: "#009E73" },
} as const;

/** The verdict on an answer as HTML and as text; everything escaped, colours of the page around it. */
export function verdictCard({ heading, state, message }: VerdictCard): MimeBundle {
  const { sign, word, colour } = STATES[state];
  const html = `<div role="status" style="border-left:4px solid ${colour};padding:2px 10px;margin:2px 0"><b>${sign} ${escapeMarkup(heading)} \u2013 ${word}</b><br>${escapeMarkup(message)}</div>`;
  return { "text/html": html, "text/plain": `${sign} ${heading} \u2013 ${word}\n  ${message}` };
}
