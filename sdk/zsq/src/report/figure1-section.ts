import { figure1Framework } from "../plot/figure1-framework";
import { figure1Loop } from "../plot/figure1-loop";
import type { Drawing } from "../plot/figure";
import type { Figure1Result } from "../study/result-schema";
import { withoutStyle, type FigureText } from "./figure-section";
import { html, raw, type Html } from "./html";

/** Figure 1: drawings for both appearances, of which the page's style shows one; narrow screens scroll them. */
export const figure1Sections = (figure1: Figure1Result, pictures: ReadonlyMap<string, string>): Html[] => [
  drawingSection({
    name: "figure1-framework", heading: "What is compared",
    note: "A detector is trained on visible light and fine-tuned on thermal images. Each is quantized twice: with images that are distilled from the detector itself, and with real ones.",
    caption: "Solid: zero-shot, no image of the training data is used after training. Dashed: post-training quantization. All else is the same for both.",
  }, (theme) => figure1Framework(figure1, pictures, { theme })),
  drawingSection({
    name: "figure1-loop", heading: "How an image is distilled",
    note: "The network stays as it is; the image changes until the network\u2019s batch norms measure in it what they measured in training.",
    caption: "Bars: channels of each batch norm, from the image to the last. The numbers are those of this run.",
  }, (theme) => figure1Loop(figure1, pictures, { theme })),
];

const drawingSection = ({ name, heading, note, caption }: FigureText, draw: (theme: "light" | "dark") => Drawing): Html => html`<section aria-labelledby="${name}-heading">
<h2 id="${name}-heading">${heading}</h2>
<p class="note">${note}</p>
<figure>
<div class="scroll drawing" tabindex="0" role="group" aria-labelledby="${name}-heading"><div class="light">${raw(withoutStyle(draw("light").svg))}</div><div class="dark">${raw(withoutStyle(draw("dark").svg))}</div></div>
<figcaption>${caption}</figcaption>
</figure>
</section>
`;
