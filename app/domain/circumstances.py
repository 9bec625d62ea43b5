"""Facts that rules ask for beyond the common attributes of a credential: scores, versions, claims in time."""

from dataclasses import dataclass
from typing import Literal

from app.domain.described import described

CircumstanceValue = bool | str
"""true or false, or a number, day or word written as text."""


@described
@dataclass(frozen=True, kw_only=True)
class Circumstance:
    """A fact about the credential, its holder or the receiving programme that some rule asks for."""

    id: str
    """Name of the fact, snake_case, as callers give it."""
    on: Literal["credential", "holder", "programme"]
    """Whose fact it is."""
    type: Literal["boolean", "number", "date", "text"] = "boolean"
    """How its value is written."""
    text: str
    """The fact as a plain sentence, unit included ("final score in per cent")."""
    phrases: tuple[str, ...] = ()
    """Words in a title that say the fact is true; only for booleans. The answer shows that it was read so."""
    denied_by: tuple[str, ...] = ()
    """Words in a title that say the fact is false; only for booleans."""
