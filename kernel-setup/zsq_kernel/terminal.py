"""What a person sees while a notebook runs.

A cell without printed output is one line, with its time; else its first line, the output, its time:

    [1/3] const rows = await table1({scale});
      48 of 96 evaluations
    [1/3]  21.3 s
    [2/3] show(figure)  0.4 s
"""

import os
import sys

WIDTH = 64


class Terminal:
    def __init__(self):
        self.fancy = sys.stdout.isatty() and not os.environ.get("CI")
        self.at_line_start = True
        self.head = ""
        self.printed = False

    def notebook(self, file) -> None:
        self.write(f"{file}\n")

    def cell(self, number: int, total: int, source: str) -> None:
        self.head = f"[{number:>{len(str(total))}}/{total}] {summary(source)}"
        self.printed = False
        if self.fancy:
            self.write(f"{self.head} ...")

    def cell_done(self, seconds: float) -> None:
        self.fresh_line()
        number = self.head.split("]")[0] + "]"
        self.write(f"{number if self.printed else self.head}  {duration(seconds)}\n")

    def output(self, text: str) -> None:
        """Prints a cell's output, indented by two spaces, as it arrives; in a log each progress update has its own line."""
        if not self.fancy:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            text = text.lstrip("\n") if self.at_line_start else text
        if not self.printed:
            self.fresh_line()
            self.write(f"{self.head}\n")
        self.printed = True
        for piece in text.splitlines(keepends=True):
            self.write(f"  {piece}" if self.at_line_start else piece)

    def done(self, seconds: float) -> None:
        self.fresh_line()
        self.write(f"done in {duration(seconds)}\n")

    def fresh_line(self) -> None:
        """Ends a begun line; the waiting head of a cell without output is wiped instead."""
        if self.fancy and not self.printed and not self.at_line_start:
            self.write("\r\x1b[K")
        elif not self.at_line_start:
            self.write("\n")

    def write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
        self.at_line_start = text.endswith(("\n", "\r", "\x1b[K"))


def summary(source: str) -> str:
    """The first line of a cell that says something: comment marks and imports are left as they are."""
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
