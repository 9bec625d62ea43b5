"""Three truth values: true, false and unknown (strong Kleene logic).

An attribute that nobody gave is unknown, never false.
"""

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """Whether something holds, as far as the facts tell."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


def all_of(truths: Iterable[Truth]) -> Truth:
    """True when all are; false as soon as one is; otherwise unknown."""
    seen = set(truths)
    return next((t for t in (Truth.FALSE, Truth.UNKNOWN) if t in seen), Truth.TRUE)


def any_of(truths: Iterable[Truth]) -> Truth:
    """True as soon as one is; false when all are; otherwise unknown."""
    seen = set(truths)
    return next((t for t in (Truth.TRUE, Truth.UNKNOWN) if t in seen), Truth.FALSE)


def negated(truth: Truth) -> Truth:
    """The opposite; the opposite of unknown is unknown."""
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(truth, Truth.UNKNOWN)


def truth_of(value: bool | None) -> Truth:
    """A truth value out of a fact that may be absent."""
    return Truth.UNKNOWN if value is None else Truth.TRUE if value else Truth.FALSE
