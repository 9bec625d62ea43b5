"""JSON from strangers, within bounds."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from app.domain.errors import UnopenedDocument

MAX_BYTES = 1_048_576
"""Largest document. European credentials with an image in them have some 500 kB."""
MAX_DEPTH = 64
"""Deepest nesting of objects and lists."""
MAX_VALUES = 50_000
"""Most values, those inside objects and lists counted singly."""


def read_json(text: str | bytes, where: str) -> Any:
    """The value of a JSON text; raises UnopenedDocument for one that is broken, too large, or read in two ways.

    A key that occurs twice is refused, because two readers may take different ones (RFC 8259 section 4), and so are
    NaN, numbers that overflow, and half characters, which have no one form to sign (RFC 8785 section 3.1).
    """
    size = len(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else len(text)
    if size > MAX_BYTES:
        raise UnopenedDocument(where, f"{size:,} bytes of JSON", f"at most {MAX_BYTES:,}")
    try:
        value = json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_refuse_constant)
    except RecursionError:
        raise UnopenedDocument(where, "very deep nesting", f"at most {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise UnopenedDocument(where, f"broken JSON (character {error.pos + 1})", "valid JSON") from None
    except ValueError as error:  # what the two hooks say, a number of thousands of digits, text that is not UTF-8
        found = str(error) if isinstance(error, _NotStrict) else "broken JSON"
        raise UnopenedDocument(where, found, "valid JSON that can be read in one way only") from None
    check_json(value, where)
    return value


def check_json(value: Any, where: str) -> None:
    """Raise UnopenedDocument when a JSON value is too deep, too large, or holds what JSON cannot."""
    waiting, seen = [(value, 1)], 0
    while waiting:
        here, depth = waiting.pop()
        seen += 1
        if depth > MAX_DEPTH:
            raise UnopenedDocument(where, f"more than {MAX_DEPTH} levels of nesting", f"at most {MAX_DEPTH}")
        if seen > MAX_VALUES:
            raise UnopenedDocument(where, f"more than {MAX_VALUES:,} values", f"at most {MAX_VALUES:,}")
        if isinstance(here, Mapping):
            for key, item in here.items():
                if not isinstance(key, str):
                    raise UnopenedDocument(where, "a key that is not text", "JSON")
                waiting += ((key, depth + 1), (item, depth + 1))
        elif isinstance(here, list):
            waiting += ((item, depth + 1) for item in here)
        elif isinstance(here, str):
            if not here.isascii() and any("\ud800" <= character <= "\udfff" for character in here):
                raise UnopenedDocument(where, "half of a character (a lone surrogate)", "whole characters")
        elif isinstance(here, float):
            if not isfinite(here):
                raise UnopenedDocument(where, "a number that is too large", "numbers within double precision")
        elif not isinstance(here, bool | int | None):
            raise UnopenedDocument(where, f"a {type(here).__name__}", "JSON")


class _NotStrict(ValueError):
    """JSON that two readers may read in two ways."""


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotStrict("a key that occurs twice in one object")
    return found


def _refuse_constant(name: str) -> None:
    raise _NotStrict(f"{name}, which JSON does not have")
