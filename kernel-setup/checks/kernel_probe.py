"""Starts the zsq kernel, runs two cells, prints what came back as one line of JSON."""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from zsq_kernel.session import CellTimeout, KernelDied, KernelSession  # noqa: E402


def main() -> None:
    start = time.monotonic()
    with KernelSession(Path(sys.argv[1]), {}) as kernel:
        started = time.monotonic() - start
        value = printed(kernel, "const six: number = 6;\nsix * 7")
        names = printed(kernel, 'import * as zsq from "zsq";\nObject.keys(zsq).length')
    print(json.dumps({"startSeconds": round(started, 1), "value": value, "names": names}))


def printed(kernel: KernelSession, source: str) -> str:
    values = []
    kernel.execute(source, lambda message: values.append(message["content"].get("data", {}).get("text/plain", "")), 60)
    return "".join(values)


if __name__ == "__main__":
    try:
        main()
    except (KernelDied, CellTimeout) as error:
        sys.exit(f"error: {error}")
