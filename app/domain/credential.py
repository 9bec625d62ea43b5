"""What is asked about: a credential and its issuer. Everything but the title may be unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from fractions import Fraction
from typing import Literal

from app.domain.circumstances import CircumstanceValue
from app.domain.credits import CreditAmount, Range
from app.domain.described import Flag, described
from app.domain.levels import LevelReference
from app.domain.validity import DayRange

IssuerKind = Literal[
    "university", "college", "school", "company", "platform", "professional_body", "government",
    "training_provider", "awarding_body", "other",
]  # fmt: skip

CredentialKind = Literal[
    "micro_credential", "badge", "mooc_certificate", "professional_certificate", "industry_certification",
    "exam", "course", "module", "short_course", "certificate", "diploma", "degree", "qualification",
    "prior_learning", "apprenticeship", "licence", "other",
]  # fmt: skip

Delivery = Literal["online_platform", "online", "classroom", "workshop", "boot_camp", "blended", "workplace"]

DigitalFormat = Literal["open_badge", "european_digital_credential", "verifiable_credential", "pdf", "paper", "other"]


@described
@dataclass(frozen=True, kw_only=True)
class Issuer:
    """The body that awards the credential."""

    name: str | None = None
    """Name of the issuer."""
    kind: IssuerKind | None = None
    """What kind of body it is."""
    country: str | None = None
    """ISO 3166-1 code of its country, or 3166-2 code of its part of a country."""
    accredited_by: tuple[str, ...] | None = None
    """Names or ids of the bodies that accredit it. An empty list says: by none."""


@described
@dataclass(frozen=True, kw_only=True)
class Identifier:
    """A name under which another system knows the credential."""

    scheme: str
    """Which system: ctid (Credential Engine), open-badge (id of the achievement), uri, or the id of a register."""
    value: str
    """The identifier there."""


@described
@dataclass(frozen=True, kw_only=True)
class Skill:
    """A skill that the credential attests."""

    uri: str | None = None
    """Address of the skill in a published vocabulary (ESCO, CASE)."""
    label: str
    """What it is called."""


@described
@dataclass(frozen=True, kw_only=True)
class Credential:
    """A micro-credential, certificate, badge or award. What is absent is unknown, never false."""

    title: str
    """Title as printed on it, or a short description."""
    id: str | None = None
    """Id in the catalogue."""
    aliases: tuple[str, ...] = ()
    """Other titles under which it is known."""
    identifiers: tuple[Identifier, ...] = ()
    """Names under which other systems know it."""
    same_as: tuple[str, ...] = ()
    """Addresses of the same credential elsewhere."""
    issuer: Issuer = Issuer()
    """Who awards it."""
    url: str | None = None
    """Its public page."""
    level: LevelReference | None = None
    """Its level in a qualifications framework."""
    credit: CreditAmount | None = None
    """The credit that its issuer states."""
    notional_hours: Fraction | Range | None = None
    """Hours of learning in all, assessment included; a number or a range."""
    assessed: Flag | None = None
    """Whether learning outcomes were assessed. Attendance alone is false."""
    proctored: Flag | None = None
    """Whether the assessment was supervised."""
    identity_verified: Flag | None = None
    """Whether the holder's identity was checked."""
    graded: Flag | None = None
    """Whether a mark or grade was given, rather than a pass."""
    credit_bearing: Flag | None = None
    """Whether the issuer awards formal credit for it."""
    quality_assured_by: tuple[str, ...] | None = None
    """Names or ids of bodies that quality-assure it. An empty list says: by none."""
    schemes: tuple[str, ...] | None = None
    """Ids of schemes under which it was awarded. An empty list says: under none."""
    registers: tuple[str, ...] | None = None
    """Ids of registers in which it is entered. An empty list says: in none."""
    kind: CredentialKind | None = None
    """What kind of credential it is."""
    delivery: tuple[Delivery, ...] | None = None
    """How it was taught."""
    duration_weeks: Fraction | None = None
    """How long it took, in weeks."""
    field: str | None = None
    """Field of study, an ISCED-F 2013 code of two to four digits."""
    skills: tuple[Skill, ...] = ()
    """Skills that it attests."""
    language: str | None = None
    """Language of instruction, ISO 639-1."""
    digital_formats: tuple[DigitalFormat, ...] | None = None
    """Forms in which it is issued."""
    awarded_on: date | DayRange | None = None
    """Day on which the holder was awarded it, or the days of which it was one: a year, say."""
    expires_on: date | None = None
    """First day on which it no longer counts, by its issuer."""
    features: Mapping[str, CircumstanceValue] = dataclass_field(default_factory=dict)
    """Further facts about the credential that some rule asks for; the circumstances of a release list them."""
