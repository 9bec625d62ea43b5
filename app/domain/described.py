"""How the texts below fields reach people: every class publishes them in the schemas made from it."""

import ast
import inspect
import textwrap
from dataclasses import fields
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeVar

DESCRIBED: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True, "coerce_numbers_to_str": True}
"""Tells schema generators to refuse unknown keys, to publish the text below each field, and to read 5 as "5"."""

Class = TypeVar("Class", bound=type)


def describes_heirs(cls: Class) -> Class:
    """Keep the texts below the fields of a base class with the fields, so that classes built on it publish them too."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(tree, ast.ClassDef)
    texts = {
        before.target.id: inspect.cleandoc(after.value.value)
        for before, after in pairwise(tree.body)
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    }
    for field in fields(cls):
        if field.name in texts:
            field.metadata = MappingProxyType({**field.metadata, "description": texts[field.name]})
    return cls
