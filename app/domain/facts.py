"""The facts of a question that rules are tested against and answers are worked out from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.circumstances import Circumstance, CircumstanceValue
from app.domain.credential import Credential
from app.domain.credits import HOURS, CreditAmount, CreditGraph, CreditResult, Range, as_range
from app.domain.jurisdictions import Places
from app.domain.levels import LevelGraph
from app.domain.programmes import Programme
from app.domain.schemes import Scheme


@dataclass(frozen=True)
class Facts:
    """Everything that criteria are tested against: what was told, and the graphs to read it with."""

    credential: Credential
    as_of: date
    holder: Mapping[str, CircumstanceValue]
    programme: Programme
    levels: LevelGraph
    credits: CreditGraph
    places: Places
    schemes: Mapping[str, Scheme]
    same_as: Mapping[str, frozenset[str]]
    """Folded names and ids of bodies that are the same body, by folded name."""
    circumstances: Mapping[str, Circumstance] = field(default_factory=dict)
    """Further facts by id."""
    place: str | None = None
    """Code of the place asked about; None before one is."""

    @property
    def issuer_places(self) -> tuple[str, ...]:
        """The issuer's place and what it belongs to; empty when unknown."""
        country = self.credential.issuer.country
        return () if country is None else self.places.chain(country, self.as_of)

    def notional_hours(self) -> Range | None:
        """Hours of learning: those stated, else those that the stated credit stands for."""
        if self.credential.notional_hours is not None:
            return as_range(self.credential.notional_hours)
        if self.credential.credit is None:
            return None
        hours = self.credits.hours(self.credential.credit, self.as_of, self.issuer_places)
        return None if hours is None else Range(min=hours.min, max=hours.max)

    def volume(self, system: str) -> Range | None:
        """Size in a unit: the stated credit converted, else the stated hours converted; None when unknown."""
        result = self.converted(system)
        return None if result is None else Range(min=result.min, max=result.max)

    def converted(
        self, system: str, to_places: tuple[str, ...] = (), recogniser: str | None = None
    ) -> CreditResult | None:
        """The same with the way that led there.

        ``to_places`` are those whose readings of the unit count, the issuer's if not given; the published figures of a
        ``recogniser`` come first.
        """
        credit = self.credential.credit
        if credit is None and self.credential.notional_hours is not None:
            hours = as_range(self.credential.notional_hours)
            credit = CreditAmount(system=HOURS, min=hours.min, max=hours.max)
        if credit is None:
            return None
        places = self.issuer_places
        return self.credits.convert(
            credit, system, self.as_of, places=places, to_places=to_places or places, recogniser=recogniser
        )
