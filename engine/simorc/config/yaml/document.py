"""A YAML file -> its model. Errors become Problems; valid parts are checked further."""

from __future__ import annotations

import copy
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simorc.config.expansion import expand_entries
from simorc.config.models.fields import Section, kind_of
from simorc.config.names import STAGE_WORDS, did_you_mean, listed
from simorc.config.yaml.source import KeyPath, Source, read_yaml
from simorc.errors import Problem

Model = TypeVar("Model", bound=Section)
_KINDS = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}


@dataclass(frozen=True)
class Document(Generic[Model]):
    """One file of the project: its source, and its model where enough of it is sound."""

    source: Source
    model: Model | None
    problems: tuple[Problem, ...]

    def names(self, key: str) -> frozenset[str]:
        """Names written under a key, sound or not, so that one mistake is not reported as two."""
        entry = self.source.data.get(key) if isinstance(self.source.data, dict) else None
        if isinstance(entry, list):
            return frozenset(name for name in entry if isinstance(name, str))
        return frozenset(entry) if isinstance(entry, dict) else frozenset()


def read_document(path: Path, model: type[Model], expanded: tuple[KeyPath, ...] = ()) -> Document[Model]:
    """Read and check one file. Strings below the keys of `expanded` have ``~`` and ``${VAR}`` replaced."""
    return document_of(read_yaml(path), model, expanded)


def document_of(source: Source, model: type[Model], expanded: tuple[KeyPath, ...] = ()) -> Document[Model]:
    """The same for a file already read."""
    if source.data is None:
        return Document(source, None, source.problems)
    data, unset = expand_entries(source, expanded)
    found = _Findings(source, model)
    for place, message in unset:
        found.note(place, source.problem(place, message))
        _cut(data, place)
    return Document(source, found.check(data), (*source.problems, *found.problems))


@dataclass
class _Findings(Generic[Model]):
    source: Source
    model: type[Model]
    problems: list[Problem] = field(default_factory=list)
    _wrong: set[KeyPath] = field(default_factory=set)
    _sealed: set[KeyPath] = field(default_factory=set)

    def check(self, data: Any) -> Model | None:
        """The model of `data`. What is wrong is noted once and cut out, so that the rest can be read."""
        remaining = copy.deepcopy(data)
        for _ in range(10):
            try:
                return self.model.model_validate(remaining)
            except ValidationError as error:
                details = error.errors(include_url=False)
            for each in details:
                self.note(
                    _path_in(each["loc"], self.source.data)[0], problem_of(each, self.source, self.model)
                )
            self._seal()
            cuts = [_cut(remaining, _path_in(each["loc"], remaining)[0]) for each in details]
            if not all(cuts):
                return None
        return None

    def note(self, path: KeyPath, problem: Problem) -> None:
        """Keep a problem, unless something was cut out below it: what is missing there now was written."""
        if path not in self._sealed and problem not in self.problems:
            self.problems.append(problem)
        self._wrong.add(path)

    def _seal(self) -> None:
        self._sealed |= {path[:length] for path in self._wrong for length in range(len(path) + 1)}


def _cut(data: Any, path: KeyPath) -> bool:
    """Remove the value at a path; False if there is none."""
    if not path:
        return False
    for part in path[:-1]:
        data = data[part]
    if isinstance(data, list):
        # The list keeps its length: places of the later entries stay true.
        data.clear()
    else:
        data.pop(path[-1], None)
    return True


def _path_in(location: tuple[int | str, ...], data: Any) -> tuple[KeyPath, str]:
    """pydantic's location as a path of the file, and the key that is missing there (or an empty text).

    Parts that name alternatives of a union, or that a short form has no place for, are left out.
    """
    path: list[str | int] = []
    here: Any = data
    rest = ""
    for named in location:
        part = named if _has(here, named) else STAGE_WORDS.get(str(named), named)
        if _has(here, part):
            path.append(part)
            here = here[part]
            rest = ""
        elif part != "[key]":
            rest = str(part)
    return tuple(path), rest


def _has(data: Any, part: int | str) -> bool:
    return part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data))


def problem_of(error: ErrorDetails, source: Source, model: type[Section]) -> Problem:
    """One finding of pydantic in words of the file."""
    path, rest = _path_in(error["loc"], source.data)
    if error["type"] == "missing":
        line, column = source.place(path)
        key = source.problem((*path, rest), "").key
        return Problem(source.problem(path, "").file, line, column, key, "required, but missing")
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        message = f"unknown key{did_you_mean(str(path[-1]), known)}; known: {listed(known, 30)}"
        return source.problem(path, message, at_key=True)
    return source.problem(path, _message(error), at_key=error["loc"][-1:] == ("[key]",))


def _message(error: ErrorDetails) -> str:
    context = error.get("ctx") or {}
    if error["type"] == "value_error":
        return str(context["error"])
    found = kind_of(error["input"])
    if error["type"] in _KINDS:
        return f"expected {_KINDS[error['type']]}, not {found}"
    if error["type"] == "literal_error":
        near = did_you_mean(
            str(error["input"]), str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        )
        return f"expected {context['expected']}, not {found}{near}"
    message = error["msg"].removeprefix("Input should be ")
    return f"must be {message}, not {found}" if message != error["msg"] else error["msg"]


def _known_keys(model: type[Section], location: Iterable[int | str]) -> set[str]:
    """Keys of the model at pydantic's location."""
    here = {model}
    for part in location:
        below = {
            section
            for each in here
            if part in each.model_fields
            for section in _sections(each.model_fields[str(part)].annotation)
        }
        named = {each for each in here if each.__name__.lower() == part}
        here = below or named or here
    return {name for each in here for name in each.model_fields}


def _sections(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _sections(part)
