import { Refusal } from "../format-error";
import { describe, Dict, Storage, TorchTensor, Tuple, type Value } from "./values";

const STORAGE_KEY = /^(0|[1-9][0-9]{0,6})$/, MAX_RANK = 8;

/** The storage of a persistent id `("storage", <class>, key, location, numel)`, the only kind that torch.save writes. */
export function storageOf(id: Value, offset: number): Storage {
  const [tag, type, key, location, numel, ...rest] = id instanceof Tuple ? id.items : [];
  const dtype = typeof type === "object" && type !== null && "role" in type && type.role === "storage" ? type.dtype : null;
  if (tag !== "storage" || !dtype || typeof key !== "string" || typeof location !== "string" || rest.length) {
    throw new Refusal("storage", `persistent id that is ${describe(id)}; expected ("storage", class, key, location, numel)`, { offset });
  }
  if (!STORAGE_KEY.test(key)) throw new Refusal("storage", `storage key ${JSON.stringify(key).slice(0, 80)}; expected a number`, { offset });
  if (!isCount(numel)) throw new Refusal("storage", `numel that is ${describe(numel)}; expected an integer >= 0`, { offset });
  return new Storage(dtype, key, numel);
}

/** What REDUCE makes of an allowed global and its arguments. Nothing is called but what stands here. */
export function reduce(callee: Value, args: Value, offset: number): Value {
  const refuse = (what: string, rule: string): never => { throw new Refusal("value", `${what}; expected ${rule}`, { offset }); };
  if (typeof callee !== "object" || callee === null || !("role" in callee) || !(args instanceof Tuple)) return refuse(`REDUCE of ${describe(callee)} with ${describe(args)}`, "an allowed global with a tuple");
  const { items } = args;
  switch (callee.role) {
    case "orderedDict": return items.length ? refuse(`OrderedDict of ${items.length} arguments`, "none") : new Dict(true);
    case "size": return items.length === 1 && items[0] instanceof Tuple && items[0].items.every(isCount) ? items[0] : refuse("an invalid torch.Size", "a tuple of integers");
    case "parameter": return items.length === 3 && items[0] instanceof TorchTensor && typeof items[1] === "boolean" && isEmptyDict(items[2]) ? items[0] : refuse("an invalid parameter", "(tensor, requires_grad, no hooks)");
    case "tensor": return tensor(items, offset);
    default: return refuse(`REDUCE of ${describe(callee)}`, "a function or OrderedDict");
  }
}

// _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks[, metadata])
function tensor(items: readonly Value[], offset: number): TorchTensor {
  const refuse = (what: string, rule: string): never => { throw new Refusal("geometry", `${what}; expected ${rule}`, { offset }); };
  const [storage, first, size, stride, requiresGrad, hooks, metadata] = items;
  if ((items.length !== 6 && items.length !== 7) || !(storage instanceof Storage) || typeof requiresGrad !== "boolean" || !isEmptyDict(hooks)) refuse(`a tensor of ${items.length} arguments`, "(storage, offset, size, stride, requires_grad, no hooks)");
  if (metadata !== undefined && !isEmptyDict(metadata)) refuse("tensor metadata", "none");
  const [sizes, strides] = [counts(size), counts(stride)];
  if (!isCount(first) || !sizes || !strides || sizes.length !== strides.length) return refuse("offset, size and stride that do not fit", "integers >= 0, as many strides as sizes");
  if (sizes.length > MAX_RANK) throw new Refusal("limit", `rank ${sizes.length}; expected at most ${MAX_RANK}`, { offset, limit: MAX_RANK });
  const product = sizes.reduce((a, b) => a * b, 1), last = first + sizes.reduce((sum, count, k) => sum + (count - 1) * strides[k], 0);
  const { numel } = storage as Storage;
  if (!Number.isSafeInteger(product) || (product > 0 ? !(last < numel) : first > numel)) refuse(`elements ${first} to ${last} of a storage`, `less than its ${numel}`);
  return new TorchTensor(storage as Storage, first, sizes, strides);
}

const isCount = (value: Value | undefined): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isEmptyDict = (value: Value | undefined): boolean => value instanceof Dict && value.entries.size === 0 && value.metadata === null;
const counts = (value: Value): number[] | null => (value instanceof Tuple && value.items.every(isCount) ? [...value.items] : null);
