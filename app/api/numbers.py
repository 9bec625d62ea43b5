"""Numbers as callers write them."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

_WHOLE = re.compile(r"-?\d+", re.ASCII)
_EXPONENT = re.compile(r"\s*[-+]?[\d._]*[eE][-+]?\d+\s*")


def refuse_exponents(value: Any) -> Any:
    """Numbers are written out: a few letters with an exponent could stand for millions of digits."""
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        raise ValueError('a number written out, such as "5", "2.5" or "1/3"')
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        refuse_exponents(below)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError("a whole number, such as 5")
    return value


WholeNumber = Annotated[int, BeforeValidator(_plain)]
"""A number in an address, in digits: not "+5", "5.0", "1_000" or " 5", which Python would read too."""
