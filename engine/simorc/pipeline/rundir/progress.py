"""The progress of a pipeline run, derived from its attempt log: the next stage, its files, the last
failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simorc.config.names import stage_name
from simorc.pipeline.outcome import StageOutcome
from simorc.pipeline.rundir.attempt_log import Line
from simorc.runner.retry_policy import Action, Tried

MADE_BY = {"rtl": ("a1", "a5", "a4"), "testbench": ("a7",), "vectors": ("a7",), "sequence": ("a7",)}


@dataclass
class Progress:
    """The state of a run between two stages.

    `files` maps rtl and testbench to the file in force, relative to the run. `failure` is what the stages
    after a way back get to know of why. `next` is None when the run is over.
    """

    order: Sequence[str]
    next: str | None
    files: dict[str, str] = field(default_factory=dict)
    failure: Mapping[str, Any] | None = None
    fixing: bool = False
    state: str = "running"
    message: str = ""
    seq: int = 0
    attempts: Counter[str] = field(default_factory=Counter)
    history: list[Tried[StageOutcome]] = field(default_factory=list)

    @classmethod
    def start(cls, order: Sequence[str], files: Mapping[str, str]) -> Progress:
        return cls(order, order[0] if order else None, dict(files))

    def follow(self, lines: Iterable[Line]) -> Progress:
        """Bring this up to the end of a trace."""
        for line in lines:
            self.advance(line)
        return self

    def advance(self, line: Line) -> None:
        """Take one line in."""
        stage, decision = line["stage"], line["decision"]
        self.seq = line["seq"]
        self.attempts[stage] += 1
        self.history.append(Tried(self.seq, StageOutcome.from_json(line), decision["action"]))
        self.next, self.state, self.message = decision["next"], decision["state"], line["message"]
        if line["status"] == "passed":
            self._keep_files(line)
            self.fixing = False
        elif line["status"] == "failed":
            self._look_back(line)

    def _keep_files(self, line: Line) -> None:
        for name, makers in MADE_BY.items():
            made = line["artefacts"].get(name)
            if line["stage"] in makers and made:
                self.files[name] = made
            elif line["stage"] == "a7" and name in ("vectors", "sequence"):
                self.files.pop(name, None)  # a testbench without vectors of its own

    def _look_back(self, line: Line) -> None:
        """A return to an earlier stage: that stage receives the failure; new RTL gets a new testbench."""
        self.fixing = self.next == "a4"
        if line["kind"] != "nothing_to_fix":
            self.failure = {key: line.get(key) for key in ("stage", "kind", "message", "seq", "details")}
        if self.next in ("a1", "a7"):
            for name in ("testbench", "vectors", "sequence") if "a7" in self.order else ():
                self.files.pop(name, None)
            self.fixing = False

    def after(self, outcome: StageOutcome, action: Action) -> tuple[str | None, str]:
        """The stage that follows `outcome`, which is that of `next`, and the state of the run then."""
        if outcome.status == "cancelled":
            return self.next, "cancelled"
        if outcome.status == "failed":
            back_to = stage_name(action.back_to) if action.back_to else None
            return back_to, "running" if back_to else "failed"
        assert self.next is not None
        later = list(self.order[self.order.index(self.next) + 1 :])
        if later and later[0] == "a7" and "testbench" in self.files:
            later.pop(0)  # only the RTL was mended: the testbench stays
        return (later[0], "running") if later else (None, "passed")
