"""How a failure is told: one line naming notebook, cell and reason."""

import re

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailure(Exception):
    """A notebook that did not run clean; str() is "FILE, cell N: reason"."""

    def __init__(self, file, cell, reason):
        where = f"{file}, cell {cell}" if cell else f"{file}"
        super().__init__(f"{where}: {first_line(reason)}")


def first_line(text: str) -> str:
    lines = [line.strip() for line in ESCAPES.sub("", text).splitlines() if line.strip()]
    return lines[0] if lines else "no reason given"
