"""Credit systems and exact conversion between them.

Published equivalences come first, notional learning hours second. Amounts are exact fractions and results are
intervals; rounding is towards the cautious side, so that converting there and back never gains.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from app.domain.described import described
from app.domain.labels import Labelled
from app.domain.memory import remembered
from app.domain.paths import strongest_path
from app.domain.sources import CONFIDENCES, Citation, Confidence, Statement, weakest_confidence

HOURS = "hours"
"""Id of the unit that every credit system with notional hours leads to: hours of learning."""

Meaning = Literal["exact", "up_to", "at_least", "range"]

EquivalenceBasis = Literal["law", "framework", "agreement", "guidance", "practice"]

EQUIVALENCE_BASES: tuple[EquivalenceBasis, ...] = ("law", "framework", "agreement", "guidance", "practice")


@described
@dataclass(frozen=True, kw_only=True)
class Range:
    """A closed interval; an open end is unknown or unlimited."""

    min: Fraction | None = None
    """Lower end, included."""
    max: Fraction | None = None
    """Upper end, included."""


def as_range(value: Fraction | Range) -> Range:
    """A single number as the interval that holds only it."""
    return value if isinstance(value, Range) else Range(min=value, max=value)


@described
@dataclass(frozen=True, kw_only=True)
class CreditAmount:
    """An amount of credit in one unit: one figure, or a range."""

    system: str
    """Id of the credit system, the unit."""
    amount: Fraction | None = None
    """The figure, when there is one."""
    min: Fraction | None = None
    """Least, when it is a range."""
    max: Fraction | None = None
    """Most, when it is a range or a ceiling."""

    @property
    def interval(self) -> Range:
        """The amount as an interval."""
        if self.amount is not None:
            return Range(min=self.amount, max=self.amount)
        return Range(min=self.min, max=self.max)


@described
@dataclass(frozen=True, kw_only=True)
class CreditSystem(Labelled, Statement):
    """A unit of credit. Units that sound alike in two places are two systems."""

    name: str
    """Name of the unit."""
    aliases: tuple[str, ...] = ()
    """Other names under which people write it."""
    jurisdiction: str
    """Code of the place, or WORLD."""
    hours: Range | None = None
    """Notional learning hours of one credit; the same number twice when it is exact."""
    year: Fraction | None = None
    """Credits of one full-time year of study."""
    step: Fraction | None = None
    """Smallest amount that can be booked."""
    summary: str | None = None
    """What the unit counts (study load, contact hours), in a sentence."""


@described
@dataclass(frozen=True, kw_only=True)
class CreditReading(Statement):
    """How one place or institution reads a credit in hours, where that differs from the system's own range."""

    system: str
    """Id of the credit system."""
    jurisdiction: str
    """Code of the place."""
    recogniser: str | None = None
    """Id of the institution, when only it reads the credit so."""
    hours: Range
    """Learning hours of one credit there."""


@described
@dataclass(frozen=True, kw_only=True)
class Equivalence(Statement):
    """A published link between two units: this much of one is that much of the other."""

    amount: Fraction
    """How much of the first unit."""
    system: str
    """Id of the first unit."""
    equals: CreditAmount
    """How much of the second unit it is."""
    jurisdiction: str | None = None
    """Code of the place where it is used; absent: anywhere."""
    recogniser: str | None = None
    """Id of the body whose own figure it is; absent: a general one."""
    basis: EquivalenceBasis
    """How official it is."""

    def factor(self, start: str) -> Range:
        """How many units at the other end one unit at this end is worth."""
        there = self.equals.interval
        if start == self.system:
            return Range(min=_over(there.min, self.amount), max=_over(there.max, self.amount))
        return Range(min=_over(self.amount, there.max), max=_over(self.amount, there.min))


@described
@dataclass(frozen=True, kw_only=True)
class CreditStep:
    """One step of a conversion."""

    by: str
    """Id of the equivalence, credit system or national reading used."""
    system: str
    """Unit at the start of the step."""
    to_system: str
    """Unit at the end of the step."""
    factor: Range
    """Units at the end for one unit at the start."""
    result: Range
    """Amount after the step."""


@described
@dataclass(frozen=True, kw_only=True)
class CreditResult:
    """An amount of credit expressed in another unit."""

    system: str
    """Unit of the result."""
    min: Fraction | None
    """Least it can be, exact."""
    max: Fraction | None
    """Most it can be, exact."""
    bookable: Fraction | None
    """The amount that is safe to expect: the least, rounded down to the unit's smallest step."""
    rounding: str
    """How the bookable amount was rounded, in words."""
    method: Literal["same_unit", "equivalence", "notional_hours"]
    """By published equivalences, or through notional hours."""
    path: tuple[CreditStep, ...] = ()
    """Steps taken, in order."""
    confidence: Confidence = "high"
    """Weakest evidence on the path."""
    sources: tuple[Citation, ...] = ()
    """What the path rests on."""


def _over(amount: Fraction | None, divisor: Fraction | None) -> Fraction | None:
    """A quotient; None where either side is open."""
    return None if amount is None or divisor is None else amount / divisor


def _times(amount: Fraction | None, factor: Fraction | None) -> Fraction | None:
    return None if amount is None or factor is None else amount * factor


def round_down(amount: Fraction, step: Fraction) -> Fraction:
    """Round down to the smallest step that can be booked, never to nearest: nobody is promised too much.

    >>> round_down(Fraction("3.9"), Fraction("0.5"))
    Fraction(7, 2)
    """
    return amount // step * step


