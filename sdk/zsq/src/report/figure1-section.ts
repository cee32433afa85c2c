import { figure1Framework } from "../plot/figure1-framework";
import { figure1Loop } from "../plot/figure1-loop";
import type { Drawing, FigureOptions } from "../plot/figure";
import type { Figure1Result } from "../study/result-schema";
import { withoutStyle, type FigureText } from "./figure-section";
import { html, raw, type Html } from "./html";

/** Figure 1: drawings for both appearances, wide and narrow, of which the page's style shows one. */
export const figure1Sections = (figure1: Figure1Result, pictures: ReadonlyMap<string, string>): Html[] => [
  drawingSection({
    name: "figure1-framework", heading: "What is compared",
    note: "A detector is trained on visible light and fine-tuned on thermal images. Each is quantized twice: with images that are distilled from the detector itself, and with real ones.",
    caption: "Solid: zero-shot, no image of the training data is used after training. Dashed: post-training quantization. All else is the same for both.",
  }, (options) => figure1Framework(figure1, pictures, options)),
  drawingSection({
    name: "figure1-loop", heading: "How an image is distilled",
    note: "The network stays as it is; the image changes until the network\u2019s batch norms measure in it what they measured in training.",
    caption: "Bars: channels of each batch norm, from the image to the last. The numbers are those of this run.",
  }, (options) => figure1Loop(figure1, pictures, options)),
];

const drawingSection = ({ name, heading, note, caption }: FigureText, draw: (options: FigureOptions) => Drawing): Html => html`<section aria-labelledby="${name}-heading">
<h2 id="${name}-heading">${heading}</h2>
<p class="note">${note}</p>
<figure>
<div class="drawing">${(["light", "dark"] as const).map((theme) => html`<div class="${theme}"><div class="wide">${raw(withoutStyle(draw({ theme }).svg))}</div><div class="narrow">${raw(withoutStyle(draw({ theme, columns: 1 }).svg))}</div></div>`)}</div>
<figcaption>${caption}</figcaption>
</figure>
</section>
`;
