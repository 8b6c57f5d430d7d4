"""What the docstrings below the keys of a model say, for JSON Schemas.

They are read from the source when a schema is made: a model that had them from the start would parse its
source each time the program starts.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from simorc.config.models.fields import Section


def describe(schema: dict[str, Any], model: type[Section]) -> None:
    """Add the descriptions of all keys to the schema of a model and to its ``$defs``."""
    models = {each.__name__: each for each in _sections(Section)}
    for name, part in {model.__name__: schema, **schema.get("$defs", {})}.items():
        fields = models[name].model_fields if name in models else {}
        for key, text in (descriptions(models[name]) if fields else {}).items():
            written = part.get("properties", {}).get(fields[key].alias or key)
            if written is not None:
                written.setdefault("description", text)


def _sections(model: type[Section]) -> Iterator[type[Section]]:
    yield model
    for each in model.__subclasses__():
        yield from _sections(each)


def descriptions(model: type[Section]) -> dict[str, str]:
    """Field -> its docstring; those of base classes included."""
    texts = {
        name: text
        for each in reversed(model.__mro__)
        if issubclass(each, Section)
        for name, text in _docstrings(each).items()
    }
    return {name: text for name, text in texts.items() if name in model.model_fields}


@cache
def _docstrings(model: type[Section]) -> Mapping[str, str]:
    """Attribute -> the string that stands below it in the source of a class."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for attribute, below in zip(tree.body, tree.body[1:], strict=False):
        match attribute, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                found[name] = inspect.cleandoc(text)
    return found
