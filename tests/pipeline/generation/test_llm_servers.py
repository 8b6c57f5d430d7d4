"""What servers of language models answer: errors, refusals, waits, reasoning, answers that are cut off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simorc.pipeline.generation.answers import NoAnswer, extract_verilog
from simorc.pipeline.generation.ask_model import ask
from simorc.pipeline.generation.busy_server import Clock, ServerBusy, ask_patiently
from simorc.pipeline.outcome import StageFailed
from tests.model_server import Model, call, settings, steps
from tests.toggle_design import GOOD

Make = Callable[..., Any]
TOO_LONG = "This model's maximum context length is 4096 tokens. However, you requested 9000."


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [
        (400, json.dumps({"error": {"message": TOO_LONG, "code": 400}}), TOO_LONG),
        (400, json.dumps({"object": "error", "message": TOO_LONG}), TOO_LONG),
        (404, json.dumps({"error": "model 'tiny' not found"}), "model 'tiny' not found"),
        (422, json.dumps({"detail": [{"loc": ["top_p"], "msg": "too large"}]}), "too large"),
        (413, "<html>\n  too big\n</html>", "<html> too big </html>"),
        (404, "", "answered 404 Not Found"),
    ],
)
def test_a_refused_request_is_sent_once_and_the_error_is_shown(
    loop: Make, model: Model, status: int, body: str, shown: str
) -> None:
    model.answers = [f"STATUS:{status}::{body}"]
    work = loop(a1=settings(model))
    assert steps(work.run()) == ["a1:backend_refused"]
    assert len(model.asked) == 1 and work.result["message"].endswith(shown)
    kept = json.loads((work.layout.attempt_dir(1, "a1") / "answer.json").read_text())
    assert kept["said"] == body


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("KEY", "sk-secret", "the key of variable KEY was sent"),
        ("KEY", None, "no key was sent, because variable KEY is not set"),
        (None, None, "no key was sent: set A7_LLM_API_KEY or llm.api_key_env"),
    ],
)
def test_a_refused_key_is_named_and_never_shown(
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    variable: str | None,
    value: str | None,
    told: str,
) -> None:
    if value:
        monkeypatch.setenv("KEY", value)
    else:
        monkeypatch.delenv("KEY", raising=False)
    model.answers = [f"STATUS:{status}::" + json.dumps({"error": {"message": f"bad key: {value}"}})]
    with pytest.raises(NoAnswer) as caught:
        ask({**call("any"), "endpoint": model.address, "api_key_env": variable})
    assert str(caught.value).endswith(told) and caught.value.fault == "backend_refused"
    assert "sk-secret" not in str(caught.value) + caught.value.said


def test_an_error_with_status_200_is_shown(model: Model) -> None:
    model.answers = ['BARE:{"error": {"message": "out of memory"}}']
    with pytest.raises(NoAnswer, match="reports an error: out of memory") as caught:
        ask({**call("any"), "endpoint": model.address})
    assert caught.value.fault == "backend_failed"


class Watched:
    """A clock whose waits take no time; `waits` are those that were asked for."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        start = 1_000_000_000.0
        self.clock = Clock(lambda: sum(self.waits), lambda: start + sum(self.waits), self.waits.append)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "first"),
    [
        ("", 1),
        ("30", 30),
        ("0", 1),
        ("soon", 1),
        ("-5", 1),
        ("Sun, 09 Sep 2001 01:47:00 GMT", 20),
        ("Sun, 09 Sep 2001 01:40:00 GMT", 1),
    ],
)
def test_a_busy_server_is_waited_for(model: Model, status: int, retry_after: str, first: float) -> None:
    model.answers = [f"STATUS:{status}::busy"] * 2 + ["good"]
    model.retry_after = retry_after
    watched = Watched()
    asked = {**call("any"), "endpoint": model.address, "busy_wait": 300}
    assert ask(asked, watched.clock) == "good"
    assert watched.waits[0] == first and len(watched.waits) == 2 and len(model.asked) == 3


