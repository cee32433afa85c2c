"""How a failure is told: one line naming notebook, cell and reason."""

import re

DIAGNOSTIC = re.compile(r"^(\S+ )?\d+:\d+ - ")
ERROR = re.compile(r"^\s*(Uncaught )?[A-Z]\w*: \S")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailure(Exception):
    """A notebook that did not run clean; str() is "FILE, cell N: reason"."""

    def __init__(self, file, cell, reason):
        where = f"{file}, cell {cell}" if cell else f"{file}"
        super().__init__(f"{where}: {first_line(reason)}")


def first_line(text: str) -> str:
    """The line that names the error ("TypeError: ..."), which Node may print below a source excerpt; else the first line."""
    lines = [line.strip() for line in ESCAPES.sub("", text).splitlines() if line.strip()]
    return next((line for line in lines if ERROR.match(line)), lines[0] if lines else "no reason given")


def failure_reason(errors: "list[str]") -> str:
    """Why a cell failed, from its stderr messages: the first TypeScript diagnostic, else the last message.

    tslab prints a thrown error as one message at the cell's end, and each diagnostic as one.
    """
    for text in errors:
        if DIAGNOSTIC.match(text):
            return f"TypeScript {first_line(text)}"
    return first_line(errors[-1]) if errors else "no reason given"
