"""Reading a title as an adviser would, and filling a question from the catalogue; everything so taken is reported."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from app.domain.circumstances import CircumstanceValue
from app.domain.credential import Credential, CredentialKind, Issuer
from app.domain.report import Question, Reading
from app.domain.ruleset import RuleSet
from app.domain.text import contains_phrase, fold
from app.domain.validity import years_before

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
_AGE = re.compile(r"\b(?P<more>more than |over )?(?P<number>\d{1,2}|" + "|".join(_NUMBERS) + r") years? (?:ago|old)\b")


def read_title(question: Question, rules: RuleSet) -> tuple[Question, tuple[Reading, ...]]:
    """Take from the title what it plainly says and the question does not; report each thing taken.

    What the question states is never overruled. Read are: the scheme, kind, assessment and age of the credential, and
    facts whose phrases the data lists.
    """
    credential, title = question.credential, question.credential.title
    taken: dict[str, Any] = {}
    readings: list[Reading] = []

    def take(attribute: str, value: Any, phrase: str) -> None:
        taken[attribute] = value
        shown = ", ".join(value) if isinstance(value, tuple) else str(value).lower()
        because = f"the title says '{phrase}'"
        readings.append(Reading(attribute=f"/credential/{attribute}", value=shown or "none", because=because))

    if credential.schemes is None:
        for scheme in rules.data.schemes:
            if phrase := _first(title, scheme.denied_by):
                take("schemes", taken.get("schemes", ()), phrase)
            elif phrase := _first(title, scheme.phrases):
                take("schemes", (*taken.get("schemes", ()), scheme.id), phrase)
    if credential.kind is None:
        for phrase, kind in _KIND_PHRASES:
            if "kind" not in taken and contains_phrase(title, phrase):
                take("kind", kind, phrase)
    if credential.assessed is None:
        if phrase := _first(title, _NOT_ASSESSED):
            take("assessed", False, phrase)
        elif phrase := _first(title, _ASSESSED):
            take("assessed", True, phrase)
    if credential.awarded_on is None and (age := _AGE.search(fold(title))):
        take("awarded_on", _day_of(age, question.as_of), age.group(0))

    told = {
        "credential": dict(credential.features),
        "holder": dict(question.holder),
        "programme": dict(question.programme.features),
    }
    for fact in rules.data.circumstances:
        if fact.type != "boolean" or fact.id in told[fact.on]:
            continue
        for value, phrases in ((False, fact.denied_by), (True, fact.phrases)):
            if fact.id not in told[fact.on] and (phrase := _first(title, phrases)):
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


def not_given(credential: Credential) -> tuple[str, ...]:
    """Common attributes that nobody told, as JSON pointers."""
    asked = (
        "level", "credit", "notional_hours", "assessed", "quality_assured_by", "schemes", "kind", "field", "awarded_on",
    )  # fmt: skip
    issuer: Issuer = credential.issuer
    return (
        *(f"/credential/issuer/{name}" for name in ("kind", "country") if getattr(issuer, name) is None),
        *(f"/credential/{name}" for name in asked if getattr(credential, name) is None),
    )


def _first(title: str, phrases: Iterable[str]) -> str | None:
    return next((phrase for phrase in phrases if contains_phrase(title, phrase)), None)


def _day_of(age: re.Match[str], as_of: date) -> date:
    """The day that an age in words means: the latest one when it says "more than"."""
    number = age["number"]
    day = years_before(as_of, _NUMBERS[number] if number in _NUMBERS else int(number))
    return day - timedelta(days=1) if age["more"] else day


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        parts = {part.name: getattr(value, part.name) for part in fields(value)}
        return ", ".join(f"{name} {part}" for name, part in parts.items() if part is not None)
    return str(value).lower() if isinstance(value, bool) else str(value)
