"""Drives `jupyter console` in a terminal of its own as a user would, and prints what each gave as JSON: {results: [[input, output], ...], code}.

Usage: python console.py FOLDER < a JSON array of inputs (null: Ctrl-C, half a second after the input before)
"""

import json
import os
import re
import sys
import time

import pexpect

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


def main() -> None:
    inputs = json.load(sys.stdin)
    arguments = ["-m", "jupyter_console", "--kernel", "zsq"]
    env = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    console = pexpect.spawn(sys.executable, arguments, cwd=sys.argv[1], env=env, encoding="utf8", timeout=60, dimensions=(50, 200))
    console.expect(r"In \[")
    results, count = [], 1
    for k, text in enumerate(inputs):
        if text is None:
            continue
        console.send(text + "\r")
        if inputs[k + 1 : k + 2] == [None]:
            time.sleep(0.5)
            console.sendintr()
        count += 1
        console.expect(r"In \[(?:\x1b\[[0-9;]*m)*%d" % count)
        results.append([text, CONTROL.sub("", console.before)])
    console.sendeof()
    console.expect("really want to exit")
    console.send("y\r")
    console.expect(pexpect.EOF)
    console.close()
    print(json.dumps({"results": results, "code": console.exitstatus}))


if __name__ == "__main__":
    main()