def test_the_waits_double_up_to_a_minute_and_end_with_their_budget() -> None:
    watched = Watched()

    def busy() -> str:
        raise ServerBusy("503", None)

    with pytest.raises(NoAnswer, match=r"busy after 9 requests.*busy_wait \(200 s\)") as caught:
        ask_patiently(busy, 200, watched.clock)
    assert watched.waits == [1, 2, 4, 8, 16, 32, 60, 60] and caught.value.fault == "backend_refused"


def test_a_wait_longer_than_the_budget_is_not_begun() -> None:
    watched = Watched()

    def busy() -> str:
        raise ServerBusy("429", "3600")

    with pytest.raises(NoAnswer, match="another wait of 3600 s would exceed busy_wait"):
        ask_patiently(busy, 300, watched.clock)
    assert watched.waits == []


def test_a_server_that_stays_busy_uses_up_no_attempt(loop: Make, model: Model) -> None:
    model.answers = ["STATUS:503:9:overloaded"]
    work = loop(a1=settings(model, busy_wait=5))
    assert steps(work.run()) == ["a1:backend_refused"]
    assert "503 Service Unavailable: overloaded; the server is busy after 1 request" in work.result["message"]


def completion(message: dict[str, Any], finish: str) -> str:
    return "BARE:" + json.dumps({"choices": [{"message": message, "finish_reason": finish}]})


@pytest.mark.parametrize("message", [{"content": GOOD[:40]}, {"content": None, "reasoning_content": "hm"}])
def test_an_answer_that_is_cut_off_names_max_tokens(model: Model, message: dict[str, Any]) -> None:
    model.answers = [completion(message, "length")]
    told = r"cut off at max_tokens \(5\): raise llm.max_tokens or set A7_LLM_MAX_TOKENS"
    with pytest.raises(NoAnswer, match=told):
        ask({**call("any"), "endpoint": model.address})


def test_reasoning_beside_the_answer_is_left_out(model: Model) -> None:
    model.answers = [
        completion({"content": "good", "reasoning_content": "module wrong; endmodule"}, "stop"),
        completion({"content": None, "reasoning_content": "module wrong; endmodule"}, "stop"),
    ]
    asked = {**call("any"), "endpoint": model.address}
    assert ask(asked) == "good"
    with pytest.raises(NoAnswer, match="contains only reasoning, and no text"):
        ask(asked)


WRONG = "```\nmodule toggle; wrong\nendmodule\n```\n"


@pytest.mark.parametrize(
    "answer",
    [
        f"<think>\n{WRONG}</think>\n```\n{GOOD}```",
        f"{WRONG}</think>\n```\n{GOOD}```",
        f"```\n{GOOD}```\n<think>\n{WRONG}",
        f"```\n{GOOD}```\n<Thinking>\n{WRONG}</Thinking>",
        f"<think>a<think>b</think>{WRONG}</think>{GOOD}",
        f"<reasoning>{WRONG}</reasoning>{GOOD}",
        f"Sure.\n<think>{WRONG}</think>\n<think>{WRONG}</think>\n{GOOD}",
    ],
)
def test_reasoning_in_the_answer_is_left_out(answer: str) -> None:
    assert extract_verilog(answer, "toggle") == GOOD


def test_reasoning_alone_is_no_answer() -> None:
    with pytest.raises(StageFailed, match="reasoning only"):
        extract_verilog(f"<think>{WRONG}", "toggle")


@pytest.mark.parametrize(("host", "asked"), [("127.0.0.1", 2), ("localhost", 1)])
def test_the_key_never_follows_a_redirect_to_another_host(
    model: Model, monkeypatch: pytest.MonkeyPatch, host: str, asked: int
) -> None:
    monkeypatch.setenv("KEY", "secret")
    model.answers = [f"REDIRECT:http://{host}:{model.server_port}/elsewhere"]
    with pytest.raises(NoAnswer, match="404" if asked == 2 else "302.*redirect to another host"):
        ask({**call("any"), "endpoint": model.address, "api_key_env": "KEY"})
    assert len(model.keys) == asked
