"""Runs one notebook from a fresh kernel, top to bottom, and writes it with its outputs."""

import os
import time
from pathlib import Path

import nbformat

from .failure import NotebookFailure, failure_reason
from .outputs import Outputs
from .session import KERNEL, CellTimeout, KernelDied, KernelSession
from .terminal import Terminal

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
        write(notebook, out / file.name)
    terminal.done(time.monotonic() - start)


class Run:
    """The state of one notebook's run: which execution count belongs to which cell."""

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
        self.terminal.cell(number, self.total, cell["source"])
        start = time.monotonic()
        reply = self.execute(number, cell["source"], self.timeout)
        cell["execution_count"] = count
        self.terminal.cell_done(time.monotonic() - start)
        if reply["status"] != "ok":
            raise NotebookFailure(self.file, number, failure_reason(self.outputs.errors[number]))
        self.check_hidden_failures(number)

    def settle(self) -> None:
        """Gives promises and timers that the last cell left behind a moment to fail."""
        number = self.code_cells[-1][0]
        self.execute(number, SETTLE, 30)
        self.check_hidden_failures(number)

    def execute(self, number, source, timeout) -> dict:
        try:
            return self.kernel.execute(source, lambda message: self.take(number, message), timeout)
        except (KernelDied, CellTimeout) as error:
            raise NotebookFailure(self.file, number, str(error)) from None

    def take(self, number, message) -> None:
        self.outputs.add(number, message)
        if message["header"]["msg_type"] == "stream":
            self.terminal.output(message["content"]["text"])

    def check_hidden_failures(self, number) -> None:
        kinds = {"rejection": "un-awaited promise rejected", "uncaught": "error outside any cell's await", "exit": "exit"}
        for failure in self.kernel.new_failures():
            count = failure["cell"]
            known = count is not None and count <= len(self.code_cells)
            culprit = self.code_cells[count - 1][0] if known else number
            raise NotebookFailure(self.file, culprit, f"{kinds[failure['kind']]}: {failure['message']}")


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
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    nbformat.write(notebook, temporary)
    temporary.replace(target)
