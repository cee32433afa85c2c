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

/** A picture by its path. Throws if it is missing. */
export function pictureOf(pictures: ReadonlyMap<string, string>, path: string): string {
  const source = pictures.get(path);
  if (!source) throw new Error(`figure1: missing picture: ${path}; expected it among ${pictures.size}`);
  return source;
}
