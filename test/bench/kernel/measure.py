"""Times the zsq kernel through the Jupyter protocol and prints one JSON object per trial: seconds by name.

Usage: python measure.py FOLDER TRIALS
"""

import json
import sys
import time

from jupyter_client.manager import start_new_kernel

CELLS = {
    "first cell": "const one: number = 1;\none + 1",
    "import zsq": 'import * as zsq from "zsq";\nObject.keys(zsq).length',
    "cell after zsq": "one + 2",
    "named import": 'import { distill, distillPresets, loadDetector, scheme } from "zsq";\nscheme("W8A8")',
    "cell using the SDK": "const scheme8 = scheme(\"W8A8\");\nscheme8",
    "import tfjs": 'import * as tf from "@tensorflow/tfjs-node-gpu";\ntf.tensor1d([1, 2]).sum().dataSync()[0]',
    "cell after tfjs": "const x: tf.Tensor1D = tf.tensor1d([1, 2, 3]);\nx.mul(2).sum().dataSync()[0]",
    "import danfojs": 'import * as dfd from "danfojs-node";\nnew dfd.DataFrame([[1, 2]]).shape',
    "later cell": "one + 3",
    "10,000 lines": "for (let i = 0; i < 10000; i++) console.log(i);",
}
COMPLETIONS = {"completion of zsq.": "zsq.", "completion of tf.": "tf.", "completion of a name": "sche"}


def main() -> None:
    folder, trials = sys.argv[1], int(sys.argv[2])
    for _ in range(trials):
        print(json.dumps(trial(folder)), flush=True)


def trial(folder: str) -> "dict[str, float]":
    seconds = {}
    start = time.monotonic()
    manager, client = start_new_kernel(kernel_name="zsq", startup_timeout=120, cwd=folder)
    seconds["ready"] = time.monotonic() - start
    try:
        for name, code in CELLS.items():
            seconds[name] = timed(lambda: execute(client, code))
        for name, code in COMPLETIONS.items():
            seconds[f"{name} (first)"] = timed(lambda: reply(client, client.complete(code)))
            seconds[name] = timed(lambda: reply(client, client.complete(code)))
        seconds["hover"] = timed(lambda: reply(client, client.inspect("distill", 3)))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return {name: round(value, 3) for name, value in seconds.items()}


def timed(work) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def execute(client, code: str) -> None:
    content = client.execute_interactive(code, output_hook=lambda message: None, timeout=120)["content"]
    if content["status"] != "ok":
        sys.exit(f"error: the cell {code!r} ended with {content}")


def reply(client, request: str) -> dict:
    while True:
        message = client.get_shell_msg(timeout=60)
        if message["parent_header"].get("msg_id") == request:
            return message["content"]


if __name__ == "__main__":
    main()
