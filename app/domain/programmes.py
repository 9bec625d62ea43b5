"""The study programme into which the holder wants to bring the credential."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.domain.circumstances import CircumstanceValue
from app.domain.described import described

StudyLevel = Literal[
    "school", "vocational", "certificate", "diploma", "associate", "undergraduate", "bachelor",
    "graduate", "master", "doctoral",
]  # fmt: skip

WIDER_LEVELS: Mapping[str, frozenset[str]] = {
    "undergraduate": frozenset({"certificate", "diploma", "associate", "bachelor"}),
    "graduate": frozenset({"master", "doctoral"}),
}
"""Levels of study that are a name for several others."""


@described
@dataclass(frozen=True, kw_only=True)
class Programme:
    """A receiving programme."""

    title: str | None = None
    """Its title."""
    level: StudyLevel | None = None
    """Its level of study."""
    features: Mapping[str, CircumstanceValue] = field(default_factory=dict)
    """Further facts about the programme that some rule asks for."""
