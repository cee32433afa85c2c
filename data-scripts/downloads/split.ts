import type { CocoAnnotation, CocoImage, CocoInfo, CocoJson } from "zsq/dist/datasets/coco-json";

/** One part of a data set as it lies in a user's download. */
export interface Split {
  /** name of the prepared annotation file, such as "val" */
  name: string;
  /** the download's own annotation file */
  annotations: string;
  /** what the detector is to find, in COCO's format; `info.image_folder` is the absolute folder of the images */
  coco: CocoJson & { info: CocoInfo & { image_folder: string } };
  /** annotations left out, by category */
  dropped: Record<string, number>;
  /** what the published set holds */
  expected: Counts;
  /** what the download's annotation file holds, before anything is left out */
  found: Counts;
}

/** `annotations` is left out where the set publishes no number. */
export interface Counts { images: number; annotations?: number }

/** Annotations by name of their category, in the order of the categories. */
export function countByCategory({ annotations, categories }: Pick<CocoJson, "annotations" | "categories">): Record<string, number> {
  const names = new Map(categories.map(({ id, name }) => [id, name])), counts: Record<string, number> = Object.fromEntries(categories.map(({ name }) => [name, 0]));
  for (const { category_id } of annotations) counts[names.get(category_id)!]++;
  return counts;
}

/** Annotations whose category is mapped to a number, with it; the others counted by name. */
export function mapCategories({ annotations, categories }: Pick<CocoJson, "annotations" | "categories">, map: ReadonlyMap<string, number>): { kept: CocoAnnotation[]; dropped: Record<string, number> } {
  const names = new Map(categories.map(({ id, name }) => [id, name])), dropped = new Map<string, number>();
  const kept = annotations.flatMap((annotation) => {
    const name = names.get(annotation.category_id)!, id = map.get(name.toLowerCase());
    if (id !== undefined) return [{ ...annotation, category_id: id }];
    dropped.set(name, (dropped.get(name) ?? 0) + 1);
    return [];
  });
  return { kept, dropped: Object.fromEntries(dropped) };
}

/** Images in the order of their file names, which is that of the film. */
export const inFileOrder = (images: readonly CocoImage[]): CocoImage[] => [...images].sort((a, b) => (a.file_name < b.file_name ? -1 : a.file_name > b.file_name ? 1 : 0));
