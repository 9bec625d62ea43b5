"""Who decides: authorities, institutions, credit recommendation services, employers; and registers."""

from dataclasses import dataclass
from typing import Literal

from app.domain.described import described
from app.domain.labels import Labelled
from app.domain.sources import Statement

RecogniserKind = Literal[
    "competent_authority", "quality_agency", "national_body", "framework", "enic_naric", "funder",
    "credit_recommendation_service", "university", "college", "training_provider", "employer",
    "professional_body", "awarding_body", "platform", "group",
]  # fmt: skip
"""What kind of body it is; a group stands for several that act alike, such as the institutions of a pilot."""

SPEAKS_FOR_ITSELF = frozenset(
    {
        "university",
        "college",
        "training_provider",
        "employer",
        "professional_body",
        "awarding_body",
        "platform",
        "group",
    }
)  # fmt: skip
"""Kinds whose decisions bind nobody else; the others speak for their whole jurisdiction."""


@described
@dataclass(frozen=True, kw_only=True)
class Recogniser(Labelled, Statement):
    """A body that recognises credentials, regulates how they are recognised, or can be asked."""

    name: str
    """Full name."""
    aliases: tuple[str, ...] = ()
    """Other names and abbreviations under which people ask for it."""
    kind: RecogniserKind
    """What it is."""
    jurisdiction: str
    """Code of the place where it acts."""
    url: str | None = None
    """Its public page."""
    roles: tuple[str, ...] = ()
    """What it does about micro-credentials, in short sentences."""
    succeeds: tuple[str, ...] = ()
    """Ids of the bodies whose work and history it took over."""

    @property
    def is_authority(self) -> bool:
        """Whether it speaks for its place and not only for itself."""
        return self.kind not in SPEAKS_FOR_ITSELF


@described
@dataclass(frozen=True, kw_only=True)
class Register(Labelled, Statement):
    """A public list in which a credential or qualification can be entered."""

    name: str
    """Name of the register."""
    jurisdiction: str
    """Code of the place that it serves."""
    url: str | None = None
    """Where it can be searched."""
    keeper: str | None = None
    """Id of the recogniser that keeps it."""
    meaning: str | None = None
    """What an entry there means, and what it does not."""
