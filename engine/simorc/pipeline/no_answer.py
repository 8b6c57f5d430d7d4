"""The exception of a language model without a usable answer."""

from __future__ import annotations


class NoAnswer(Exception):
    """There is no usable answer; `fault` is one of simorc.pipeline.outcome.Fault."""

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault
