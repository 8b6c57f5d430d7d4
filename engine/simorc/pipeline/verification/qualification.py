"""The result of qualifying a testbench: stubs, mutants and survivors, and whether that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simorc.pipeline.verilog.slang import Mutant

FILE = "qualification.json"
SURVIVORS = "survivors.txt"


@dataclass
class Qualification:
    """What a testbench notices. `required` is the share of mutants, from 0 to 1."""

    required: float
    instantiated: bool = True
    open_outputs: list[str] = field(default_factory=list)
    stubs_made: int = 0
    stubs_missed: list[str] = field(default_factory=list)
    unchecked_outputs: list[str] = field(default_factory=list)
    made: int = 0
    noticed: list[Mutant] = field(default_factory=list)
    invalid: int = 0
    equivalent: list[Mutant] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    """CPU time of the programs for stubs, mutants and proofs (`stub`, `mutant`, `proof`)."""

    @property
    def killed(self) -> int:
        """How many mutants were noticed."""
        return len(self.noticed)

    @property
    def killable(self) -> int:
        """Mutants that compile and are not proved to do the same."""
        return self.made - len(self.equivalent)

    @property
    def score(self) -> float:
        """Share of the killable mutants that were noticed; 1 if there is none."""
        return self.killed / self.killable if self.killable else 1.0

    def weaknesses(self) -> list[str]:
        """Why the testbench is too weak; empty if it is not."""
        if not self.instantiated:
            return ["the testbench does not instantiate the design"]
        words = [f"output {name} is not connected" for name in self.open_outputs]
        if self.unchecked_outputs:
            words.append(f"unchecked outputs: {', '.join(self.unchecked_outputs)}")
        if self.stubs_missed:
            words.append(f"not noticed: {', '.join(self.stubs_missed[:4])}")
        if not self.killed:
            words.append(f"none of {self.made} wrong designs was noticed: nothing shows what is checked")
        elif self.score < self.required:
            first = f"; first survivor: {self.survivors[0]}" if self.survivors else ""
            words.append(
                f"{self.killed} of {self.killable} mutants noticed "
                f"({100 * self.score:.0f} %, required {100 * self.required:.0f} %){first}"
            )
        return words

    def as_json(self) -> dict[str, Any]:
        """As `verification` in result.json has it."""
        return {
            "instantiated": self.instantiated,
            "open_outputs": self.open_outputs,
            "unchecked_outputs": self.unchecked_outputs,
            "stubs": {
                "made": self.stubs_made,
                "noticed": self.stubs_made - len(self.stubs_missed),
                "missed": self.stubs_missed,
            },
            "mutants": {
                "made": self.made,
                "killed": self.killed,
                "equivalent": len(self.equivalent),
                "required": self.required,
                "score": round(self.score, 4),
                "survivors": [_mutant_json(each) for each in self.survivors],
                "by_line": self._by_line(),
            },
        }

    def _by_line(self) -> list[dict[str, int]]:
        """How many changes of each line were noticed, survived, or do the same."""
        states = {"killed": self.noticed, "survived": self.survivors, "equivalent": self.equivalent}
        lines = sorted({mutant.line for mutants in states.values() for mutant in mutants})
        return [
            {"line": line}
            | {state: sum(each.line == line for each in mutants) for state, mutants in states.items()}
            for line in lines
        ]


def _mutant_json(mutant: Mutant) -> dict[str, Any]:
    return {"line": mutant.line, "change": mutant.change, "kind": mutant.kind}


def survivors_text(qualification: Qualification, source: str) -> str:
    """The weaknesses and every survivor beside its line of the design, for a person or a language model."""
    lines = source.splitlines()
    words = ["The testbench does not notice these wrong designs:"]
    words += [f"- {each}" for each in qualification.stubs_missed]
    for mutant in qualification.survivors:
        written = lines[mutant.line - 1].strip() if mutant.line <= len(lines) else ""
        words.append(f"- line {mutant.line}: `{written}` changed: {mutant.change}")
    return "\n".join(words) + "\n"


def unchecked(missed: Sequence[tuple[str, str]]) -> list[str]:
    """The outputs that may be stuck at 0 and at 1 without being noticed."""
    return [name for name, level in missed if level == "0" and (name, "1") in missed]
