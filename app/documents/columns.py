"""Statements as rows of a table, and back: one set of columns for what is exported and what is imported."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from app.domain.credential import Credential
from app.domain.dataset import Dataset

_PARTS = ("issuer", "level", "credit")
"""Parts of a credential whose fields are columns of their own, after the name of the part."""

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")


class UnreadableCell(ValueError):
    """A cell that cannot be what its column holds."""

    def __init__(self, column: str, found: str, expected: str) -> None:
        self.column, self.found, self.expected = column, found, expected
        super().__init__(f"{column}: found {found}, expected {expected}")


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what could begin one.

    >>> defused("=1+1"), defused("'=1"), defused("C++")
    ("'=1+1", "''=1", 'C++')
    """
    return f"'{cell}" if _RISKY.match(cell) else cell


def fused(cell: str) -> str:
    """The cell that was defused.

    >>> fused("'=1+1"), fused("''=1"), fused("'quoted'")
    ('=1+1', "'=1", "'quoted'")
    """
    return cell[1:] if _DEFUSED.match(cell) else cell


@cache
def paths_of(section: str) -> dict[str, tuple[str, ...]]:
    """The columns of a section in their order, and where each stands in a statement."""
    item = get_args(get_type_hints(Dataset)[section])[0]
    names = [field.name for field in fields(item)]
    if section != "credentials":
        return {name: (name,) for name in ("id", *(name for name in names if name != "id"))}
    paths: dict[str, tuple[str, ...]] = {"id": ("id",), "title": ("credential", "title")}
    types = get_type_hints(Credential)
    for part in _PARTS:
        for field in fields(_dataclass_in(types[part])):
            paths[f"{part}_{field.name}"] = ("credential", part, field.name)
    for field in fields(Credential):
        if field.name not in ("id", "title", *_PARTS):
            paths[field.name] = ("credential", field.name)
    return {**paths, **{name: (name,) for name in names if name not in ("id", "credential")}}


def _dataclass_in(kind: Any) -> Any:
    return kind if is_dataclass(kind) else next(option for option in get_args(kind) if is_dataclass(option))


@cache
def _kinds_of(section: str) -> dict[str, str]:
    """How the cell of each column is read: as text, as truth, as a list of texts, or as JSON."""
    item = get_args(get_type_hints(Dataset)[section])[0]
    return {name: _kind(item, path) for name, path in paths_of(section).items()}


def _kind(item: Any, path: Sequence[str]) -> str:
    kind = get_type_hints(item)[path[0]]
    if len(path) > 1:
        return _kind(_dataclass_in(kind), path[1:])
    options = [kind] if get_origin(kind) in (tuple, Literal, Mapping) else list(get_args(kind) or (kind,))
    options = [option for option in options if option is not type(None)]
    if all(_is_text(option) for option in options):
        return "text"
    if any(_is_text(option) for option in options):
        return "text or json"
    if options == [bool]:
        return "truth"
    (only,) = options
    return "texts" if get_origin(only) is tuple and _is_text(get_args(only)[0]) else "json"


def _is_text(kind: Any) -> bool:
    return kind in (str, date, Fraction) or get_origin(kind) is Literal


def row_of(section: str, body: Mapping[str, Any]) -> dict[str, str]:
    """A statement as a row of text; what is absent has no cell."""
    cells = {}
    for name, path in paths_of(section).items():
        value: Any = body
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            cells[name] = value if isinstance(value, str) else _json(value)
    return cells


def written(value: float | Decimal | date) -> str:
    """A number or day as people write it.

    >>> written(5.0), written(2.5), written(date(2026, 11, 1))
    ('5', '2.5', '2026-11-01')
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def column_for(section: str, name: str) -> str | None:
    """The column that a name means: its own name, or the place in the statement with dots between; else None."""
    paths = paths_of(section)
    if name in paths:
        return name
    parts = tuple(name.split("."))
    return next((column for column, path in paths.items() if parts in (path, path[1:])), None)


def body_of(section: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    """The statement of a row, whose keys are columns; an empty cell is absent. Raises UnreadableCell."""
    paths, kinds = paths_of(section), _kinds_of(section)
    body: dict[str, Any] = {}
    for name, cell in cells.items():
        value = _value(name, cell, kinds[name])
        if value is not None:
            inner = body
            *parts, last = paths[name]
            for part in parts:
                inner = inner.setdefault(part, {})
            inner[last] = value
    return body


def _value(column: str, cell: Any, kind: str) -> Any:
    if cell is None or cell == "":
        return None
    if isinstance(cell, int | float | Decimal | date) and not isinstance(cell, bool):
        return written(cell)
    if not isinstance(cell, str):
        return cell
    if kind == "text" or (kind == "text or json" and not cell.lstrip().startswith(("{", "["))):
        return cell
    if kind == "truth":
        return {"true": True, "false": False}.get(cell.strip().casefold(), cell)
    if kind == "texts" and not cell.lstrip().startswith("["):
        return [part.strip() for part in cell.split(";") if part.strip()]
    try:
        return json.loads(cell, object_pairs_hook=unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        expected = "texts with semicolons between, or a list in JSON" if kind == "texts" else "JSON"
        raise UnreadableCell(column, repr(cell)[:80], expected) from None


def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, for json.loads. Raises ValueError where a key occurs twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} occurs twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
