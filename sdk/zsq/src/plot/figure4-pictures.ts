import type { Figure4Result } from "../study/result-schema";
import { dataUris, type PicturesOptions } from "./data-uris";

/**
 * The pictures of Figure 4 by the rows' paths, as data URIs of JPEG.
 *
 * - **out** – folder of outputs, as runFigure4 was given; defaults to out in the repository
 *
 * Throws if one is missing or no PNG.
 */
export const figure4Pictures = ({ rows, references, profile }: Pick<Figure4Result, "rows" | "references" | "profile">, options: PicturesOptions = {}): Promise<Map<string, string>> =>
  dataUris([...rows, ...references].map(({ image }) => image), profile, options);
