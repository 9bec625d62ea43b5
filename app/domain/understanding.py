"""Reading a title as an adviser would, and filling a question from the catalogue; everything so taken is reported."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from app.domain.circumstances import CircumstanceValue
from app.domain.credential import Credential, CredentialKind
from app.domain.levels import LevelReference, level_reference
from app.domain.report import Question, Reading
from app.domain.ruleset import RuleSet
from app.domain.text import contains_phrase, fold
from app.domain.validity import DayRange, years_before

_KIND_PHRASES: tuple[tuple[str, CredentialKind], ...] = (
    ("professional certificate", "professional_certificate"),
    ("professional certificates", "professional_certificate"),
    ("career certificate", "professional_certificate"),
    ("career certificates", "professional_certificate"),
    ("edubadge", "badge"),
    ("badge", "badge"),
    ("microcredential", "micro_credential"),
    ("microcredentials", "micro_credential"),
    ("micro credential", "micro_credential"),
    ("micro credentials", "micro_credential"),
    ("prior learning", "prior_learning"),
    ("short course", "short_course"),
    ("short courses", "short_course"),
    ("short learning programme", "short_course"),
    ("mooc", "mooc_certificate"),
    ("module", "module"),
)
"""Words in a title that say what kind of credential it is, the more telling first."""

_NOT_ASSESSED = (
    "attendance only",
    "attendance",
    "participation",
    "without assessment",
    "no assessment",
    "not assessed",
)
_ASSESSED = ("ends with an assessment", "assessed", "with assessment")

_NUMBERS = {word: n for n, word in enumerate(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
)}  # fmt: skip
_NUMBER = r"(?P<number>\d{1,2}|an?|" + "|".join(_NUMBERS) + ")"
_SPAN = _NUMBER + r" (?P<unit>years?|months?)"
_AGES = (
    re.compile(rf"\b(?P<more>more than |over |older than ){_SPAN}(?: ago| old)?\b"),
    re.compile(rf"\b(?P<less>less than |under |within the last |in the last ){_SPAN}(?: ago| old)?\b"),
    re.compile(rf"\b{_SPAN} (?:ago|old)\b"),
)
"""Ages in words: more than, less than, just so long ago."""
_YEAR = re.compile(
    r"\b(?:completed|passed|taken|earned|awarded|obtained|finished|achieved|received|gained)"
    r"(?: \w+){0,2}? (?P<when>in|during|since|from|after|before) (?P<year>(?:19|20)\d\d)\b"
)
"""A year in which it was earned; a year that merely stands in a title may be an edition."""


_LEVEL = re.compile(r"(?P<words>(?:\w+ ){0,2}\w+) levels? (?P<low>\d+)(?: (?:or|and|to) (?P<high>\d+))?\b")
"""A framework's name, up to three words, and a level or two of it, in a folded text."""


def read_title(question: Question, rules: RuleSet) -> tuple[Question, tuple[Reading, ...]]:
    """Take from the title what it plainly says and the question does not; report each thing taken.

    What the question states is never overruled. Read are: the scheme, kind, assessment and age of the credential, and
    facts whose phrases the data lists.
    """
    credential, title = question.credential, question.credential.title
    said = rules.title_phrases.inside(fold(title))
    taken: dict[str, Any] = {}
    readings: list[Reading] = []

    def take(attribute: str, value: Any, phrase: str) -> None:
        taken[attribute] = value
        shown = _shown(value)
        because = f"the title says '{phrase}'"
        readings.append(Reading(attribute=f"/credential/{attribute}", value=shown or "none", because=because))

    if credential.schemes is None and said:
        for scheme in rules.data.schemes:
            if phrase := _first_of(scheme.denied_by, said):
                take("schemes", taken.get("schemes", ()), phrase)
            elif phrase := _first_of(scheme.phrases, said):
                take("schemes", (*taken.get("schemes", ()), scheme.id), phrase)
    if credential.level is None and (level := _level_in(title, rules)):
        take("level", *level)
    if credential.kind is None:
        for phrase, kind in _KIND_PHRASES:
            if "kind" not in taken and contains_phrase(title, phrase):
                take("kind", kind, phrase)
    if credential.assessed is None:
        if phrase := _first(title, _NOT_ASSESSED):
            take("assessed", False, phrase)
        elif phrase := _first(title, _ASSESSED):
            take("assessed", True, phrase)
    if credential.awarded_on is None and (found := _award_in(fold(title), question.as_of)):
        take("awarded_on", *found)

    told = {
        "credential": dict(credential.features),
        "holder": dict(question.holder),
        "programme": dict(question.programme.features),
    }
    for fact in rules.data.circumstances if said else ():
        if fact.type != "boolean" or fact.id in told[fact.on]:
            continue
        for value, phrases in ((False, fact.denied_by), (True, fact.phrases)):
            if fact.id not in told[fact.on] and (phrase := _first_of(phrases, said)):
                told[fact.on][fact.id] = value
                pointer = fact_pointer(fact.on, fact.id)
                readings.append(
                    Reading(attribute=pointer, value=str(value).lower(), because=f"the title says '{phrase}'")
                )
    return (
        replace(
            question,
            credential=replace(credential, **taken, features=told["credential"]),
            holder=told["holder"],
            programme=replace(question.programme, features=told["programme"]),
        ),
        tuple(readings),
    )


PHRASES: tuple[str, ...] = (*(phrase for phrase, _ in _KIND_PHRASES), *_NOT_ASSESSED, *_ASSESSED)
"""Phrases that are read in any title, besides those that the data lists."""


