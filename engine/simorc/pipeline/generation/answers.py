"""Extracts Verilog from the answer of a language model. The answer is data and never runs as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simorc.pipeline.outcome import Fault, failure
from simorc.pipeline.verilog.modules import module_names

_FENCE = re.compile(r"^[ \t]*```[ \t]*([\w+-]*)[^\n]*\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)
_MODULES = re.compile(
    r"^[ \t]*(?:`timescale[^\n]*\n|`default_nettype[^\n]*\n|\s)*module\b.*\bendmodule\b[^\n]*",
    re.DOTALL | re.MULTILINE,
)
_REASONING = re.compile(
    r"<(think|thinking|thought|reasoning)>.*?</\1>"  # as it should be
    r"|\A(?:(?!<(?:think|thinking|thought|reasoning)>).)*</(?:think|thinking|thought|reasoning)>"  # no start
    r"|<(?:think|thinking|thought|reasoning)>.*\Z",  # no end
    re.DOTALL | re.IGNORECASE,
)
_LANGUAGES = ("", "verilog", "systemverilog", "sv", "v")


class NoAnswer(Exception):
    """There is no usable answer; `fault` is one of simorc.pipeline.outcome.Fault.

    `said` is the body of the server's error, empty where there is none.
    """

    def __init__(self, fault: str, message: str, said: str = "") -> None:
        super().__init__(message)
        self.fault = fault
        self.said = said


def cut_off(call: Mapping[str, Any]) -> NoAnswer:
    """The failure of an answer that reached the most tokens that were requested."""
    variable = f" or set {call['variables']}_MAX_TOKENS" if call["variables"] else ""
    limit = f"the answer is cut off at max_tokens ({call['max_tokens']})"
    return NoAnswer("bad_answer", f"{limit}: raise llm.max_tokens{variable}")


def without_reasoning(answer: str) -> str:
    """The answer without reasoning such as ``<think>...</think>``, also where one of the tags is missing."""
    return _REASONING.sub("", _REASONING.sub("", answer))  # twice: what is left of nested reasoning


def extract_verilog(answer: str, module: str | None = None) -> str:
    """The Verilog of an answer: its fenced blocks, or the text from ``module`` to ``endmodule``.

    With `module`, only a block that defines that module is accepted. Reasoning is left out.
    Raises StageFailed (bad_answer).
    """
    if answer.strip() and not (answer := without_reasoning(answer)).strip():
        raise failure(Fault.BAD_ANSWER, "the answer contains reasoning only")
    blocks = [match[2] for match in _FENCE.finditer(answer) if match[1].lower() in _LANGUAGES]
    bare = _MODULES.search(answer)
    candidates = blocks or ([bare[0]] if bare else [])
    whole = [block for block in candidates if module_names(block) and "endmodule" in block]
    if not whole:
        raise failure(Fault.BAD_ANSWER, f"the answer contains no Verilog module: {_beginning(answer)}")
    if module is not None and not any(module in module_names(block) for block in whole):
        found = ", ".join(name for block in whole for name in module_names(block))
        raise failure(Fault.BAD_ANSWER, f"the answer defines {found[:80]}, not module {module}")
    chosen = [block for block in whole if module is None or module in module_names(block)]
    return chosen[-1].strip() + "\n"


def _beginning(answer: str) -> str:
    text = " ".join(answer.split())
    return repr(text[:77] + "..." if len(text) > 80 else text)
