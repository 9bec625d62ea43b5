"""Credentials of the catalogue in the European Learning Model, version 3.

A credential is a ``LearningAchievementSpecification``, and a ``Qualification`` where a level is known, as ELM has
levels on qualifications only. It is no ``LearningOpportunity``: the catalogue holds what can be achieved, not offers
with places and prices. Who awards it stands under ``awardingOpportunity``.

What ELM has no term for is told in a note. Addresses of vocabularies: ``eu_vocabularies``. The terms are those of the
context of the EDC application profile; its published SHACL shapes are checked by the tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.documents import eu_vocabularies as eu
from app.documents.linked_data import Addresses, Node, as_written, english, given, named, pages, written_out
from app.domain.credential import Credential, Delivery, Identifier, Issuer, Skill
from app.domain.credits import CreditAmount, as_range
from app.domain.dataset import CatalogueEntry
from app.domain.levels import LevelReference
from app.domain.ruleset import RuleSet

CONTEXT: list[Any] = ["http://data.europa.eu/snb/model/context/edc-ap", {"id": "@id", "type": "@type"}]
"""The published context, which leaves the short names of ``@id`` and ``@type`` to the context of credentials."""

_MODES: dict[Delivery, tuple[str, str]] = {
    "online_platform": (eu.ONLINE, "Online"),
    "online": (eu.ONLINE, "Online"),
    "blended": (eu.BLENDED, "Blended"),
    "classroom": (eu.PRESENTIAL, "Presential"),
}

_FACTS = {
    "assessed": ("Learning outcomes were assessed.", "Learning outcomes were not assessed."),
    "proctored": ("The assessment was supervised.", "The assessment was not supervised."),
    "identity_verified": ("The holder's identity was checked.", "The holder's identity was not checked."),
    "graded": ("A mark or grade was given.", "No mark or grade was given."),
    "credit_bearing": ("The issuer awards formal credit for it.", "The issuer awards no formal credit for it."),
}
"""Facts that ELM has no term for, when they hold and when they do not."""

_LISTS = {
    "quality_assured_by": ("Quality-assured by: {}.", "Quality-assured by no body."),
    "schemes": ("Awarded under: {}.", "Awarded under no scheme."),
    "registers": ("Entered in: {}.", "Entered in no register."),
}


@dataclass(frozen=True)
class Elm:
    """Writes credentials of a release in ELM."""

    rules: RuleSet
    addresses: Addresses

    def credential(self, entry: CatalogueEntry, eqf: str | None) -> Node:
        """A credential, with its EQF level as far as it is known."""
        told, me = entry.credential, self.addresses.of("credentials", entry.id)
        national = self._national(told.level)
        levels = {"eqfLevel": concept(eu.eqf_address(eqf), eu.EQF_SCHEME, f"Level {eqf}"), "nqfLevel": national}
        volume, volume_note = _hours(told)
        credit, credit_note = self._credit(told.credit)
        notes = [*credit_note, *volume_note, *self._level_note(told, national), *_notes(told)]
        return given(
            {
                "id": me,
                "type": "Qualification" if any(levels.values()) else "LearningAchievementSpecification",
                "title": as_written([told.title]),
                "altLabel": as_written(told.aliases) if told.aliases else None,
                "category": english(told.kind.replace("_", " ")) if told.kind else None,
                **levels,
                "thematicArea": concept(eu.field_address(told.field), eu.FIELD_SCHEME, None),
                "creditPoint": credit,
                "volumeOfLearning": volume,
                "language": concept(eu.language_address(told.language), eu.LANGUAGE_SCHEME, None),
                "mode": _modes(told.delivery or ()),
                "awardingOpportunity": self._award(told.issuer, me),
                "learningOutcome": [_outcome(skill) for skill in told.skills],
                "identifier": [_identifier(identifier) for identifier in told.identifiers],
                "homepage": _page(told.url) if told.url else None,
                "supplementaryDocument": [_page(*page) for page in pages(entry.sources, self.rules.sources)],
                "additionalNote": [_note(text) for text in notes],
            }
        )

    def _national(self, level: LevelReference | None) -> Node | None:
        if level is None or level.value is None:
            return None
        framework = self.rules.levels.frameworks.get(level.framework)
        name = f"{framework.name if framework else level.framework}: {level.value}"
        return concept(eu.NATIONAL_LEVELS.get((level.framework, level.value)), eu.NQF_SCHEME, name)

    def _level_note(self, told: Credential, national: Node | None) -> list[str]:
        """A level that has no address in the vocabularies, in words."""
        level = told.level
        if level is None or national is not None or (level.framework == "eqf" and eu.eqf_address(level.value)):
            return []
        framework = self.rules.levels.frameworks.get(level.framework)
        value = level.value or f"{level.min or 'any'} to {level.max or 'any'}"
        return [f"Level {value} of {framework.name if framework else level.framework}."]

    def _credit(self, credit: CreditAmount | None) -> tuple[Node | None, list[str]]:
        """One figure as a credit point; a range, which ELM cannot hold, in words."""
        if credit is None:
            return None, []
        unit = self.rules.credits.systems.get(credit.system)
        name = unit.name if unit else credit.system
        interval = credit.interval
        if interval.min is None or interval.min != interval.max:
            ends = [f"at least {written_out(interval.min)}"] if interval.min is not None else []
            ends += [f"at most {written_out(interval.max)}"] if interval.max is not None else []
            return None, [f"Credit: {' and '.join(ends)}, in {name}."] if ends else []
        framework = (
            concept(eu.ECTS, eu.CREDIT_SCHEME, "European Credit Transfer System")
            if credit.system == "ects"
            else {
                "id": self.addresses.of("credit-systems", credit.system),
                "type": "Concept",
                "prefLabel": named(name, unit.labels if unit else {}),
            }
        )
        return {"type": "CreditPoint", "framework": framework, "point": written_out(interval.min)}, []

    def _award(self, issuer: Issuer, credential: str) -> Node | None:
        """The awarding body. Without a country it is an Agent: an Organisation must have an address."""
        if issuer.name is None:
            return None
        name = as_written([issuer.name])
        country = concept(eu.country_address(issuer.country), eu.COUNTRY_SCHEME, None)
        if country is None:
            body: Node = {"id": f"{credential}#issuer", "type": "Agent", "prefLabel": name}
        else:
            address = {"type": "Address", "countryCode": country}
            place = {"type": "Location", "address": address}
            body = {"id": f"{credential}#issuer", "type": "Organisation", "legalName": name, "location": place}
        return {"type": "AwardingOpportunity", "awardingBody": body}


def concept(address: str | None, scheme: str, name: str | None) -> Node | None:
    """A term of a controlled vocabulary; None where the vocabulary has none."""
    if address is None:
        return None
    return given(
        {
            "id": address,
            "type": "Concept",
            "inScheme": {"id": scheme, "type": "ConceptScheme"},
            "prefLabel": english(name) if name else None,
        }
    )


def duration(hours: Fraction) -> str | None:
    """Hours as an ISO 8601 duration; None where whole seconds do not express it.

    >>> duration(Fraction(75, 2)), duration(Fraction(1, 7))
    ('PT37H30M', None)
    """
    seconds = hours * 3600
    if seconds.denominator != 1 or seconds < 0:
        return None
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    parts = [f"{amount}{unit}" for amount, unit in ((hour, "H"), (minute, "M"), (second, "S")) if amount]
    return f"PT{''.join(parts) or '0H'}"


def _hours(told: Credential) -> tuple[str | None, list[str]]:
    if told.notional_hours is None:
        return None, []
    interval = as_range(told.notional_hours)
    if interval.min is not None and interval.min == interval.max and (exact := duration(interval.min)) is not None:
        return exact, []
    ends = [f"at least {written_out(interval.min)}"] if interval.min is not None else []
    ends += [f"at most {written_out(interval.max)}"] if interval.max is not None else []
    return None, [f"Hours of learning: {' and '.join(ends)}."] if ends else []


def _modes(delivery: Iterable[Delivery]) -> list[Node | None]:
    known = dict.fromkeys(_MODES[way] for way in delivery if way in _MODES)
    return [concept(address, eu.MODE_SCHEME, name) for address, name in known]


def _outcome(skill: Skill) -> Node:
    outcome: Node = {"type": "LearningOutcome", "title": as_written([skill.label])}
    if skill.uri is not None and skill.uri.startswith(eu.ESCO_SKILL):
        outcome["relatedESCOSkill"] = concept(skill.uri, eu.ESCO_SKILL_SCHEME, None)
    elif skill.uri is not None:
        outcome["relatedSkill"] = {"id": skill.uri, "type": "Concept"}
    return outcome


def _identifier(identifier: Identifier) -> Node:
    return {"type": "Identifier", "schemeName": identifier.scheme, "notation": identifier.value}


def _page(address: str, title: str | None = None) -> Node:
    return given({"type": "WebResource", "title": as_written([title]) if title else None, "contentURL": address})


def _note(text: str) -> Node:
    return {"type": "Note", "noteLiteral": english(text)}


def _notes(told: Credential) -> list[str]:
    """What is known and has no term in ELM."""
    notes = [texts[not value] for name, texts in _FACTS.items() if (value := getattr(told, name)) is not None]
    for name, (some, none) in _LISTS.items():
        value = getattr(told, name)
        if value is not None:
            notes.append(some.format(", ".join(value)) if value else none)
    if told.issuer.accredited_by is not None:
        bodies = ", ".join(told.issuer.accredited_by)
        notes.append(f"The issuer is accredited by: {bodies}." if bodies else "The issuer is accredited by no body.")
    for way in told.delivery or ():
        if way not in _MODES:
            notes.append(f"Taught as: {way.replace('_', ' ')}.")
    if told.duration_weeks is not None:
        notes.append(f"It takes {written_out(told.duration_weeks)} weeks.")
    return notes
