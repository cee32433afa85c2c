"""Opens every NVIDIA library beside a CUDA TensorFlow, no GPU needed, and prints the ones that fail.

Usage: python cuda_probe.py .zsq/libtensorflow/cuda
"""

import ctypes
import json
import sys
from pathlib import Path


def main(folder: Path) -> None:
    libraries = sorted(path for path in folder.glob("nvidia/*/lib/*.so*") if path.is_file())
    failed = {}
    for path in libraries:
        try:
            ctypes.CDLL(str(path))
        except OSError as error:
            failed[path.name] = str(error)
    print(json.dumps({"opened": len(libraries) - len(failed), "failed": failed, "driver": has_driver()}))


def has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
        return True
    except OSError:
        return False


if __name__ == "__main__":
    main(Path(sys.argv[1]))
