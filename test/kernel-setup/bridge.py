"""Drives one zsq kernel through jupyter_client for a test: a JSON request a line on stdin, an answer a line on stdout.

Usage: python bridge.py FOLDER

Requests: {"do": "execute", "code", "interruptAfter"?, "timeout"?, "options"?} -> {reply, messages: [[type, content, metadata]], seconds},
where seconds count from the interrupt if there is one; {"do": "request", "type", "content"} -> {reply: content, type};
{"do": "queue", "codes"} -> {statuses}; {"do": "interrupt"}; {"do": "alive"} -> {alive}.
"""

import json
import queue
import subprocess
import sys
import threading
import time

from jupyter_client.manager import start_new_kernel


def main() -> None:
    manager, client = start_new_kernel(kernel_name="zsq", startup_timeout=120, cwd=sys.argv[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(json.dumps({"ready": True}), flush=True)
    try:
        for line in sys.stdin:
            request = json.loads(line)
            print(json.dumps(answer(manager, client, request)), flush=True)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def answer(manager, client, request) -> dict:
    if request["do"] == "execute":
        return execute(manager, client, request)
    if request["do"] == "request":
        message = client.session.msg(request["type"], request["content"])
        client.shell_channel.send(message)
        reply = reply_to(client, message["header"]["msg_id"])
        return {"reply": reply["content"], "type": reply["header"]["msg_type"]}
    if request["do"] == "queue":
        ids = [client.execute(code) for code in request["codes"]]
        return {"statuses": [reply_to(client, id)["content"]["status"] for id in ids]}
    if request["do"] == "interrupt":
        manager.interrupt_kernel()
        time.sleep(0.2)
        return {}
    return {"alive": manager.is_alive()}


def execute(manager, client, request) -> dict:
    while True:  # what earlier requests left
        try:
            client.get_iopub_msg(timeout=0)
        except queue.Empty:
            break
    start = time.monotonic()
    id = client.execute(request["code"], allow_stdin=False, **request.get("options", {}))
    after = request.get("interruptAfter")
    if after is not None:
        threading.Timer(after, manager.interrupt_kernel).start()
    messages, deadline = [], start + request.get("timeout", 60)
    while True:
        message = client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
        if message["parent_header"].get("msg_id") != id:
            continue
        kind = message["header"]["msg_type"]
        messages.append([kind, message["content"], message["metadata"]])
        if kind == "status" and message["content"]["execution_state"] == "idle":
            break
    return {"reply": reply_to(client, id)["content"], "messages": messages, "seconds": time.monotonic() - start - (after or 0)}


def reply_to(client, id) -> dict:
    while True:
        message = client.get_shell_msg(timeout=60)
        if message["parent_header"].get("msg_id") == id:
            return message


if __name__ == "__main__":
    main()
