"""Checks that a question speaks of codes that the release knows, and says which are near when it does not."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache

import pycountry

from app.domain.circumstances import Circumstance, CircumstanceValue
from app.domain.credential import Credential
from app.domain.credits import CreditAmount, Range
from app.domain.errors import UnreadableQuestion, unknown
from app.domain.jurisdictions import WORLD
from app.domain.levels import LevelReference
from app.domain.report import Question
from app.domain.ruleset import RuleSet
from app.domain.validity import as_days

LARGEST = 1_000_000
"""Most credits, hours or weeks that a question may state."""

LONGEST_TITLE = 1_000
"""Most characters of a title: more would not fit into a permalink, and no credential needs it."""

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12}|/0*[1-9]\d{0,11})?", re.ASCII)
"""A number as people write it. Exponents are refused: a few letters could stand for millions of digits."""


def number_of(value: object) -> Fraction:
    """The number that somebody wrote. Raises ValueError.

    >>> number_of("2.5")
    Fraction(5, 2)
    """
    if _NUMBER.fullmatch(text := str(value)) is None:
        raise ValueError(f"found {text[:40]!r}, expected a number such as '5', '2.5' or '1/3'")
    return Fraction(text)


@cache
def country_codes() -> frozenset[str]:
    """All ISO 3166-1 alpha-2 codes and ISO 3166-2 codes."""
    return frozenset(
        [country.alpha_2 for country in pycountry.countries] + [part.code for part in pycountry.subdivisions]
    )


def check_place(code: str, rules: RuleSet, pointer: str) -> None:
    """A code of the release, or any ISO 3166 code: of those we may have nothing, and say so."""
    if code not in rules.places.by_code and code != WORLD and code not in country_codes():
        raise unknown("jurisdiction", code, [*rules.places.by_code, *country_codes()], pointer)


def check_system(system: str, rules: RuleSet, pointer: str) -> None:
    """The id of a credit system."""
    if system not in rules.credits.systems:
        raise unknown("credit system", system, rules.credits.systems, pointer)


def check_level(level: LevelReference, rules: RuleSet, pointer: str) -> None:
    """The id of a framework and levels that it has."""
    framework = rules.levels.frameworks.get(level.framework)
    if framework is None:
        raise unknown("framework", level.framework, rules.levels.frameworks, f"{pointer}/framework")
    for key in ("value", "min", "max"):
        value = getattr(level, key)
        if value is not None and framework.rank(value) is None:
            what = f"level of {framework.id}"
            raise unknown(what, value, [known.value for known in framework.levels], f"{pointer}/{key}")
    if level.min is not None and level.max is not None and not framework.between(level.min, level.max):
        raise UnreadableQuestion(f"Found min {level.min} above max {level.max}, expected the lower one first.", pointer)
    if level.value is None and level.min is None and level.max is None:
        raise UnreadableQuestion("A level needs a value, or a min and a max.", pointer)


def check_question(question: Question, rules: RuleSet) -> None:
    """Raise UnknownReference or UnreadableQuestion, with a pointer, for the first thing that makes no sense.

    Of the credential it says nothing: see ``check_credential``.
    """
    for n, code in enumerate(question.jurisdictions):
        check_place(code, rules, f"/jurisdictions/{n}")
    for n, asked in enumerate(question.recognisers):
        if asked.country is not None:
            check_place(asked.country, rules, f"/recognisers/{n}/country")
    _check_facts(question.holder, "holder", "/holder", rules)
    _check_facts(question.programme.features, "programme", "/programme/features", rules)


def check_credential(credential: Credential, rules: RuleSet) -> None:
    """Raise UnknownReference or UnreadableQuestion, with a pointer, for the first thing that makes no sense."""
    if not credential.title.strip():
        raise UnreadableQuestion("The title of the credential is empty.", "/credential/title")
    if len(credential.title) > LONGEST_TITLE:
        found = f"Found a title of {len(credential.title)} characters, expected at most {LONGEST_TITLE}."
        raise UnreadableQuestion(found, "/credential/title")
    awarded, expires = credential.awarded_on, credential.expires_on
    if awarded is not None:
        days = as_days(awarded)
        if days.min > days.max:
            text = f"Found min {days.min} and max {days.max}, expected a min not after the max."
            raise UnreadableQuestion(text, "/credential/awarded_on")
        if expires is not None and expires < days.min:
            found = f"Found {expires}, before it was awarded on {days.min}; expected a later day."
            raise UnreadableQuestion(found, "/credential/expires_on")
    if credential.issuer.country is not None:
        check_place(credential.issuer.country, rules, "/credential/issuer/country")
    if credential.level is not None:
        check_level(credential.level, rules, "/credential/level")
    if credential.credit is not None:
        credit = credential.credit
        check_system(credit.system, rules, "/credential/credit/system")
        if credit.amount is None and credit.min is None and credit.max is None:
            raise UnreadableQuestion("Credit needs an amount, or a min and a max.", "/credential/credit")
        _check_size(credit.amount, "/credential/credit")
        _check_size(credit, "/credential/credit")
    _check_size(credential.notional_hours, "/credential/notional_hours")
    _check_size(credential.duration_weeks, "/credential/duration_weeks")
    if credential.schemes:
        _check_ids(credential.schemes, rules.schemes, "schemes")
    if credential.registers:
        _check_ids(credential.registers, {register.id: register for register in rules.data.registers}, "registers")
    if credential.field is not None and not (credential.field.isdigit() and 2 <= len(credential.field) <= 4):
        text = f"Found {credential.field!r}, expected an ISCED-F 2013 code of two to four digits."
        raise UnreadableQuestion(text, "/credential/field")
    _check_facts(credential.features, "credential", "/credential/features", rules)


def _check_size(size: Fraction | Range | CreditAmount | None, pointer: str) -> None:
    """A number, or an interval whose ends stand in order, that a credential can have."""
    if size is None:
        return
    low, high = (size, size) if isinstance(size, Fraction) else (size.min, size.max)
    if any(end is not None and not 0 <= end <= LARGEST for end in (low, high)):
        raise UnreadableQuestion(f"Expected a number not below 0 and not above {LARGEST}.", pointer)
    if low is not None and high is not None and low > high:
        raise UnreadableQuestion(f"Found min {low} and max {high}, expected a min not above the max.", pointer)


def _check_ids(ids: Iterable[str], known: Mapping[str, object], name: str) -> None:
    for n, wanted in enumerate(ids):
        if wanted not in known:
            raise unknown(name.removesuffix("s"), wanted, known, f"/credential/{name}/{n}")


def _check_facts(facts: Mapping[str, CircumstanceValue], on: str, pointer: str, rules: RuleSet) -> None:
    if not facts:
        return
    known = {fact.id: fact for fact in rules.data.circumstances if fact.on == on}
    for name, value in facts.items():
        if name not in known:
            raise unknown(f"fact about the {on}", name, known, f"{pointer}/{name}")
        _check_value(known[name], value, f"{pointer}/{name}")


def _check_value(fact: Circumstance, value: CircumstanceValue, pointer: str) -> None:
    expected = {"boolean": "true or false", "number": "a number", "date": "a day such as 2024-09-01", "text": "text"}
    try:
        fits = isinstance(value, bool) == (fact.type == "boolean")
        if fits and fact.type == "number":
            fits = _NUMBER.fullmatch(str(value)) is not None
        elif fits and fact.type == "date":
            date.fromisoformat(str(value))
    except ValueError:
        fits = False
    if not fits:
        raise UnreadableQuestion(f"Found {value!r}, expected {expected[fact.type]} ({fact.text}).", pointer)
