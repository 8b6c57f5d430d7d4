"""Reads and checks a contract file, and what a pipeline and its contract must agree on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simorc.config.contracts.resolution import Complaint, resolve
from simorc.config.contracts.resolved import ResolvedContract
from simorc.config.expansion import against, is_file
from simorc.config.models.contract import Contract
from simorc.config.models.pipeline import PipelineDefinition
from simorc.config.yaml.document import read_document
from simorc.errors import ConfigError, Problem


@dataclass(frozen=True)
class ContractFile:
    """A contract file as read: the contract with numbers if it is valid, and its problems."""

    path: Path
    contract: ResolvedContract | None
    problems: tuple[Problem, ...]


def read_contract(path: Path) -> ContractFile:
    """Read and check a contract; its problems have file, line, column and key."""
    document = read_document(path, Contract)
    if document.model is None or document.problems:
        return ContractFile(path, None, document.problems)
    resolved, wrong = resolve(document.model)
    wrong += _model_file(path, resolved)
    problems = tuple(document.source.problem(key, message) for key, message in wrong)
    return ContractFile(path, None if problems else resolved, problems)


def load_contract(path: Path) -> ResolvedContract:
    """The contract in a file. Raises ConfigError with every problem."""
    read = read_contract(path)
    if read.contract is None:
        raise ConfigError(read.problems)
    return read.contract


def _model_file(path: Path, contract: ResolvedContract) -> Iterator[Complaint]:
    """A model is stored with its contract, so it must be beside or below it."""
    if contract.model is None:
        return
    model = against(contract.model, path.parent)
    if not model.is_relative_to(path.parent):
        yield ("model",), f"{contract.model} is outside the directory of the contract"
    elif not is_file(model):
        yield ("model",), f"no such file: {contract.model}"


def agreement(pipeline: PipelineDefinition, contract: ResolvedContract) -> Iterator[Complaint]:
    """Where a pipeline and its contract disagree, with the key of the pipeline."""
    if contract.module != pipeline.top:
        yield ("top",), f"the contract is of module {contract.module}, the pipeline of {pipeline.top}"
    a1, a7 = pipeline.a1, pipeline.a7
    if a1.enable and a1.backend == "rules" and contract.rules is None:
        yield ("stages", "a1", "backend"), "backend: rules needs rules in the contract"
    own = a7.enable and a7.backend == "template" and a7.template is None
    if own and not contract.oracle:
        message = "the contract has no oracle: add model, rules or steps, or set a backend or a template"
        yield ("stages", "a7"), message
    if own and a7.parameters.get("steps"):
        yield ("stages", "a7", "parameters", "steps"), "the contract gives the stimulus; move steps there"
