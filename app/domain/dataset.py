"""All that a release, or one file of it, holds."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from app.domain.appeals import AppealRoute
from app.domain.circumstances import Circumstance
from app.domain.credential import Credential
from app.domain.credits import CreditReading, CreditSystem, Equivalence
from app.domain.described import described
from app.domain.jurisdictions import Jurisdiction
from app.domain.labels import Term
from app.domain.levels import Framework, LevelLink
from app.domain.recognisers import Recogniser, Register
from app.domain.rules import Decision, Rule
from app.domain.schemes import Scheme
from app.domain.sources import Source, Statement


@described
@dataclass(frozen=True, kw_only=True)
class CatalogueEntry(Statement):
    """A real credential in the catalogue, with the sources of its description."""

    credential: Credential
    """The credential; its id is the entry's."""


@described
@dataclass(frozen=True, kw_only=True)
class ListedSkill(Statement):
    """A skill that a published framework of skills lists."""

    uri: str
    """Its address, by which credentials name it."""
    label: str
    """What it is called, or how the framework states it."""
    code: str | None = None
    """Its code within the framework."""
    kind: str | None = None
    """What the framework calls it: Skill, Competency, Standard ..."""
    framework: str | None = None
    """Title of the framework of skills."""
    framework_uri: str | None = None
    """Address of the framework of skills."""
    broader: tuple[str, ...] = ()
    """Addresses of the skills that it is a part of."""
    language: str | None = None
    """Language of the label, BCP 47."""


@described
@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Framework data: one YAML file, or all files of a release put together."""

    about: str | None = None
    """What the file holds, in a sentence."""
    sources: tuple[Source, ...] = ()
    """Documents that its statements cite."""
    jurisdictions: tuple[Jurisdiction, ...] = ()
    """Places."""
    recognisers: tuple[Recogniser, ...] = ()
    """Bodies that decide, regulate or advise."""
    registers: tuple[Register, ...] = ()
    """Public registers."""
    frameworks: tuple[Framework, ...] = ()
    """Qualifications frameworks with their levels."""
    level_links: tuple[LevelLink, ...] = ()
    """Published tables between the levels of two frameworks."""
    credit_systems: tuple[CreditSystem, ...] = ()
    """Units of credit."""
    credit_readings: tuple[CreditReading, ...] = ()
    """National or institutional readings of a credit in hours."""
    equivalences: tuple[Equivalence, ...] = ()
    """Published links between two units."""
    schemes: tuple[Scheme, ...] = ()
    """Schemes for micro-credentials."""
    appeal_routes: tuple[AppealRoute, ...] = ()
    """Who hears an appeal or a complaint."""
    terms: tuple[Term, ...] = ()
    """What statuses and purposes are called."""
    circumstances: tuple[Circumstance, ...] = ()
    """Further facts that rules ask for."""
    rules: tuple[Rule, ...] = ()
    """Recognition rules."""
    credentials: tuple[CatalogueEntry, ...] = ()
    """Credentials of the catalogue."""
    decisions: tuple[Decision, ...] = ()
    """Published decisions on credentials of the catalogue."""
    skills: tuple[ListedSkill, ...] = ()
    """Skills of published frameworks."""


SECTIONS: tuple[str, ...] = tuple(field.name for field in fields(Dataset) if field.name != "about")
"""Names of the lists in a dataset."""


def merged(datasets: Iterable[Dataset]) -> Dataset:
    """Several files as one dataset, each list sorted by id, so that the order of files does not matter."""
    parts = list(datasets)
    sections: dict[str, Any] = {
        section: tuple(sorted((item for part in parts for item in getattr(part, section)), key=lambda item: item.id))
        for section in SECTIONS
    }
    return Dataset(**sections)
