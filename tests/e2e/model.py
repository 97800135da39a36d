"""A model that says what a script tells it to, on loopback; and the real client, run against it.

    python model.py SPEC.json

SPEC: {"argv": [...], "env": {...}, "cwd": "...", "out": "...", "timeout": 60, "turns": [[BLOCK, ...], ...]}. A block is
a text or {"name": TOOL, "input": {...}}. Each request for a turn goes to OUT/turn-N.json; what the client printed goes
to OUT/stdout and OUT/stderr, its exit status to OUT/status. Meant to run in a network namespace of its own: it brings
loopback up and stops when the client ends. Standard library only; no header is kept, so no key is either.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import socket
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Model(ThreadingHTTPServer):
    """The server; `turns` are what it says, in order."""

    daemon_threads = True

    def __init__(self, turns: list[list[Any]], out: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.turns, self.out, self.numbers = turns, out, itertools.count()


class Answer(BaseHTTPRequestHandler):
    """Answers one request; the turn is the number of answers that the conversation already holds."""

    protocol_version = "HTTP/1.1"
    server: Model

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.send(404, "application/json", b'{"type":"error","error":{"type":"not_found_error","message":"none"}}')

    def do_HEAD(self) -> None:
        self.send(200, "application/json", b"")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        if "count_tokens" in self.path:
            return self.send(200, "application/json", b'{"input_tokens":100}')
        blocks: list[Any] = ["ok"]  # small talk: titles, summaries
        if body.get("tools"):
            number = sum(message["role"] == "assistant" for message in body["messages"])
            (self.server.out / f"turn-{number}.json").write_text(json.dumps(body, indent=1))
            blocks = self.server.turns[number] if number < len(self.server.turns) else ["done"]
            blocks = [block if isinstance(block, str) else {**block, "turn": number} for block in blocks]
        events = list(speak(blocks, body.get("model", "model"), next(self.server.numbers)))
        if body.get("stream"):
            text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
            return self.send(200, "text/event-stream", text.encode())
        whole = {
            **events[0]["message"],
            "content": [full(*pair) for pair in enumerate(blocks)],
            "stop_reason": "end_turn",
        }
        return self.send(200, "application/json", json.dumps(whole).encode())

    def send(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def full(index: int, block: Any) -> dict[str, Any]:
    """Return a block as the API spells it."""
    if isinstance(block, str):
        return {"type": "text", "text": block}
    return {
        "type": "tool_use",
        "id": f"toolu_{block.get('turn', 0):03d}_{index:02d}",
        "name": block["name"],
        "input": block["input"],
    }


def speak(blocks: list[Any], model: str, number: int) -> Any:
    """Yield the events of one streamed answer; the client takes answers of one id for one message."""
    usage = {"input_tokens": 10, "output_tokens": 10}
    message = {
        "id": f"msg_{number:04d}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    yield {"type": "message_start", "message": message}
    for index, block in enumerate(blocks):
        whole = full(index, block)
        if whole["type"] == "text":
            start, delta = {**whole, "text": ""}, {"type": "text_delta", "text": whole["text"]}
        else:
            start = {**whole, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(whole["input"])}
        yield {"type": "content_block_start", "index": index, "content_block": start}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    reason = "end_turn" if all(isinstance(block, str) for block in blocks) else "tool_use"
    yield {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}
    yield {"type": "message_stop"}


def raise_loopback() -> None:
    """Bring `lo` up in a fresh network namespace (Linux); elsewhere it is up."""
    if sys.platform != "linux":
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        try:
            fcntl.ioctl(link, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING
        except OSError:
            pass


def main() -> None:
    spec = json.loads(Path(sys.argv[1]).read_text())
    out = Path(spec["out"])
    raise_loopback()
    model = Model(spec["turns"], out)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    env = {**spec["env"], "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{model.server_port}"}
    with (out / "stdout").open("wb") as stdout, (out / "stderr").open("wb") as stderr:
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": stdout, "stderr": stderr}
        try:
            status = subprocess.run(
                spec["argv"], cwd=spec["cwd"], env=env, timeout=spec["timeout"], check=False, **streams
            ).returncode
        except subprocess.TimeoutExpired:
            status = 124
    (out / "status").write_text(str(status))


if __name__ == "__main__":
    main()
