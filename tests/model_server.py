"""A server of a language model on this machine, whose answers are given beforehand."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import PATIENCE


class Model(ThreadingHTTPServer):
    """A server whose answers are given beforehand: text, or a way to misbehave."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.retry_after = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed or has seen enough is no error of the server's."""


class Handler(BaseHTTPRequestHandler):
    server: Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({**body, "path": self.path})
        self.server.keys.append(self.headers.get("Authorization"))
        count = len(self.server.asked)
        answer = self.server.answers[min(count, len(self.server.answers)) - 1]
        if answer == "HANG":
            time.sleep(5)
        if answer == "DRIP":
            self.send_response(200)
            self.end_headers()
            for _ in range(50):
                self.wfile.write(b" ")
                time.sleep(0.1)
        if answer.startswith("REDIRECT:"):
            self.send_response(302)
            self.send_header("Location", answer.removeprefix("REDIRECT:"))
            self.end_headers()
            return
        if answer == "REFUSE":
            self.send_error(500, "overloaded")
            return
        if answer.startswith("STATUS:"):
            status, retry_after, body = answer.split(":", 3)[1:]
            self._status(status, retry_after or self.server.retry_after, body)
            return
        if answer == "DROP":
            self.connection.close()
            return
        printed = {"choices": [{"message": {"role": "assistant", "content": answer}}]}
        content = answer[5:].encode() if answer.startswith("BARE:") else json.dumps(printed).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _status(self, status: str, retry_after: str, body: str) -> None:
        self.send_response(int(status))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_GET(self) -> None:
        """Where a redirect leads."""
        self.server.keys.append(self.headers.get("Authorization"))
        self.send_error(404)

    def log_message(self, *_args: Any) -> None:
        """The tests read answers, not logs."""


def settings(model: Model, /, **more: object) -> dict[str, object]:
    return {"backend": "llm", "llm": {"endpoint": model.address, "timeout": PATIENCE, **more}}


def steps(trace: list[dict[str, Any]]) -> list[str]:
    return [f"{line['stage']}:{line['kind'] or line['status']}" for line in trace]


def call(model: str) -> dict[str, Any]:
    sampling = {"max_tokens": 5, "temperature": 0, "top_p": 1.0, "timeout": 60, "answer_limit": 1000}
    sampling |= {"busy_wait": 0, "variables": "A7_LLM"}
    base = {"system": "s", "prompt": "p", "endpoint": None, "adapter": None, "api_key_env": None}
    return {**base, **sampling, "model": model}
