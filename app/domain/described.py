"""How the texts below fields reach people: a class that is ``@described`` publishes them in its schemas."""

import ast
import inspect
import sys
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

Class = TypeVar("Class", bound=type)

_READING = MappingProxyType({"extra": "forbid", "coerce_numbers_to_str": True})
"""Unknown keys are refused, and 5 is read as "5" where text is wanted."""


class _AsWritten:
    """Where it stands, values of other types are not made into the one that is wanted."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {**handler(source), "strict": True}


Flag = Annotated[bool, _AsWritten()]
"""True or false; 0, "yes" and the like are neither."""


def described(cls: Class) -> Class:
    """Publish the text below each field of a dataclass as its description, for it and for classes built on it."""
    texts = _texts_in(sys.modules[cls.__module__].__file__ or "").get(cls.__name__, {})
    for field in fields(cls):
        if field.name in texts:
            field.metadata = MappingProxyType({**field.metadata, "description": texts[field.name]})
    cls.__pydantic_config__ = dict(_READING)  # type: ignore[attr-defined]
    return cls


@cache
def _texts_in(path: str) -> dict[str, dict[str, str]]:
    """The texts below the fields of every class in a file: class, field, text."""
    return {
        node.name: {
            before.target.id: inspect.cleandoc(after.value.value)
            for before, after in pairwise(node.body)
            if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if isinstance(after.value.value, str)
        }
        for node in ast.parse(Path(path).read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
