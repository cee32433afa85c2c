"""Executes TypeScript notebooks in the zsq kernel and fails whenever anything in them failed.

Usage: python run_notebook.py FILE... --out DIR [--env KEY=VALUE]... [--timeout S]

One line per cell while it runs; what a cell prints appears below it. The executed notebook is
written to DIR, the failed one too. Exit code 0, or 1 with one line per failed notebook:

    FILE, cell N: reason

N counts the notebook's cells from 1, Markdown included. A cell fails when it throws, does not
compile, exceeds the time-out, floods the notebook, or ends the kernel; and when a promise that
nobody awaits is rejected or a timer throws, even after the cell has ended.
"""

import argparse
import signal
import sys
from pathlib import Path

from zsq_kernel.failure import NotebookFailure
from zsq_kernel.notebook import run_notebook


def main() -> int:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    failures = []
    for file in arguments.files:
        try:
            run_notebook(file, arguments.out, dict(arguments.env), arguments.timeout)
        except NotebookFailure as failure:
            failures.append(str(failure))
            print(f"FAILED {failure}", flush=True)
        except KeyboardInterrupt:
            print(f"stopped in {file}", file=sys.stderr)
            return 130
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="execute notebooks in the zsq kernel")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for the executed notebooks")
    parser.add_argument("--env", action="append", default=[], type=key_value, metavar="KEY=VALUE", help="environment of the kernel")
    parser.add_argument("--timeout", type=float, default=3600, metavar="S", help="seconds that one cell may take (3600)")
    arguments = parser.parse_args()
    missing = [str(file) for file in arguments.files if not file.is_file()]
    if missing:
        parser.error(f"no such notebook: {', '.join(missing)}")
    return arguments


def key_value(text: str) -> "tuple[str, str]":
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"{text!r}; expected KEY=VALUE")
    return key, value


if __name__ == "__main__":
    sys.exit(main())
