"""Unpacks what the binding needs from downloaded wheels: shared libraries and C headers.

Usage: python unpack_libraries.py WHEELS TARGET

Wheels are deleted as they are unpacked. The wheel's layout is kept (tensorflow/ beside
nvidia/), because TensorFlow finds NVIDIA's libraries by a path relative to itself.
Writes TARGET/manifest.json last: {"wheels": [names], "files": {path: size}}.
"""

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

WANTED = re.compile(
    r"^tensorflow/lib[^/]*\.(so|dylib)[.\d]*$"
    r"|^tensorflow/include/(tensorflow/c|tensorflow/core/platform|tsl/platform|xla/tsl/c)/.*\.h$"
    r"|^nvidia/.*\.so[.\d]*$"
    r"|^nvidia/.*/(ptxas|nvlink|fatbinary|libdevice\.[^/]*)$"
)


def unpack(wheels: Path, target: Path) -> None:
    files = {}
    names = sorted(wheel.name for wheel in wheels.glob("*.whl"))
    for name in names:
        with zipfile.ZipFile(wheels / name) as archive:
            for entry in archive.infolist():
                if not WANTED.match(entry.filename):
                    continue
                path = target / entry.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, open(path, "wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
                path.chmod(0o755 if entry.external_attr >> 16 & 0o111 else 0o644)
                files[entry.filename] = entry.file_size
        (wheels / name).unlink()
    if not any("libtensorflow_cc" in name for name in files):
        sys.exit(f"error: no libtensorflow_cc in {', '.join(names) or 'an empty download'}")
    (target / "manifest.json").write_text(json.dumps({"wheels": names, "files": files}, indent=1))


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
