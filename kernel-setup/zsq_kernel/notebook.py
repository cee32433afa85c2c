"""Runs one notebook from a fresh kernel, top to bottom, and writes it with its outputs."""

import os
import sys
import time
from pathlib import Path

import nbformat

from .failure import NotebookFailure
from .outputs import Outputs
from .session import KERNEL, CellTimeout, KernelDied, KernelSession
from .terminal import Terminal

FLOOD = 16_000_000  # characters that one cell may print
SETTLE = "await new Promise((done) => setTimeout(done, 300));"


def run_notebook(file: Path, out: Path, environment: "dict[str, str]", timeout: float) -> None:
    """Throws NotebookFailure; the executed notebook is in `out` in either case."""
    notebook = read(file)
    terminal = Terminal()
    terminal.notebook(file)
    start = time.monotonic()
    try:
        with KernelSession(file.resolve().parent, environment) as kernel:
            Run(file, notebook, kernel, terminal, timeout).all_cells()
    except KernelDied as died:
        raise NotebookFailure(file, None, str(died)) from None
    finally:
        terminal.fresh_line()
        save(file, notebook, out / file.name)
    terminal.done(time.monotonic() - start)


def save(file: Path, notebook, target: Path) -> None:
    """Writes the executed notebook; on a disk that is full or read-only that is a failure as well, after the one on its way."""
    try:
        write(notebook, target)
    except OSError as error:
        failure = sys.exc_info()[1].__context__
        if isinstance(failure, NotebookFailure):
            print(f"cannot write {target}: {error.strerror}", file=sys.stderr)
            return
        number = len(notebook.cells)
        raise NotebookFailure(file, number, f"has run, but the notebook cannot be written to {target}: {error.strerror}") from None


class Run:
    """The state of one notebook's run: which execution count belongs to which cell, and what each has done."""

    def __init__(self, file, notebook, kernel, terminal, timeout):
        self.file, self.kernel, self.terminal, self.timeout = file, kernel, terminal, timeout
        self.code_cells = [(number, cell) for number, cell in enumerate(notebook.cells, 1) if is_code(cell)]
        self.total = len(notebook.cells)
        self.outputs = Outputs()
        for _, cell in self.code_cells:
            cell["outputs"], cell["execution_count"] = [], None

    def all_cells(self) -> None:
        for count, (number, cell) in enumerate(self.code_cells, 1):
            self.one_cell(count, number, cell)
        if self.code_cells:
            self.settle()

    def one_cell(self, count, number, cell) -> None:
        self.outputs.start(number, cell)
        self.printed = 0
        self.terminal.cell(number, self.total, cell["source"])
        start = time.monotonic()
        reply = self.execute(number, cell["source"], self.timeout)
        cell["execution_count"] = count
        self.terminal.cell_done(time.monotonic() - start)
        self.judge(number, reply)

    def settle(self) -> None:
        """Gives promises and timers that the last cell left behind a moment to fail."""
        number = self.code_cells[-1][0]
        self.judge(number, self.execute(number, SETTLE, 30))

    def execute(self, number, source, timeout) -> dict:
        self.culprit = None
        try:
            return self.kernel.execute(source, lambda message: self.take(number, message), timeout)
        except (KernelDied, CellTimeout) as error:
            raise NotebookFailure(self.file, number, str(error)) from None

    def take(self, number, message) -> None:
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "execute_input":
            return
        self.outputs.add(number, message)
        if kind == "stream":
            self.terminal.output(content["text"])
            self.printed += len(content["text"])
            if self.printed > FLOOD:
                raise NotebookFailure(self.file, number, f"printed more than {FLOOD // 1_000_000} million characters")
        elif kind == "execute_result":
            self.terminal.output(content["data"].get("text/plain", "") + "\n")
        elif kind == "error":
            self.culprit = message["metadata"].get("culprit")
            self.terminal.output("\n".join(content["traceback"]) + "\n")

    def judge(self, number, reply) -> None:
        """Throws unless the cell ended well; a failure that an earlier cell left behind is told of that one."""
        if reply["status"] == "ok":
            return
        known = self.culprit is not None and self.culprit <= len(self.code_cells)
        culprit = self.code_cells[self.culprit - 1][0] if known else number
        raise NotebookFailure(self.file, culprit, f"{reply.get('ename', reply['status'])}: {reply.get('evalue', '')}")


def is_code(cell) -> bool:
    return cell["cell_type"] == "code" and cell["source"].strip() != ""


def read(file: Path):
    try:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:
        raise NotebookFailure(file, None, f"not a valid notebook: {error}") from None
    name = notebook.metadata.get("kernelspec", {}).get("name")
    if name != KERNEL:
        raise NotebookFailure(file, None, f"wrong kernel: {name}; expected {KERNEL}")
    return notebook


def write(notebook, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
