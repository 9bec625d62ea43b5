"""What can be asked of a credential and its circumstances. How it is answered stands in findings.py."""

from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from app.domain.credential import CredentialKind, Delivery, DigitalFormat, IssuerKind
from app.domain.described import described
from app.domain.programmes import StudyLevel


@described
@dataclass(frozen=True, kw_only=True)
class LevelTest:
    """The credential's level, expressed in this framework, lies here."""

    framework: str
    """Id of the framework."""
    at_least: str | None = None
    """Lowest level allowed."""
    at_most: str | None = None
    """Highest level allowed."""
    one_of: tuple[str, ...] = ()
    """Levels allowed, when they are not a range."""


@described
@dataclass(frozen=True, kw_only=True)
class VolumeTest:
    """The credential's size, expressed in this unit, lies here."""

    system: str
    """Id of the credit system."""
    at_least: Fraction | None = None
    """Least, included."""
    at_most: Fraction | None = None
    """Most, included."""


@described
@dataclass(frozen=True, kw_only=True)
class NumberTest:
    """A number lies here."""

    at_least: Fraction | None = None
    """Least, included."""
    at_most: Fraction | None = None
    """Most, included."""


@described
@dataclass(frozen=True, kw_only=True)
class IssuerTest:
    """The issuer is one of these; every part that is given must hold."""

    kind: tuple[IssuerKind, ...] = ()
    """Kinds of issuer."""
    country: tuple[str, ...] = ()
    """Codes of places; an issuer in a part or a member of one counts."""
    abroad: bool | None = None
    """true: it sits in another country than the one asked about; false: in the same. Of a region others are meant."""
    name: tuple[str, ...] = ()
    """Names of issuers."""
    accredited_by: tuple[str, ...] = ()
    """Any of these accredits it."""


@described
@dataclass(frozen=True, kw_only=True)
class AwardTest:
    """When the credential was awarded."""

    on_or_after: date | None = None
    """First day that counts."""
    before: date | None = None
    """First day that no longer counts."""
    within_years: int | None = None
    """Not longer ago than this many years before the day asked about."""


@described
@dataclass(frozen=True, kw_only=True)
class CircumstanceTest:
    """A further fact about the credential, its holder or the programme holds."""

    fact: str
    """Id of the circumstance."""
    equals: bool | str | None = None
    """The value it must have, when it is true/false or a word."""
    at_least: Fraction | None = None
    """Least, for numbers."""
    at_most: Fraction | None = None
    """Most, for numbers."""
    on_or_after: date | None = None
    """First day that counts, for dates."""
    before: date | None = None
    """First day that no longer counts, for dates."""
    one_of: tuple[str, ...] = ()
    """Words allowed, for texts."""


@described
@dataclass(frozen=True, kw_only=True)
class ProgrammeTest:
    """The receiving programme is one of these."""

    level: tuple[StudyLevel, ...] = ()
    """Levels of study."""
    title: tuple[str, ...] = ()
    """Words in its title, any of which is enough."""


@described
@dataclass(frozen=True, kw_only=True)
class Criterion:
    """A test on a credential and its circumstances. Every part that is given must hold; an empty one always holds."""

    all_of: tuple["Criterion", ...] = ()
    """All of these hold."""
    any_of: tuple["Criterion", ...] = ()
    """At least one of these holds."""
    none_of: tuple["Criterion", ...] = ()
    """None of these holds (not)."""
    level: LevelTest | None = None
    """Its level."""
    volume: VolumeTest | None = None
    """Its size in credit."""
    notional_hours: NumberTest | None = None
    """Its hours of learning."""
    duration_weeks: NumberTest | None = None
    """Its duration in weeks."""
    assessed: bool | None = None
    """Whether it was assessed."""
    proctored: bool | None = None
    """Whether the assessment was supervised."""
    identity_verified: bool | None = None
    """Whether the holder's identity was checked."""
    graded: bool | None = None
    """Whether it carries a mark or grade."""
    credit_bearing: bool | None = None
    """Whether its issuer awards formal credit for it."""
    quality_assured: bool | None = None
    """Whether anybody quality-assures it."""
    quality_assured_by: tuple[str, ...] = ()
    """Any of these bodies quality-assures it."""
    issuer: IssuerTest | None = None
    """Who awards it."""
    schemes: tuple[str, ...] = ()
    """Awarded under any of these schemes."""
    registers: tuple[str, ...] = ()
    """Entered in any of these registers."""
    kind: tuple[CredentialKind, ...] = ()
    """Any of these kinds of credential."""
    delivery: tuple[Delivery, ...] = ()
    """Taught in any of these ways."""
    field: tuple[str, ...] = ()
    """Field of study begins with any of these ISCED-F codes."""
    digital_formats: tuple[DigitalFormat, ...] = ()
    """Issued in any of these forms."""
    awarded: AwardTest | None = None
    """When it was awarded."""
    title: tuple[str, ...] = ()
    """Its title contains any of these words. A title that does not contain them says false."""
    credentials: tuple[str, ...] = ()
    """It is one of these catalogue credentials."""
    circumstances: tuple[CircumstanceTest, ...] = ()
    """Further facts, all of which hold."""
    programme: ProgrammeTest | None = None
    """The receiving programme."""

    @cached_property
    def parts(self) -> tuple[tuple[str, Any], ...]:
        """The parts that ask something, by name."""
        told = ((part.name, getattr(self, part.name)) for part in fields(self))
        return tuple((name, wanted) for name, wanted in told if wanted not in (None, ()))
