"""Sends a request to a language model: ``python -m ...generation.ask_model CALL.json ANSWER.json``.

A separate process, so that a model that hangs, crashes or uses up all memory is killed like any other tool.
CALL.json contains {system, prompt, endpoint, model, adapter, max_tokens, temperature, top_p, timeout,
busy_wait, answer_limit, api_key_env, variables}; `variables` is the prefix of the variables of the stage.
ANSWER.json becomes {"answer": text} or {"fault": kind, "message": text, "said": body of a server's error}.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from simorc.pipeline.generation.answers import NoAnswer, cut_off
from simorc.pipeline.generation.busy_server import BUSY, CLOCK, Clock, ServerBusy, ask_patiently
from simorc.pipeline.generation.server_errors import key_in_words, reason_in, without_key


def main() -> int:
    """Send the request, and write the answer or the reason why there is none."""
    call = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        answer = {"answer": ask(call)}
    except NoAnswer as error:
        answer = {"fault": error.fault, "message": str(error), "said": error.said}
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
    return 0


def ask(call: Mapping[str, Any], clock: Clock = CLOCK) -> str:
    """The model's answer; a busy server is waited for. Raises NoAnswer."""
    if call["endpoint"]:
        return ask_patiently(lambda: ask_endpoint(call), call["busy_wait"], clock)
    from simorc.pipeline.generation.local_model import ask_local  # loads a model's libraries

    return ask_local(call)


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows no redirect to another scheme, host or port, which would be given the API key."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_MOST_SAID = 64 * 1024
_OPENER = urllib.request.build_opener(_SameHost)


def ask_endpoint(call: Mapping[str, Any]) -> str:
    """One chat completion of an OpenAI-compatible server (vLLM, llama.cpp, Ollama, ...).

    Raises NoAnswer; ServerBusy where the same request may be answered later.
    """
    request = urllib.request.Request(
        f"{call['endpoint'].rstrip('/')}/chat/completions",
        data=json.dumps(_body(call)).encode(),
        headers=_headers(call),
        method="POST",
    )
    if request.type not in ("http", "https"):
        raise NoAnswer("backend_failed", f"{call['endpoint']}: an endpoint must be an http or https address")
    try:
        with _OPENER.open(request, timeout=call["timeout"]) as response:
            content = _content(response, call)
    except TimeoutError:
        raise NoAnswer("backend_timeout", f"no answer within {call['timeout']:g} s") from None
    except urllib.error.HTTPError as error:
        raise _refusal(error, call) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise NoAnswer("backend_timeout", f"no answer within {call['timeout']:g} s") from None
        raise NoAnswer("backend_failed", f"{call['endpoint']}: {reason}") from None
    return _answer_in(content, call)


def _content(response: http.client.HTTPResponse, call: Mapping[str, Any]) -> bytes:
    """All of an answer that is neither too large nor too slow, even where it comes drop by drop."""
    deadline, content = time.monotonic() + call["timeout"], b""
    while part := response.read1(65536):
        content += part
        if len(content) > call["answer_limit"]:
            raise NoAnswer("answer_too_large", f"the answer is larger than {call['answer_limit']} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError
    return content


def _body(call: Mapping[str, Any]) -> dict[str, Any]:
    messages = [{"role": "system", "content": call["system"]}, {"role": "user", "content": call["prompt"]}]
    settings = {key: call[key] for key in ("model", "max_tokens", "temperature", "top_p")}
    return {**settings, "messages": messages, "stream": False}


def _headers(call: Mapping[str, Any]) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    variable = call["api_key_env"]
    if variable and os.environ.get(variable):
        headers["Authorization"] = f"Bearer {os.environ[variable]}"
    return headers


def _refusal(error: urllib.error.HTTPError, call: Mapping[str, Any]) -> NoAnswer | ServerBusy:
    """What an HTTP error means: the server is busy, refuses the request for good, or failed."""
    said = without_key(_error_body(error), call)
    parts = [f"{call['endpoint']} answered {error.code} {error.reason}", reason_in(said)]
    if 300 <= error.code < 400:
        parts[0] += " (a redirect to another host is not followed)"
    if error.code in (401, 403):
        parts.append(key_in_words(call))
    message = ": ".join(part for part in parts if part)
    if error.code in BUSY:
        return ServerBusy(message, error.headers.get("Retry-After"))
    final = error.code < 500 and error.code not in (408, 425)
    return NoAnswer("backend_refused" if final else "backend_failed", message, said)


def _error_body(error: urllib.error.HTTPError) -> str:
    try:
        return error.read(_MOST_SAID).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException):
        return ""  # the status says enough


def _answer_in(content: bytes, call: Mapping[str, Any]) -> str:
    """The text of a chat completion. Raises NoAnswer."""
    try:
        answer = json.loads(content)
        choice = answer["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        text = message.get("content")
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _no_completion(content, call) from None
    if finish == "length":
        raise cut_off(call)
    if isinstance(text, str):
        return text
    reasoned = message.get("reasoning_content") or message.get("reasoning")
    raise NoAnswer(
        "bad_answer", f"the completion contains {'only reasoning, and ' if reasoned else ''}no text"
    )


def _no_completion(content: bytes, call: Mapping[str, Any]) -> NoAnswer:
    """An answer of another form; some servers report an error with status 200."""
    said = without_key(content[:_MOST_SAID].decode("utf-8", errors="replace"), call)
    try:
        reported = json.loads(said)
    except ValueError:
        reported = None
    if isinstance(reported, dict) and reported.get("error"):
        return NoAnswer("backend_failed", f"{call['endpoint']} reports an error: {reason_in(said)}", said)
    return NoAnswer("bad_answer", f"not a chat completion: {said[:80]!r}", said)


if __name__ == "__main__":
    sys.exit(main())
