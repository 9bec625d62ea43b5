"""Where: countries, their parts and the regions that they belong to."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.domain.described import described
from app.domain.labels import Labelled
from app.domain.memory import remembered
from app.domain.sources import Statement
from app.domain.validity import Dated

WORLD = "WORLD"
"""Every place belongs to it; conventions and platforms that speak of no place in particular live there."""


@described
@dataclass(frozen=True, kw_only=True)
class Membership(Dated):
    """That a place belongs to a region, and when."""

    region: str
    """Code of the wider place."""


@described
@dataclass(frozen=True, kw_only=True)
class Jurisdiction(Labelled, Statement):
    """A place with rules of its own: a country, a part of one, or a region. Its id is its code."""

    name: str
    """Name in English."""
    kind: Literal["country", "subdivision", "region"]
    """country (ISO 3166-1), subdivision (ISO 3166-2) or region (EU, EHEA, ASEAN, WORLD)."""
    member_of: tuple[Membership, ...] = ()
    """Wider places whose rules it inherits, with the period of membership."""
    credit_system: str | None = None
    """Credit system used by its higher education: answers give credit in this unit."""
    framework: str | None = None
    """Qualifications framework in whose levels its answers are given."""
    contact: str | None = None
    """Id of the recogniser to ask (for instance its ENIC-NARIC centre)."""
    summary: str | None = None
    """Two or three sentences for an adviser: how micro-credentials are treated here."""


class Places:
    """The jurisdictions of a release and who belongs to whom."""

    def __init__(self, jurisdictions: Iterable[Jurisdiction]) -> None:
        self.by_code = {place.id: place for place in jurisdictions}

    @remembered
    def chain(self, code: str, on: date) -> tuple[str, ...]:
        """The place itself, then what it belongs to on that day, the nearer before the wider.

        Regions at the same distance follow the order in which the place names them.
        The world comes last. An unknown code belongs to the world only.
        """
        seen, queue = [code], deque([code])
        while queue:
            place = self.by_code.get(queue.popleft())
            for membership in place.member_of if place else ():
                if membership.holds_on(on) and membership.region not in seen:
                    seen.append(membership.region)
                    queue.append(membership.region)
        return (*(c for c in seen if c != WORLD), WORLD)

    def lies_in(self, code: str, wider: str, on: date) -> bool:
        """Say whether a place is, or belongs on that day to, the wider place."""
        return wider in self.chain(code, on)
