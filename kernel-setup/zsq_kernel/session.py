"""One kernel process: start, execute a cell while its messages are handed on, notice its death."""

import os
import queue
import re
import subprocess
import tempfile
import time
from pathlib import Path

from jupyter_client import KernelManager
from jupyter_client.kernelspec import NoSuchKernel

KERNEL = "zsq"
START_TIMEOUT = 180
FATAL = re.compile(r"fatal|check failed|terminate called|out of memory|what\(\):|error:", re.IGNORECASE)


class KernelDied(Exception):
    """The kernel's process ended; str() says how."""


class CellTimeout(Exception):
    """A cell took longer than allowed."""


class KernelSession:
    """The zsq kernel in the folder `cwd`, with extra environment variables; use as a context manager."""

    def __init__(self, cwd: Path, environment: "dict[str, str]"):
        self.folder = tempfile.TemporaryDirectory(prefix="zsq-kernel-")
        self.stderr = open(Path(self.folder.name, "stderr"), "w+b")
        self.cwd = str(cwd)
        self.environment = {**os.environ, **environment}
        self.manager = KernelManager(kernel_name=KERNEL)
        self.client = None

    def __enter__(self) -> "KernelSession":
        try:
            # Not the terminal: Node would colour what cells print, and a crash's message must be caught.
            self.manager.start_kernel(cwd=self.cwd, env=self.environment, stdout=subprocess.DEVNULL, stderr=self.stderr)
            self.client = self.manager.client()
            self.client.start_channels()
            self.client.wait_for_ready(timeout=START_TIMEOUT)
        except NoSuchKernel:
            self.close()
            raise KernelDied("the kernel zsq is not installed; try npm run setup") from None
        except RuntimeError as error:
            reason = f"the kernel did not start: {error}{self.last_words()}"
            self.close()
            raise KernelDied(reason) from None
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        if self.client is not None:
            self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.stderr.close()
        self.folder.cleanup()

    def execute(self, source: str, on_message, timeout: float) -> dict:
        """Runs one cell; `on_message(message)` gets each output message. Returns the execute_reply's content.

        Throws KernelDied, or CellTimeout after `timeout` seconds.
        """
        request = self.client.execute(source, allow_stdin=False)
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=0.5)
            except queue.Empty:
                if not self.manager.is_alive():
                    raise KernelDied(self.how_it_died()) from None
                if time.monotonic() > deadline:
                    raise CellTimeout(f"took longer than {timeout:g} s") from None
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            mine = message["parent_header"].get("msg_id") == request
            if kind == "status":
                if mine and content["execution_state"] == "idle":
                    return self.reply_to(request)
            else:
                on_message(message)
            if time.monotonic() > deadline:
                raise CellTimeout(f"took longer than {timeout:g} s")

    def reply_to(self, request: str) -> dict:
        while True:
            try:
                reply = self.client.get_shell_msg(timeout=30)
            except queue.Empty:
                raise KernelDied("the kernel gave no reply") from None
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"]

    def how_it_died(self) -> str:
        process = getattr(self.manager.provisioner, "process", None)
        code = process.poll() if process else None
        if code == -9:
            return "the kernel was killed (signal 9; out of memory?)"
        how = f"signal {-code}" if code and code < 0 else f"exit code {code}"
        return f"the kernel died ({how}){self.last_words()}"

    def last_words(self) -> str:
        """The fatal message that TensorFlow, Node or the C++ library wrote to the process's stderr, if any."""
        self.stderr.seek(0)
        lines = self.stderr.read().decode(errors="replace").split("\n")
        fatal = next((line.strip() for line in reversed(lines) if FATAL.search(line)), "")
        return f": {fatal}" if fatal else ""
