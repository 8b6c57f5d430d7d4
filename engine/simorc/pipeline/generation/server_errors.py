"""The error of a language model's server in words, without the key that was sent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

_MOST_SHOWN = 500


def reason_in(body: str) -> str:
    """The message in the body of an error, in one line: of JSON its message, otherwise all of its text."""
    try:
        found = _message(json.loads(body))
    except ValueError:
        found = ""
    text = " ".join((found or body).split())
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def _message(value: Any) -> str:
    """The innermost message: ``{"error": {"message": ...}}``, ``{"detail": [{"msg": ...}]}`` and the like."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_message, value)))
    if isinstance(value, Mapping):
        return next((text for key in _KEYS if (text := _message(value.get(key)))), "")
    return ""


_KEYS = ("error", "message", "detail", "msg")


def without_key(text: str, call: Mapping[str, Any]) -> str:
    """The text without the key of the endpoint, which some servers repeat."""
    key = os.environ.get(call["api_key_env"] or "", "").strip()
    return text.replace(key, "(key)") if key else text


def key_in_words(call: Mapping[str, Any]) -> str:
    """Which key was sent with a request that the server refused, or how to send one."""
    variable, prefix = call["api_key_env"], call["variables"]
    if variable and os.environ.get(variable):
        return f"the key of variable {variable} was sent"
    if variable:
        return f"no key was sent, because variable {variable} is not set"
    return f"no key was sent: set {prefix}_API_KEY or llm.api_key_env" if prefix else _UNNAMED


_UNNAMED = "no key was sent: set llm.api_key_env to the name of its variable"
