import type { Interval } from "./comparison";
import type { Verdict } from "./result-schema";

/** Claims of the paper about Figure 4, in words, by the ids of verdicts. */
export const figure4Claims: Readonly<Record<string, string>> = {
  "fine-tuned-images-grayer": "Images distilled from the thermal detector are closer to gray",
};

/** Colour of the fine-tuned detector's distilled images minus that of the pretrained one's, paired by the noise that they start from. */
export interface Figure4Evidence {
  iterations: number;
  /** by pixels, in 0 .. 255 */
  chroma: Interval;
  /** of mean colours of squares */
  chromaPooled: Interval;
}

/** The verdict on Figure 4: seen if the interval of the difference of chroma, pixel by pixel, lies below 0; reversed if above. */
export function figure4Verdicts({ iterations, chroma, chromaPooled }: Figure4Evidence): Verdict[] {
  const [low, high] = chroma.ci95;
  const show = ({ mean, ci95 }: Interval): string => `${mean.toFixed(2)} [${ci95.map((x) => x.toFixed(2)).join(", ")}]`;
  return [{
    claim: "fine-tuned-images-grayer", seen: high < 0 ? "seen" : low > 0 ? "reversed" : "not seen",
    evidence: `after ${iterations} iterations, fine-tuned minus pretrained: chroma ${show(chroma)} of 255, mean colours of 8 x 8 pixels ${show(chromaPooled)}`,
  }];
}
