"""What codes are called in other languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.domain.described import described

ENGLISH = "en"

LabelKind = Literal[
    "status", "purpose", "jurisdiction", "framework", "level", "credit_system", "recogniser",
]  # fmt: skip


@described
@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Something that has names in other languages than English."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Its name in other languages, by language tag (BCP 47: fr, zh-Hant), as a source gives it."""


@described
@dataclass(frozen=True, kw_only=True)
class Term(Labelled):
    """What one of the service's own codes is called; its names in other languages are our own translations."""

    id: str
    """The code."""
    kind: Literal["status", "purpose"]
    """What the code stands for."""
    name: str
    """What it is called in English."""
    meaning: str
    """What it says, in a sentence."""


@described
@dataclass(frozen=True, kw_only=True)
class Label:
    """What a code of the answer is called."""

    kind: LabelKind
    """What the code stands for."""
    code: str
    """The code as it stands in the answer; for a level the framework, a space and the level."""
    text: str
    """What it is called."""
    language: str
    """Language of the text: the one asked for, or English where no name in it is recorded."""


def pick(language: str, labels: Mapping[str, str]) -> tuple[str, str] | None:
    """The tag and text that suit a language best (RFC 4647, lookup), or None.

    A tag that is more general than the one asked for will do; so will, last, a more special one.

    >>> pick("fr-CA", {"fr": "cadre", "de": "Rahmen"})
    ('fr', 'cadre')
    >>> pick("zh", {"zh-Hant": "..."})
    ('zh-Hant', '...')
    """
    known = {tag.lower(): (tag, text) for tag, text in sorted(labels.items(), reverse=True)}
    wanted = language.lower()
    while wanted:
        if wanted in known:
            return known[wanted]
        wanted = wanted.rpartition("-")[0]
    return next((known[tag] for tag in sorted(known) if tag.startswith(f"{language.lower()}-")), None)
