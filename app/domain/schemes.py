"""Schemes: the rules under which a place treats something as a micro-credential."""

from dataclasses import dataclass
from typing import Literal

from app.domain.credits import CreditAmount
from app.domain.described import described
from app.domain.labels import Labelled
from app.domain.levels import LevelReference
from app.domain.sources import Statement


@described
@dataclass(frozen=True, kw_only=True)
class SchemeLimit(Statement):
    """A limit of a scheme on size, level or duration, during a period."""

    size: CreditAmount | None = None
    """Least and most credit that a credential under the scheme may have."""
    level: LevelReference | None = None
    """Levels at which it may sit."""
    text: str
    """The limit in a sentence."""


@described
@dataclass(frozen=True, kw_only=True)
class Scheme(Labelled, Statement):
    """A national, regional or sector scheme for micro-credentials."""

    name: str
    """Name of the scheme."""
    aliases: tuple[str, ...] = ()
    """Other names."""
    phrases: tuple[str, ...] = ()
    """Words in a title that say a credential belongs to the scheme. The answer shows that it was read so."""
    denied_by: tuple[str, ...] = ()
    """Words in a title that say it does not belong ("not a pilot microcredential")."""
    jurisdiction: str
    """Code of the place."""
    issuer_places: tuple[str, ...] = ()
    """Codes of the places whose issuers can award under it; a credential from elsewhere cannot. Empty: any."""
    status: Literal["in_force", "pilot", "ended", "proposed"]
    """Where it stands."""
    authority: str | None = None
    """Id of the recogniser that runs it."""
    url: str | None = None
    """Its public page."""
    summary: str
    """What it is, in a sentence or two."""
    limits: tuple[SchemeLimit, ...] = ()
    """Its limits, each with its dates."""
