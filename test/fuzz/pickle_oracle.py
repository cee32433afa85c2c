"""What Python's own unpickler finds in torch's archives: python pickle_oracle.py, paths by lines of JSON {path, select}.

Prints a line for each: the digest of its tensors as digest.ts computes it, or what went wrong. Only the names that state
dicts hold are known; without torch, tensors are gathered byte by byte.
"""
import collections, hashlib, io, json, pickle, sys, zipfile

TYPES = {"Float": ("F32", 4), "Double": ("F64", 8), "Half": ("F16", 2), "BFloat16": ("BF16", 2), "Long": ("I64", 8), "Int": ("I32", 4), "Short": ("I16", 2), "Char": ("I8", 1), "Byte": ("U8", 1), "Bool": ("BOOL", 1)}


class Tensor:
    def __init__(self, storage, offset, size, stride, *_):
        (self.dtype, unit), data = storage
        places = [offset]
        for length, step in zip(size, stride, strict=True):
            places = [at + i * step for at in places for i in range(length)]
        if any(not 0 <= (at + 1) * unit <= len(data) for at in places):
            raise ValueError("beyond the storage")
        self.size, self.bytes = size, b"".join(data[at * unit : (at + 1) * unit] for at in places)


class Unpickler(pickle.Unpickler):
    def __init__(self, archive, prefix):
        super().__init__(io.BytesIO(archive.read(prefix + "data.pkl")))
        self.archive, self.prefix = archive, prefix

    def find_class(self, module, name):
        known = {"collections OrderedDict": collections.OrderedDict, "torch._utils _rebuild_tensor_v2": Tensor, "torch._utils _rebuild_parameter": lambda data, *_: data, "torch Size": tuple}
        known.update({f"torch {name}Storage": facts for name, facts in TYPES.items()})
        return known[f"{module} {name}"]

    def persistent_load(self, saved):
        tag, facts, key, _, numel = saved
        data = self.archive.read(f"{self.prefix}data/{key}")
        if tag != "storage" or len(data) != numel * facts[1]:
            raise ValueError("storage")
        return facts, data


def digest(path, select):
    with zipfile.ZipFile(path) as archive:
        prefix = archive.namelist()[0].split("/")[0] + "/"
        state = Unpickler(archive, prefix).load()
    hash = hashlib.sha256()
    for name, tensor in (state if select is None else state[select]).items():
        text = name.encode()
        hash.update(b"%d:%s %s %s " % (len(text), text, tensor.dtype.encode(), ",".join(map(str, tensor.size)).encode()) + tensor.bytes)
    return hash.hexdigest()


for line in sys.stdin:
    question = json.loads(line)
    try:
        print(digest(question["path"], question.get("select")))
    except Exception as error:
        print(f"{type(error).__name__}: {error}".replace("\n", " "))
