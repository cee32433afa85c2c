import { Refusal } from "../format-error";
import type { Dtype } from "../dtype";
import type { Marker } from "./values";

const STORAGES: readonly [string, Dtype][] = [
  ["Float", "F32"], ["Double", "F64"], ["Half", "F16"], ["BFloat16", "BF16"], ["Long", "I64"], ["Int", "I32"], ["Short", "I16"], ["Char", "I8"], ["Byte", "U8"], ["Bool", "BOOL"],
];

// keyed "module\0name"; a Map, so that no name of a plain object's own can be found in it
const ALLOWED: ReadonlyMap<string, Marker> = new Map<string, Marker>([
  ["collections\0OrderedDict", { role: "orderedDict" }],
  ["torch._utils\0_rebuild_tensor_v2", { role: "tensor" }],
  ["torch._utils\0_rebuild_parameter", { role: "parameter" }],
  ["torch\0Size", { role: "size" }],
  ...STORAGES.map(([name, dtype]): [string, Marker] => [`torch\0${name}Storage`, { role: "storage", dtype }]),
]);

/** Classes that are allowed where the caller names them: their objects stay closed. */
export const OPAQUE_CLASSES = ["argparse Namespace"] as const;
export type OpaqueClass = (typeof OPAQUE_CLASSES)[number];

const HINTS: readonly [RegExp, string][] = [
  [/^torch\._utils _rebuild_(tensor_v3|qtensor|sparse)|^torch\.storage |UntypedStorage$/, "plain tensors; try saving .dequantize().to_dense().float()"],
  [/^torch\._tensor _rebuild_from_type/, "plain tensors; try saving torch.Tensor(x) of each"],
  [/^(torch\.nn|torchvision|__torch__|__main__)\b/, "a state dict; try torch.save(model.state_dict(), path)"],
  [/^argparse Namespace$/, 'tensors alone; try select: "model" with opaque: ["argparse Namespace"]'],
];

/**
 * What a global of a pickle stands for. Throws unless exactly this module and name are allowed.
 *
 * - **opaque** – classes, as "module name", that the caller lets pass closed
 */
export function globalMarker(module: string, name: string, opaque: readonly OpaqueClass[], offset: number): Marker {
  const allowed = ALLOWED.get(`${module}\0${name}`);
  if (allowed) return allowed;
  const full = `${module} ${name}`;
  if (opaque.includes(full as OpaqueClass)) return { role: "opaque", name: full };
  const rule = HINTS.find(([pattern]) => pattern.test(full))?.[1] ?? "tensors, dicts, lists and numbers alone";
  throw new Refusal("global", `global ${JSON.stringify(full.slice(0, 120))}; expected ${rule}`, { offset });
}