_HINT = re.compile(r"level|year|month|(?:19|20)\d\d")
"""What stands in every text that says one of the three above."""


def says_more_than_phrases(folded: str) -> bool:
    """Whether a folded title may say an age, a year of award or a level."""
    return _HINT.search(folded) is not None and bool(
        _YEAR.search(folded) or _LEVEL.search(folded) or any(age.search(folded) for age in _AGES)
    )


def fact_pointer(on: str, fact: str) -> str:
    """Where a question states a further fact."""
    return {"credential": "/credential/features/", "holder": "/holder/", "programme": "/programme/features/"}[on] + fact


_LISTED = frozenset({"aliases", "identifiers", "same_as", "skills"})
"""Lists in which none is nothing said, and not an answer."""


def filled_from(known: Credential, told: Credential) -> tuple[Credential, tuple[Reading, ...]]:
    """A credential described by the question, filled up with what the catalogue knows of it."""
    readings: list[Reading] = []

    def fill(one: Any, other: Any, prefix: str, skip: Iterable[str] = ()) -> dict[str, Any]:
        filled = {}
        for part in fields(one):
            mine, theirs = getattr(one, part.name), getattr(other, part.name)
            unknown = mine is None or (part.name in _LISTED and mine == ())  # elsewhere () is an answer: none
            if part.name in skip or not unknown or theirs is None:
                continue
            filled[part.name] = theirs
            if part.name not in ("id", "url", *_LISTED):
                because = f"the catalogue says so of {known.id}"
                readings.append(Reading(attribute=prefix + part.name, value=_shown(theirs), because=because))
        return filled

    issuer = replace(told.issuer, **fill(told.issuer, known.issuer, "/credential/issuer/"))
    merged: dict[str, Any] = fill(told, known, "/credential/", skip=("title", "issuer", "features"))
    features: Mapping[str, CircumstanceValue] = {**known.features, **told.features}
    return replace(told, **merged, issuer=issuer, features=features), tuple(readings)


_COMMON = (
    "issuer.kind", "issuer.country", "level", "credit", "notional_hours", "assessed", "quality_assured_by", "schemes",
    "kind", "field", "awarded_on",
)  # fmt: skip
_POINTERS = tuple(f"/credential/{name.replace('.', '/')}" for name in _COMMON)
_common = attrgetter(*_COMMON)


def not_given(credential: Credential) -> tuple[str, ...]:
    """Common attributes that nobody told, as JSON pointers."""
    return tuple([pointer for pointer, value in zip(_POINTERS, _common(credential), strict=True) if value is None])


def _first_of(phrases: Iterable[str], said: frozenset[str]) -> str | None:
    """The first phrase that is among those that stand in the title."""
    return next((phrase for phrase in phrases if fold(phrase) in said), None) if said else None


def _first(title: str, phrases: Iterable[str]) -> str | None:
    return next((phrase for phrase in phrases if contains_phrase(title, phrase)), None)


def _level_in(title: str, rules: RuleSet) -> tuple[LevelReference, str] | None:
    """The level that a title names with its framework: "MQF level 7", "NFQ level 5 or 6"; None for two frameworks."""
    found: dict[str, tuple[LevelReference, str]] = {}
    for told in _LEVEL.finditer(fold(title)):
        low, high = told["low"], told["high"] or told["low"]
        for words in (told["words"].split()[-n:] for n in (3, 2, 1)):
            framework = rules.framework_names.get(" ".join(words))
            if framework is None:
                continue
            if rules.levels.frameworks[framework].between(low, high):
                found[framework] = level_reference(framework, tuple(dict.fromkeys((low, high)))), told.group(0).strip()
            break
    return next(iter(found.values())) if len(found) == 1 else None


def _award_in(text: str, as_of: date) -> tuple[date | DayRange, str] | None:
    """When a folded text says that it was earned, and in which words.

    "Five years ago" is the day five years before; "more than" that, any earlier day; a year, any day of it.
    """
    if year := _YEAR.search(text):
        first, last = date(int(year["year"]), 1, 1), date(int(year["year"]), 12, 31)
        if year["when"] in ("since", "from"):
            last = as_of
        elif year["when"] == "after":
            first, last = last + timedelta(days=1), as_of
        elif year["when"] == "before":
            first, last = date.min, first - timedelta(days=1)
        return (DayRange(min=first, max=last), year.group(0)) if first <= last else None
    for pattern in _AGES:
        if age := pattern.search(text):
            day = _before(as_of, age["number"], age["unit"])
            if "more" in age.groupdict():
                return DayRange(min=date.min, max=day - timedelta(days=1)), age.group(0)
            if "less" in age.groupdict():
                return DayRange(min=day, max=as_of), age.group(0)
            return day, age.group(0)
    return None


def _before(as_of: date, number: str, unit: str) -> date:
    """The day so many years or months before."""
    count = 1 if number in ("a", "an") else _NUMBERS[number] if number in _NUMBERS else int(number)
    if unit.startswith("year"):
        return years_before(as_of, count)
    years, month = divmod(as_of.year * 12 + as_of.month - 1 - count, 12)
    return as_of.replace(year=years, month=month + 1, day=min(as_of.day, monthrange(years, month + 1)[1]))


def _shown(value: Any) -> str:
    if isinstance(value, DayRange):
        return f"up to {value.max}" if value.min == date.min else f"{value.min} to {value.max}"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        parts = {part.name: getattr(value, part.name) for part in fields(value)}
        return ", ".join(f"{name} {part}" for name, part in parts.items() if part is not None)
    return str(value).lower() if isinstance(value, bool) else str(value)
