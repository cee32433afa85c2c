"""Drives one zsq kernel through jupyter_client for a test: a JSON request a line on stdin, an answer a line on stdout.

Usage: python bridge.py FOLDER

Requests: {"do": "execute", "code", "interruptAfter"?, "interruptBy"?: "message", "timeout"?, "options"?, "metadata"?} -> {reply, messages:
[[type, content, metadata]], seconds}, where seconds count from the interrupt if there is one; {"do": "request", "type", "content", "channel"?:
"control", "times"?} -> {reply: content, type, messages} of the last of `times` requests sent at once; {"do": "send", "type", "content"} ->
{messages}; {"do": "queue", "codes"} -> {statuses}; {"do": "interrupt"}; {"do": "restart"}; {"do": "alive"} -> {alive}, after a second if need be.
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
        forget(client)
        channel = client.control_channel if request.get("channel") == "control" else client.shell_channel
        ids = [send(client, channel, request["type"], request["content"]) for _ in range(request.get("times", 1))]
        for id in ids:
            reply, messages = reply_to(client, id, channel), messages_of(client, id)
        return {"reply": reply["content"], "type": reply["header"]["msg_type"], "messages": messages}
    if request["do"] == "send":
        forget(client)
        return {"messages": messages_of(client, send(client, client.shell_channel, request["type"], request["content"]))}
    if request["do"] == "queue":
        ids = [client.execute(code) for code in request["codes"]]
        return {"statuses": [reply_to(client, id)["content"]["status"] for id in ids]}
    if request["do"] == "interrupt":
        manager.interrupt_kernel()
        time.sleep(0.2)
        return {}
    if request["do"] == "restart":
        manager.restart_kernel()
        client.wait_for_ready(timeout=60)
        return {}
    for _ in range(50):
        if manager.is_alive():
            time.sleep(0.02)
    return {"alive": manager.is_alive()}


def execute(manager, client, request) -> dict:
    forget(client)
    start, after = time.monotonic(), request.get("interruptAfter")
    content = {"code": request["code"], "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
    id = send(client, client.shell_channel, "execute_request", {**content, **request.get("options", {})}, request.get("metadata"))
    timer = None
    if after is not None:
        stop = (lambda: send(client, client.control_channel, "interrupt_request", {})) if request.get("interruptBy") == "message" else manager.interrupt_kernel
        timer = threading.Timer(after, stop)
        timer.start()
    messages = messages_of(client, id, start + request.get("timeout", 60))
    if timer is not None:
        timer.cancel()
    return {"reply": reply_to(client, id)["content"], "messages": messages, "seconds": time.monotonic() - start - (after or 0)}


def send(client, channel, kind, content, metadata=None) -> str:
    message = client.session.msg(kind, content, metadata=metadata)
    channel.send(message)
    return message["header"]["msg_id"]


def forget(client) -> None:
    """Takes what earlier requests left."""
    while True:
        try:
            client.get_iopub_msg(timeout=0)
        except queue.Empty:
            return


def messages_of(client, id, deadline=None) -> list:
    """What is published about a request, up to idle."""
    messages, deadline = [], deadline or time.monotonic() + 60
    while True:
        message = client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
        if message["parent_header"].get("msg_id") != id:
            continue
        kind = message["header"]["msg_type"]
        messages.append([kind, message["content"], message["metadata"]])
        if kind == "status" and message["content"]["execution_state"] == "idle":
            return messages


def reply_to(client, id, channel=None) -> dict:
    while True:
        message = (channel or client.shell_channel).get_msg(timeout=60)
        if message["parent_header"].get("msg_id") == id:
            return message


if __name__ == "__main__":
    main()
