"""Renders Jinja2 templates of RTL and testbenches: strict, sandboxed, limited in size."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from simorc.errors import TemplateError

MOST = 4 * 1024**2


def render(path: Path, values: Mapping[str, Any]) -> str:
    """The text of a template file. Raises TemplateError with the line at fault, or for more than 4 MiB."""
    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    try:
        template = environment.from_string(path.read_text(encoding="utf-8"))
        return _limited(template, values, path)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(error.message or "syntax error", file=path, line=error.lineno) from None
    except jinja2.TemplateError as error:
        raise TemplateError(error.message or "cannot be rendered", file=path, line=_line(error)) from None
    except (ArithmeticError, TypeError, ValueError, LookupError) as error:
        raise TemplateError(f"cannot be rendered: {error}", file=path, line=_line(error)) from None
    except OSError as error:
        raise TemplateError(f"cannot be read: {error.strerror}", file=path) from None


def _limited(template: jinja2.Template, values: Mapping[str, Any], path: Path) -> str:
    parts, size = [], 0
    for part in template.generate(values):
        size += len(part)
        if size > MOST:
            raise TemplateError(f"renders more than {MOST // 1024**2} MiB", file=path)
        parts.append(part)
    return "".join(parts)


def _line(error: BaseException) -> int | None:
    """The line of the template that caused an error, if its traceback contains it."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
