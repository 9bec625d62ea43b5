"""Reads the framework data: lists with filters, single statements, and everything known about a place."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.appeals import AppealRoute
from app.domain.credits import CreditReading, CreditSystem, Equivalence
from app.domain.described import described
from app.domain.errors import unknown
from app.domain.jurisdictions import Jurisdiction
from app.domain.levels import Framework, LevelLink
from app.domain.recognisers import Recogniser, Register
from app.domain.report import ReleaseReference
from app.domain.rules import Rule
from app.domain.ruleset import RuleSet
from app.domain.schemes import Scheme
from app.domain.sources import Source
from app.services.conversion import sources_of


@described
@dataclass(frozen=True, kw_only=True)
class PlacePage:
    """Everything known about a place. What is no longer, or not yet, in force is listed with its dates."""

    release: ReleaseReference
    """State of the data."""
    as_of: date
    """Day for which memberships are told."""
    jurisdiction: Jurisdiction
    """The place."""
    inherits_from: tuple[str, ...]
    """Wider places whose rules hold here too, the nearer first."""
    parts: tuple[str, ...]
    """Places that belong to it directly."""
    schemes: tuple[Scheme, ...]
    """Its schemes for micro-credentials."""
    rules: tuple[Rule, ...]
    """Its recognition rules."""
    frameworks: tuple[Framework, ...]
    """Its qualifications frameworks."""
    level_links: tuple[LevelLink, ...]
    """Published links of those frameworks with others."""
    credit_systems: tuple[CreditSystem, ...]
    """Its units of credit."""
    credit_readings: tuple[CreditReading, ...]
    """Its own readings of a credit in hours."""
    equivalences: tuple[Equivalence, ...]
    """Published links of its units with others."""
    appeal_routes: tuple[AppealRoute, ...]
    """Who hears an appeal or a complaint there."""
    recognisers: tuple[Recogniser, ...]
    """Bodies that decide, regulate or advise there."""
    registers: tuple[Register, ...]
    """Its registers."""
    sources: tuple[Source, ...]
    """Sources of all that."""


def list_statements(rules: RuleSet, section: str, **wanted: Any) -> list[Any]:
    """The statements of a section in the order of ids, those that equal every given value.

    A value of None is no filter; ``purpose`` looks into the purposes, ``holds_on`` at the period.
    """
    found = list(getattr(rules.data, section))
    for name, value in wanted.items():
        if value is None:
            continue
        if name == "holds_on":
            found = [item for item in found if item.holds_on(value)]
        elif name == "purpose":
            found = [item for item in found if value in item.purposes]
        else:
            found = [item for item in found if getattr(item, name) == value]
    return found


def get_statement(rules: RuleSet, section: str, statement_id: str) -> Any:
    """One statement by its id. Raises UnknownReference with the nearest ids."""
    found = {item.id: item for item in getattr(rules.data, section)}
    if statement_id not in found:
        raise unknown(section.replace("_", " ").removesuffix("s"), statement_id, found)
    return found[statement_id]


def place_page(rules: RuleSet, code: str, as_of: date) -> PlacePage:
    """Everything known about a place. Raises UnknownReference with the nearest codes."""
    place = get_statement(rules, "jurisdictions", code)
    here = {section: list_statements(rules, section, jurisdiction=code) for section in (
        "schemes", "rules", "frameworks", "credit_systems", "credit_readings", "appeal_routes", "recognisers",
        "registers",
    )}  # fmt: skip
    frameworks = {framework.id for framework in here["frameworks"]}
    systems = {system.id for system in here["credit_systems"]}
    links = [link for link in rules.data.level_links if frameworks & {link.framework, link.to_framework}]
    equivalences = [
        e for e in rules.data.equivalences if e.jurisdiction == code or systems & {e.system, e.equals.system}
    ]
    statements = [place, *(item for items in here.values() for item in items), *links, *equivalences]
    citations = tuple(citation for statement in statements for citation in statement.sources)
    return PlacePage(
        release=rules.release,
        as_of=as_of,
        jurisdiction=place,
        inherits_from=rules.places.chain(code, as_of)[1:],
        parts=tuple(
            part.id
            for part in rules.data.jurisdictions
            if any(m.region == code and m.holds_on(as_of) for m in part.member_of)
        ),
        level_links=tuple(links),
        equivalences=tuple(equivalences),
        sources=sources_of(citations, rules),
        **{section: tuple(items) for section, items in here.items()},
    )
