"""The testbench of a contract: vectors from its oracle, and a fixed testbench that compares every output."""

from __future__ import annotations

from simorc.config.contracts.resolved import ResolvedContract
from simorc.pipeline.outcome import Fault, Metric, StageOutcome
from simorc.pipeline.verification.vectors import (
    SEQUENCE,
    VECTORS,
    ask_oracle,
    testbench_text,
    write_sequence,
    write_vectors,
)
from simorc.pipeline.workplace import Workplace

TESTBENCH = "testbench.sv"
LONGER = 4
"""How many times longer the random stimulus becomes after a testbench that was too weak."""


def make_vectors(place: Workplace, contract: ResolvedContract, oracle: str = "") -> StageOutcome:
    """Have the oracle compute the expected outputs, and write them with their testbench.

    `oracle` is the name of the oracle in the result, by default that of the contract.
    """
    times = LONGER if _was_weak(place) else 1
    (vectors,) = ask_oracle(place, contract, "oracle", {"seed": contract.seed, "times": times})
    write_vectors(place.output, contract, vectors)
    write_sequence(place.output / SEQUENCE, contract, vectors)
    words = place.definition.simulation
    failed = words.fail_markers[0] if words.fail_markers else "TEST FAILED"
    text = testbench_text(contract, len(vectors.rows), words.pass_marker, failed)
    (place.output / TESTBENCH).write_text(text, encoding="utf-8")
    metrics: dict[str, Metric] = {
        "backend": "contract",
        "oracle": oracle or contract.oracle,
        "seed": contract.seed,
        "cycles": vectors.cycles,
        "checks": vectors.checks,
    }
    names = {"testbench": TESTBENCH, "vectors": VECTORS, "sequence": SEQUENCE}
    artefacts = {name: place.made(place.output / file) for name, file in names.items()}
    if not vectors.checks:
        message = "the oracle gives no output to compare: every value is None or masked"
        return StageOutcome.failed(Fault.ORACLE_FAILED, message, metrics=metrics, artefacts=artefacts)
    return StageOutcome.passed(metrics=metrics, artefacts=artefacts)


def _was_weak(place: Workplace) -> bool:
    failed = place.request.failure
    return failed is not None and failed.get("kind") == Fault.WEAK_TESTBENCH
