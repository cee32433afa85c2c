"""Collects a notebook's output messages into its cells, as a notebook front end does."""

import nbformat


class Outputs:
    """Routes output messages to the cells that caused them and folds updates of displays into place."""

    def __init__(self):
        self.cells = {}
        self.displays = {}

    def start(self, key, cell) -> None:
        cell["outputs"] = []
        self.cells[key] = cell

    def add(self, key, message) -> None:
        """Adds one message to the cell `key`; streams of one name are joined, as nbformat wants."""
        kind, content = message["header"]["msg_type"], message["content"]
        cell = self.cells[key]
        if kind == "stream":
            self.add_stream(cell, content)
        elif kind == "update_display_data":
            self.update(content)
        elif kind in ("display_data", "execute_result", "error"):
            output = nbformat.v4.output_from_msg(message)
            cell["outputs"].append(output)
            display = content.get("transient", {}).get("display_id")
            if display is not None:
                self.displays.setdefault(display, []).append(output)
        elif kind == "clear_output":
            cell["outputs"] = []

    def add_stream(self, cell, content) -> None:
        last = cell["outputs"][-1] if cell["outputs"] else None
        if last is None or last["output_type"] != "stream" or last["name"] != content["name"]:
            cell["outputs"].append(nbformat.v4.new_output("stream", name=content["name"], text=""))
            last = cell["outputs"][-1]
        last["text"] = fold_returns(last["text"] + content["text"])

    def update(self, content) -> None:
        for output in self.displays.get(content.get("transient", {}).get("display_id"), []):
            output["data"] = nbformat.from_dict(content["data"])
            output["metadata"] = nbformat.from_dict(content.get("metadata", {}))


def fold_returns(text: str) -> str:
    """What a terminal shows: within a line only what follows the last carriage return that has text after it."""
    if "\r" not in text:
        return text
    return "\n".join(fold_line(line) for line in text.split("\n"))


def fold_line(line: str) -> str:
    if "\r" not in line:
        return line
    ended = line.endswith("\r")
    kept = line.rstrip("\r").rsplit("\r", 1)[-1]
    return kept + "\r" if ended else kept
