"""Whether the published links between credit systems agree with one another.

Going round a cycle of links should bring one credit back to one credit. Links that are ranges leave some play; what
is left beyond that is the deviation of the cycle.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.domain.credits import HOURS, CreditReading, CreditSystem, Equivalence, Range

TOLERANCE = Fraction(1, 4)
"""Most that a cycle may deviate: full-time years of 1,500 and 1,200 hours are both taken for 60 ECTS credits in
practice, and so are credits of 25 and of 20 hours."""

LONGEST = 4
"""Most links in a cycle; longer ones are made of shorter ones."""


@dataclass(frozen=True)
class Link:
    """An equivalence, or the hours of a unit, as a link between two units."""

    id: str
    system: str
    to_system: str
    low: Fraction
    high: Fraction
    place: str | None
    body: str | None
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class Cycle:
    """A way round that comes back to its first unit."""

    links: tuple[str, ...]
    """Ids of the links, in order."""
    systems: tuple[str, ...]
    """Units passed, in order, the first once."""
    product: Range
    """What one credit comes back as."""
    deviation: Fraction
    """By how much more, or less, than one at the nearest: 1/4 for 25 %."""

    def __str__(self) -> str:
        way = " -> ".join((*self.systems, self.systems[0]))
        low, high = (f"{float(end):.3g}" for end in (self.product.min or 0, self.product.max or 0))
        return f"{way}: 1 comes back as {low} to {high}, off by {float(self.deviation):.0%} ({', '.join(self.links)})"


def find_cycles(
    systems: Iterable[CreditSystem], readings: Iterable[CreditReading], equivalences: Iterable[Equivalence]
) -> list[Cycle]:
    """The cycles in which one credit does not come back as one, the worst first.

    Links of different places, or of different bodies, or of different times never meet in one cycle. A national
    reading of a unit in hours is compared with the unit's own hours alone.
    """
    found: dict[frozenset[str], Cycle] = {}
    systems = tuple(systems)
    general = [*map(_of_equivalence, equivalences), *(link for system in systems for link in _of_hours(system))]
    own = {link.system: link for system in systems for link in _of_hours(system)}
    groups = [general]
    groups += [[own[link.system], link] for reading in readings for link in _of_hours(reading) if link.system in own]
    for cycle in (cycle for group in groups for cycle in _circles(group)):
        if cycle.deviation:
            found.setdefault(frozenset(cycle.links), cycle)
    return sorted(found.values(), key=lambda cycle: (-cycle.deviation, cycle.links))


def _circles(links: list[Link]) -> Iterator[Cycle]:
    """Every cycle that some links make."""
    by_unit: dict[str, list[tuple[Link, str]]] = {}
    for link in links:
        by_unit.setdefault(link.system, []).append((link, link.to_system))
        by_unit.setdefault(link.to_system, []).append((link, link.system))
    for start in sorted(by_unit):
        for path in _paths(start, by_unit):
            yield _cycle(start, path)


def _of_equivalence(item: Equivalence) -> Link:
    factor = item.factor(item.system)
    low, high = factor.min, factor.max
    assert low is not None or high is not None
    return Link(
        item.id,
        item.system,
        item.equals.system,
        low if low is not None else high or Fraction(0),
        high if high is not None else low or Fraction(0),
        item.jurisdiction,
        item.recogniser,
        item.valid_from or date.min,
        item.valid_to or date.max,
    )


def _of_hours(item: CreditSystem | CreditReading) -> Iterator[Link]:
    system = item.id if isinstance(item, CreditSystem) else item.system
    hours = item.hours
    if system == HOURS or hours is None or hours.min is None or hours.max is None:
        return
    reading = item if isinstance(item, CreditReading) else None
    yield Link(
        item.id,
        system,
        HOURS,
        hours.min,
        hours.max,
        reading.jurisdiction if reading else None,
        reading.recogniser if reading else None,
        item.valid_from or date.min,
        item.valid_to or date.max,
    )


def _paths(start: str, by_unit: dict[str, list[tuple[Link, str]]]) -> Iterator[tuple[tuple[Link, str], ...]]:
    """Ways from a unit round to itself that use each link and each other unit once; the start is the first by name."""
    stack: list[tuple[tuple[Link, str], ...]] = [()]
    while stack:
        path = stack.pop()
        here = path[-1][1] if path else start
        for link, there in by_unit[here]:
            used = {passed.id for passed, _ in path}
            if link.id in used or there < start or not _meet([*(passed for passed, _ in path), link]):
                continue
            longer = (*path, (link, there))
            if there == start:
                yield longer
            elif len(longer) < LONGEST and there not in {unit for _, unit in path}:
                stack.append(longer)


def _meet(links: list[Link]) -> bool:
    """Whether there is a place, a body and a day for which all these links count together."""
    together = max(link.valid_from for link in links) < min(link.valid_to for link in links)
    places = {link.place for link in links if link.place}
    bodies = {link.body for link in links if link.body}
    return together and len(places) <= 1 and len(bodies) <= 1


def _cycle(start: str, path: tuple[tuple[Link, str], ...]) -> Cycle:
    low = high = Fraction(1)
    here, passed = start, []
    for link, there in path:
        forwards = here == link.system
        low, high = (low * link.low, high * link.high) if forwards else (low / link.high, high / link.low)
        passed.append(here)
        here = there
    deviation = max(low - 1, 1 / high - 1, Fraction(0))
    return Cycle(tuple(link.id for link, _ in path), tuple(passed), Range(min=low, max=high), deviation)
