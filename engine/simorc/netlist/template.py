"""Renders templates: a SPICE deck with Jinja2 placeholders -> the deck of one case. Strict and sandboxed.

A template sees ``parameters.<name>`` (also as ``config.<name>``), ``case_id``, ``seed``, ``corner``,
``dut.netlist``, ``project.root`` and ``filename_raw``. Values are rendered as they were written, but for what
ngspice would read otherwise (`value_places`). ``{%
include %}`` reaches files in the template's directory and below.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import jinja2
from jinja2 import meta, nodes

from simorc.config.names import did_you_mean
from simorc.deck_text import read_leniently
from simorc.errors import TemplateError
from simorc.netlist.template_environment import MAPPING_METHODS, Parameters, TemplateEnvironment
from simorc.netlist.template_limits import counted_steps
from simorc.netlist.value_places import Wrap, deck_values, marked, needing_place, placed, unmarked
from simorc.units import Number, Value

MAX_OUTPUT = 64 * 1024 * 1024
_ESCAPED_BRACE = re.compile(r"\\+([{}])")
_CONTEXT_NAMES = frozenset(
    {"parameters", "config", "case_id", "seed", "corner", "dut", "project", "filename_raw"}
)
_PARAMETER_OWNERS = ("parameters", "config")


def unescape_braces(text: str) -> str:
    r"""``\{\{ parameters.vdda \}\}``, as xschem keeps placeholders in schematics, with plain braces."""
    return _ESCAPED_BRACE.sub(r"\1", text)


class _Absent(jinja2.StrictUndefined):
    """``seed`` and ``corner`` of a case without one: false in a test, an error when rendered."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


