"""Converts credit and levels, and says which published way was taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.domain.credits import CreditAmount, CreditResult, CreditSystem
from app.domain.described import described
from app.domain.errors import NoConversion, UnknownReference, unknown
from app.domain.levels import Framework, LevelReference, LevelResult, level_reference
from app.domain.report import ReleaseReference
from app.domain.ruleset import RuleSet
from app.domain.sources import Citation, Source
from app.domain.text import fold
from app.services.checking import check_level, check_place
from app.services.matching import find_recogniser


@described
@dataclass(frozen=True, kw_only=True)
class CreditConversion:
    """An amount of credit in another unit."""

    as_of: date
    """Day on which the conversion holds."""
    release: ReleaseReference
    """State of the data used."""
    given: CreditAmount
    """What was asked."""
    result: CreditResult
    """What it is in the other unit: an interval, and the amount that is safe to expect."""
    sources: tuple[Source, ...]
    """Sources of the path."""


@described
@dataclass(frozen=True, kw_only=True)
class LevelConversion:
    """A level in another framework. A comparison, never a recognition."""

    as_of: date
    """Day on which the comparison holds."""
    release: ReleaseReference
    """State of the data used."""
    given: LevelReference
    """What was asked."""
    award: str | None = None
    """The qualification type that was asked about, when the level was named by one."""
    result: LevelResult
    """The corresponding levels, and the path."""
    sources: tuple[Source, ...]
    """Sources of the path."""


def convert_credits(
    rules: RuleSet,
    amount: Fraction,
    start: str,
    goal: str,
    on: date,
    *,
    jurisdiction: str | None = None,
    recogniser: str | None = None,
) -> CreditConversion:
    """Express an amount in another unit, in the reading of a place or of one body when they are given.

    Units may be given by id or by any of their names. Raises UnknownReference and NoConversion.
    """
    start, goal = find_system(start, rules, "/from"), find_system(goal, rules, "/to")
    places: tuple[str, ...] = ()
    body = None
    if recogniser is not None:
        body = find_recogniser(recogniser, rules, jurisdiction)
        if body is None:
            raise unknown("recogniser", recogniser, rules.recognisers, "/recogniser")
        jurisdiction = jurisdiction or body.jurisdiction
    if jurisdiction is not None:
        check_place(jurisdiction, rules, "/jurisdiction")
        places = rules.places.chain(jurisdiction, on)
    given = CreditAmount(system=start, amount=amount)
    result = rules.credits.convert(given, goal, on, places=places, recogniser=body.id if body else None)
    if result is None:
        raise NoConversion(start, goal, str(on), "/to")
    return CreditConversion(
        as_of=on, release=rules.release, given=given, result=result, sources=sources_of(result.sources, rules)
    )


def convert_level(rules: RuleSet, framework: str, level: str, goal: str, on: date) -> LevelConversion:
    """Express a level, or the level of a named qualification type, in another framework.

    Raises UnknownReference and NoConversion.
    """
    framework, goal = find_framework(framework, rules, "/framework"), find_framework(goal, rules, "/to")
    known = rules.levels.frameworks[framework]
    given, award = LevelReference(framework=framework, value=level), None
    if known.rank(level) is None:
        named = [(place.value, name) for place in known.levels for name in place.awards if _same_award(name, level)]
        if named:
            award = named[0][1]
            given = level_reference(framework, tuple(value for value, _ in named))
    try:
        check_level(given, rules, "")
    except UnknownReference as error:
        error.pointer = "/level"
        raise
    result = rules.levels.convert(given, goal, on)
    if result is None:
        raise NoConversion(framework, goal, str(on), "/to")
    return LevelConversion(
        as_of=on,
        release=rules.release,
        given=given,
        award=award,
        result=result,
        sources=sources_of(result.sources or known.sources, rules),
    )


def _same_award(one: str, other: str) -> bool:
    """Whether two names mean the same qualification type: singular or plural, apostrophes or none."""
    return _singular(one) == _singular(other)


def _singular(name: str) -> list[str]:
    return [word.removesuffix("s") for word in fold(name.replace("'s", "s").replace("’s", "s")).split()]


def find_system(name: str, rules: RuleSet, pointer: str) -> str:
    """The id of a credit system out of its id, name or an alias. Raises UnknownReference."""
    return _find_id("credit system", name, rules.data.credit_systems, pointer)


def find_framework(name: str, rules: RuleSet, pointer: str) -> str:
    """The id of a framework out of its id, name or an alias. Raises UnknownReference."""
    return _find_id("framework", name, rules.data.frameworks, pointer)


def _find_id(what: str, name: str, known: Sequence[CreditSystem | Framework], pointer: str) -> str:
    """The one thing of that id, else the only one of that name or alias, however it is spelt."""
    if any(thing.id == name for thing in known):
        return name
    wanted = fold(name)
    found = [thing.id for thing in known if wanted in map(fold, (thing.id, thing.name, *thing.aliases))]
    if len(found) != 1:
        raise unknown(what, name, [thing.id for thing in known], pointer)
    return found[0]


def sources_of(citations: tuple[Citation, ...], rules: RuleSet) -> tuple[Source, ...]:
    """The sources that citations lead to, each once."""
    ids = dict.fromkeys(citation.source for citation in citations)
    return tuple(rules.sources[source] for source in ids if source in rules.sources)
