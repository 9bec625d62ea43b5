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
    found = Truth.TRUE
    for truth in truths:
        if truth is Truth.FALSE:
            return truth
        if truth is Truth.UNKNOWN:
            found = truth
    return found


def any_of(truths: Iterable[Truth]) -> Truth:
    """True as soon as one is; false when all are; otherwise unknown."""
    return negated(all_of(map(negated, truths)))


def negated(truth: Truth) -> Truth:
    """The opposite; the opposite of unknown is unknown."""
    if truth is Truth.UNKNOWN:
        return truth
    return Truth.FALSE if truth is Truth.TRUE else Truth.TRUE


def truth_of(value: bool | None) -> Truth:
    """A truth value out of a fact that may be absent."""
    return Truth.UNKNOWN if value is None else Truth.TRUE if value else Truth.FALSE
