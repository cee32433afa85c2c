import type { Dtype } from "../dtype";

/** What a pickle can hold here: data alone. Integers are numbers, other numbers Floats, so that 3.0 is not taken for 3. */
export type Value = string | number | boolean | null | Float | Tuple | List | Dict | Marker | Storage | TorchTensor | Opaque;

export class Float { constructor(readonly value: number) {} }
export class Tuple { constructor(readonly items: readonly Value[]) {} }
export class List { readonly items: Value[] = []; }

/** A dict or OrderedDict; keys are data in a Map, so that no name means anything. */
export class Dict {
  readonly entries = new Map<string | number, Value>();
  /** torch's `_metadata` of a state dict */
  metadata: Dict | null = null;

  constructor(readonly ordered: boolean) {}
}

/** An object of an allowed class whose contents are not looked at. */
export class Opaque {
  state: Value = null;
  constructor(readonly name: string) {}
}

/** `numel` elements of an entry `data/<key>` of the archive. */
export class Storage {
  constructor(readonly dtype: Dtype, readonly key: string, readonly numel: number) {}
}

/** A view of a storage; offset and strides in elements. */
export class TorchTensor {
  constructor(readonly storage: Storage, readonly offset: number, readonly size: readonly number[], readonly stride: readonly number[]) {}
}

/** What a global may be: a name that stands for one of our own operations. Nothing is ever looked up. */
export type Marker =
  | { role: "storage"; dtype: Dtype }
  | { role: "tensor" | "parameter" | "orderedDict" | "size" }
  | { role: "opaque"; name: string };

/** For error messages. */
export function describe(value: Value | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (typeof value === "object") return "role" in value ? "a global" : `a ${value.constructor.name}`;
  return `a ${typeof value}`;
}