class Template:
    """A compiled template. Make it once with `load`, render it for every case."""

    def __init__(self, path: Path, compiled: jinja2.Template, environment: TemplateEnvironment) -> None:
        self.path = path
        self._compiled = compiled
        self._environment = environment

    @classmethod
    def load(cls, path: Path) -> Template:
        """Compile a template file. Raises TemplateError: missing, a syntax error or a NUL (with its line)."""
        environment = TemplateEnvironment(path.parent)
        try:
            return cls(path, environment.get_template(path.name), environment)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(_syntax_fault(error), file=path, line=error.lineno) from None
        except jinja2.TemplateNotFound as error:
            raise TemplateError(_not_found(error, path), file=path) from None
        except OSError as error:
            raise TemplateError(f"cannot be read: {error}", file=path) from None
        except RecursionError:
            raise TemplateError("nested too deeply", file=path) from None

    def render(
        self,
        parameters: Mapping[str, Value],
        *,
        case_id: int,
        dut_netlist: str,
        project_root: str,
        filename_raw: str = "results.raw",
        seed: int | None = None,
        corner: str | None = None,
        wrap: Wrap | None = None,
        wrapped: Collection[str] = (),
    ) -> str:
        """The deck of one case; ``parameters`` are all of it, defaults included.

        Numbers are spelled as their places need them (`value_places`); `wrap` puts something around each
        value of the parameters `wrapped`. Raises TemplateError with file, line and name: an unknown name, a
        forbidden or failing expression, an endless output, a text where the deck needs a number.
        """
        # A deck has no truth values: true is 1 and false is 0.
        given = {name: int(value) if isinstance(value, bool) else value for name, value in parameters.items()}
        context = self._context(case_id, dut_netlist, project_root, filename_raw, seed, corner)
        placed_names = needing_place(given, temperature_card=self._temperature_card)
        numbers = {name for name in wrapped if isinstance(given.get(name), Number)} if wrap else set()
        if not placed_names and not numbers:
            return self._with(context, given)
        text = self._with(context, marked(given, placed_names | numbers))
        if placed_names and unmarked(text) != self._with(context, given):
            return self._with(context, deck_values(given))  # the template takes the texts apart
        return self._placed(text, wrap, numbers)

    def _placed(self, text: str, wrap: Wrap | None, names: Collection[str]) -> str:
        def spelled(name: str, value: str) -> str:
            return wrap(name, value) if wrap is not None and name in names else value

        try:
            return placed(text, spelled)
        except ValueError as error:
            raise TemplateError(str(error), file=self.path) from None

    @functools.cached_property
    def _temperature_card(self) -> bool:
        """Whether a ``.temp`` may be among the template's cards."""
        try:
            return any(".temp" in read_leniently(path).lower() for path in self.files())
        except (jinja2.TemplateError, OSError):
            return True  # rendering reports the error

    def _with(self, context: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
        """The text with these parameters."""
        values = Parameters(parameters)
        values.setdefault("filename_raw", context["filename_raw"])
        values.setdefault("root", f"{context['project']['root'].rstrip('/')}/")
        return self._rendered({**context, "parameters": values, "config": values})

    def _context(
        self,
        case_id: int,
        dut_netlist: str,
        project_root: str,
        filename_raw: str,
        seed: int | None,
        corner: str | None,
    ) -> dict[str, Any]:
        """What a template sees besides its parameters."""
        return {
            "case_id": case_id,
            "dut": {"netlist": dut_netlist},
            "project": {"root": project_root},
            "filename_raw": filename_raw,
            "seed": _Absent(hint="this case has no seed (no monte_carlo in the sweep)")
            if seed is None
            else seed,
            "corner": _Absent(hint="this case has no corner") if corner is None else corner,
        }

    def _rendered(self, context: Mapping[str, Any]) -> str:
        try:
            with counted_steps():
                return self._bounded(self._compiled.generate(context))
        except jinja2.TemplateSyntaxError as error:
            raise self._error(_syntax_fault(error), error, error.lineno) from None
        except jinja2.TemplateNotFound as error:
            raise self._error(_not_found(error, self.path), error) from None
        except jinja2.UndefinedError as error:
            raise self._error(_undefined(error), error) from None
        except jinja2.TemplateError as error:
            raise self._error(error.message or type(error).__name__, error) from None
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            OSError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            raise self._error(f"{type(error).__name__}: {error}", error) from None

    def _bounded(self, chunks: Iterator[str]) -> str:
        kept, size = [], 0
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_OUTPUT:
                raise TemplateError(f"renders to more than {MAX_OUTPUT // 2**20} MB", file=self.path)
            kept.append(chunk)
        return "".join(kept)

    def _error(self, message: str, error: Exception, line: int | None = None) -> TemplateError:
        place = _template_place(error.__traceback__, self.path.parent)
        file, found = place if place is not None else (self.path, None)
        included = getattr(error, "filename", None) if line is not None else None
        return TemplateError(message, file=Path(included) if included else file, line=line or found)

    def files(self) -> list[Path]:
        """The template's own file and every file it includes, directly or not."""
        found, waiting = [self.path], [self.path.name]
        while waiting:
            source, _, _ = self._environment.files.get_source(self._environment, waiting.pop())
            for name in meta.find_referenced_templates(self._environment.parsed(source)):
                path = None if name is None else self.path.parent / name
                if name is not None and path is not None and path not in found and path.is_file():
                    found.append(path)
                    waiting.append(name)
        return found

    def needs(self, name: str) -> int | None:
        """The first line of this file that uses a name such as ``dut``, None if none does. A template that
        tests the name in an ``{% if %}`` works without it.
        """
        source, _, _ = self._environment.files.get_source(self._environment, self.path.name)
        try:
            tree = self._environment.parsed(source)
        except jinja2.TemplateSyntaxError:
            return None  # reported by who checks templates
        asked = {id(use) for node in tree.find_all(nodes.If) for use in node.test.find_all(nodes.Name)}
        asked |= {id(node.test) for node in tree.find_all(nodes.If)}
        uses = [node for node in tree.find_all(nodes.Name) if node.name == name]
        if any(id(use) in asked for use in uses):
            return None
        return min((use.lineno for use in uses), default=None)

    def names(self) -> dict[str, int]:
        """The parameters this template and what it includes use, each with the first line that does.

        For a name an included file uses, the line of the ``{% include %}``.
        """
        return self._names_of(self.path.name, (self.path.name,))

    def _names_of(self, name: str, parents: tuple[str, ...]) -> dict[str, int]:
        source, _, _ = self._environment.files.get_source(self._environment, name)
        try:
            tree = self._environment.parsed(source)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(
                _syntax_fault(error), file=self.path.parent / name, line=error.lineno
            ) from None
        lines: dict[str, int] = {}
        for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Include)):
            for used in self._used(node, parents):
                lines[used] = min(node.lineno, lines.get(used, node.lineno))
        return dict(sorted(lines.items(), key=lambda item: item[1]))

    def _used(self, node: nodes.Node, parents: tuple[str, ...]) -> list[str]:
        if isinstance(node, nodes.Include):
            target: Any = node.template.value if isinstance(node.template, nodes.Const) else None
            known = (
                isinstance(target, str) and target not in parents and (self.path.parent / target).is_file()
            )
            return [*self._names_of(target, (*parents, target))] if known else []
        owner = node.node if isinstance(node, (nodes.Getattr, nodes.Getitem)) else None
        if not isinstance(owner, nodes.Name) or owner.name not in _PARAMETER_OWNERS:
            return []
        if isinstance(node, nodes.Getattr):
            return [] if node.attr in MAPPING_METHODS else [node.attr]
        index = node.arg if isinstance(node, nodes.Getitem) else None
        return [index.value] if isinstance(index, nodes.Const) and isinstance(index.value, str) else []


def _not_found(error: jinja2.TemplateNotFound, path: Path) -> str:
    if error.name == path.name:
        return "no such file"
    return f"include: {error.name} is not a file in the template's directory or below"


def _syntax_fault(error: jinja2.TemplateSyntaxError) -> str:
    """The message of Jinja2, with the remedy where a value stands in braces of ngspice."""
    lines = (error.source or "").splitlines()
    line = lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else ""
    three = "; write blanks between the braces of ngspice and those of the value: { {{ ... }} }"
    return (error.message or "syntax error") + (three if "{{{" in line else "")


def _undefined(error: jinja2.UndefinedError) -> str:
    message = error.message or "an undefined name"
    match = re.fullmatch(r"'(\w+)' is undefined", message)
    if match is None:
        return message
    hint = did_you_mean(match[1], _CONTEXT_NAMES) or f" (parameters are written parameters.{match[1]})"
    return f"{match[1]} is not defined{hint}"


def _template_place(trace: TracebackType | None, directory: Path) -> tuple[Path, int] | None:
    """The innermost template line of a traceback; Jinja2 rewrites its frames to the template's own lines."""
    place = None
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if trace.tb_frame.f_globals.get("__jinja_template__") is not None or file.is_relative_to(directory):
            place = (file, trace.tb_lineno)
        trace = trace.tb_next
    return place