@dataclass(frozen=True)
class CreditGraph:
    """Credit systems, national readings and equivalences."""

    systems: Mapping[str, CreditSystem] = field(default_factory=dict)
    readings: tuple[CreditReading, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()

    @remembered
    def convert(
        self,
        credit: CreditAmount,
        to_system: str,
        on: date,
        *,
        places: tuple[str, ...] = (),
        to_places: tuple[str, ...] | None = None,
        recogniser: str | None = None,
    ) -> CreditResult | None:
        """Express an amount of credit in another unit, or None where no published way exists on that day.

        ``places`` are the codes whose readings and equivalences count, nearest first: those where the credit was
        awarded; ``to_places`` the same for the unit asked for (the same places, if not given). A ``recogniser``
        adds its own published figures, which then come before the general ones.
        """
        to_places = places if to_places is None else to_places
        if to_system == credit.system:
            return self._result(credit, to_system, "same_unit", ())
        own = [e for e in self.equivalences if recogniser is not None and e.recogniser == recogniser]
        here = {*places, *to_places}
        general = [e for e in self.equivalences if e.recogniser is None and (e.jurisdiction or "") in {"", *here}]
        for usable in (own, [*own, *general]):
            path = self._path(usable, credit.system, to_system, on)
            if path:
                return self._along(credit, to_system, path)
        return self._through_hours(credit, to_system, on, places, to_places, recogniser)

    def hours(
        self, credit: CreditAmount, on: date, places: tuple[str, ...] = (), recogniser: str | None = None
    ) -> CreditResult | None:
        """The notional learning hours of an amount of credit, or None where its unit states none."""
        return self.convert(credit, HOURS, on, places=places, recogniser=recogniser)

    def _path(
        self, equivalences: Iterable[Equivalence], start: str, goal: str, on: date
    ) -> tuple[Equivalence, ...] | None:
        return strongest_path(
            [e for e in equivalences if e.holds_on(on)],
            start,
            goal,
            ends=lambda e: (e.system, e.equals.system),
            weakness=lambda e: EQUIVALENCE_BASES.index(e.basis),
            doubt=lambda e: CONFIDENCES.index(e.confidence),
            name=lambda e: e.id,
        )

    def _along(self, credit: CreditAmount, to_system: str, path: tuple[Equivalence, ...]) -> CreditResult:
        steps, here, interval = [], credit.system, credit.interval
        for equivalence in path:
            there = equivalence.equals.system if here == equivalence.system else equivalence.system
            factor = equivalence.factor(here)
            interval = Range(min=_times(interval.min, factor.min), max=_times(interval.max, factor.max))
            steps.append(CreditStep(by=equivalence.id, system=here, to_system=there, factor=factor, result=interval))
            here = there
        return self._result(
            CreditAmount(system=to_system, min=interval.min, max=interval.max),
            to_system,
            "equivalence",
            tuple(steps),
            path,
        )

    def _through_hours(
        self,
        credit: CreditAmount,
        to_system: str,
        on: date,
        places: tuple[str, ...],
        to_places: tuple[str, ...],
        recogniser: str | None,
    ) -> CreditResult | None:
        start = self._hours_of(credit.system, on, places, recogniser)
        end = self._hours_of(to_system, on, to_places, recogniser)
        if start is None or end is None:
            return None
        (by, hours), (to_by, to_hours) = start, end
        amount = credit.interval
        in_hours = Range(min=_times(amount.min, hours.min), max=_times(amount.max, hours.max))
        factor = Range(min=_over(Fraction(1), to_hours.max), max=_over(Fraction(1), to_hours.min))
        result = Range(min=_times(in_hours.min, factor.min), max=_times(in_hours.max, factor.max))
        steps = [
            CreditStep(by=by.id, system=credit.system, to_system=HOURS, factor=hours, result=in_hours),
            CreditStep(by=to_by.id, system=HOURS, to_system=to_system, factor=factor, result=result),
        ]
        used = [(s, step) for s, step in zip((by, to_by), steps, strict=True) if step.system != step.to_system]
        return self._result(
            CreditAmount(system=to_system, min=result.min, max=result.max),
            to_system,
            "notional_hours",
            tuple(step for _, step in used),
            tuple(s for s, _ in used),
        )

    def _hours_of(
        self, system: str, on: date, places: tuple[str, ...], recogniser: str | None
    ) -> tuple[CreditSystem | CreditReading, Range] | None:
        """Hours of one credit: the institution's reading, else the nearest place's, else the system's own."""
        readings = [r for r in self.readings if r.system == system and r.holds_on(on)]
        for place in (None, *places):
            for reading in sorted(readings, key=lambda r: r.id):
                own = recogniser is not None and reading.recogniser == recogniser
                local = reading.recogniser is None and reading.jurisdiction == place
                if (place is None and own) or local:
                    return reading, reading.hours
        known = self.systems.get(system)
        if known is None or known.hours is None or not known.holds_on(on):
            return None
        return known, known.hours

    def _result(
        self,
        credit: CreditAmount,
        to_system: str,
        method: Literal["same_unit", "equivalence", "notional_hours"],
        path: tuple[CreditStep, ...],
        used: tuple[Statement, ...] = (),
    ) -> CreditResult:
        interval = credit.interval
        known = self.systems.get(to_system)
        step = known.step if known else None
        bookable, rounding = interval.min, "not rounded: the unit states no smallest step"
        if step is not None and interval.min is not None:
            bookable = round_down(interval.min, step)
            rounding = f"rounded down to a multiple of {step}" if bookable != interval.min else "no rounding needed"
        return CreditResult(
            system=to_system,
            min=interval.min,
            max=interval.max,
            bookable=bookable,
            rounding=rounding,
            method=method,
            path=path,
            confidence=weakest_confidence([s.confidence for s in used]) if used else "high",
            sources=tuple(dict.fromkeys(citation for statement in used for citation in statement.sources)),
        )
