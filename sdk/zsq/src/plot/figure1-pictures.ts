import type { Figure1Result } from "../study/result-schema";
import { dataUris, type PicturesOptions } from "./data-uris";

/**
 * The pictures of Figure 1 by the rows' paths, as data URIs of JPEG.
 *
 * - **out** – folder of outputs, as runFigure1 was given; defaults to out in the repository
 *
 * Throws if one is missing or no PNG.
 */
export const figure1Pictures = ({ rows, profile }: Pick<Figure1Result, "rows" | "profile">, options: PicturesOptions = {}): Promise<Map<string, string>> =>
  dataUris(rows.flatMap(({ real, noise, distilled }) => [real, noise, distilled]), profile, options);
