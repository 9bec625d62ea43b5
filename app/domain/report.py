"""The question and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from app.domain.appeals import Appeal
from app.domain.circumstances import CircumstanceValue
from app.domain.credential import Credential
from app.domain.credits import CreditStep, Range
from app.domain.described import described
from app.domain.labels import Label
from app.domain.levels import LevelResult, LevelStep
from app.domain.programmes import Programme, StudyLevel
from app.domain.recognisers import RecogniserKind
from app.domain.rules import Basis, Division, Form, Per, Purpose, Share, Status
from app.domain.sources import Citation, Confidence, Source
from app.domain.verification import Genuineness


@described
@dataclass(frozen=True, kw_only=True)
class AskedRecogniser:
    """A body that the question names. Without an id it is one of which the data says nothing in particular."""

    name: str
    """Its name."""
    id: str | None = None
    """Its id, when the data knows it."""
    kind: RecogniserKind | None = None
    """What kind of body it is."""
    country: str | None = None
    """Code of its place."""


@described
@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: a credential, and where, for what, by whom and on which day it should count."""

    credential: Credential
    as_of: date
    jurisdictions: tuple[str, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    recognisers: tuple[AskedRecogniser, ...] = ()
    holder: Mapping[str, CircumstanceValue] = field(default_factory=dict)
    programme: Programme = Programme()
    language: str | None = None
    genuineness: Genuineness | None = None
    """What is known of the document that shows the credential, when there is one."""
    match_threshold: float | None = None
    """Least score, 0 to 100, at which a described credential is taken to be one of the catalogue."""


@described
@dataclass(frozen=True, kw_only=True)
class ReleaseReference:
    """The state of the framework data that an answer rests on."""

    number: int
    """Number of the release."""
    checksum: str
    """SHA-256 of its content."""


@described
@dataclass(frozen=True, kw_only=True)
class Reading:
    """Something that was not told as such but read from the title or found in the catalogue."""

    attribute: str
    """JSON pointer of the attribute in the question."""
    value: str
    """The value taken."""
    because: str
    """Why."""


@described
@dataclass(frozen=True, kw_only=True)
class CatalogueMatch:
    """The entry of the catalogue that a described credential comes nearest to, and whether it was taken for it."""

    id: str
    """Id of the entry."""
    title: str
    """Its title."""
    issuer: str | None = None
    """Its issuer."""
    score: float
    """How well it fits, 0 to 100: the least of the parts below."""
    identifier: str | None = None
    """The identifier that both have. Titles are not compared then, as they may be in other languages."""
    title_score: float | None = None
    """100: the titles are equal; 95: but for a remark behind it or a generic word; else how alike they are."""
    issuer_score: float | None = None
    """100: the issuers are the same under a name that the data knows; 95: one name is in the other; 92: the entry
    names none; else how alike the names are. Absent when the question names none."""
    threshold: float
    """Least score at which it is taken."""
    taken: bool
    """Whether it was taken: then what the catalogue knows of it counts, and decisions on it do."""
    because: str
    """What fits."""


@described
@dataclass(frozen=True, kw_only=True)
class UnderstoodCredential:
    """The credential as it was understood before deciding."""

    credential: Credential
    """Its attributes, those read from the title or the catalogue included."""
    catalogue_id: str | None = None
    """Catalogue entry that it was taken to be."""
    readings: tuple[Reading, ...] = ()
    """What was not told as such, and why it was taken so. State the attribute yourself to overrule it."""
    notional_hours: Range | None = None
    """Hours of learning, stated or worked out from its credit."""
    eqf_level: LevelResult | None = None
    """Its level on the European Qualifications Framework, for comparison."""
    not_given: tuple[str, ...] = ()
    """Common attributes that nobody told: JSON pointers into the question."""


@described
@dataclass(frozen=True, kw_only=True)
class OutcomeCredit:
    """Credit, in the unit of the place or of the decision."""

    meaning: Literal["exact", "up_to", "at_least", "range", "zero", "not_published", "own_size", "indicative"]
    """exact figure; up_to a ceiling; at_least a floor; range between two; zero; not_published: credit without a
    published figure; own_size: the credential's own size counts; indicative: what its size would be in the local
    unit, while somebody else decides how much of it counts."""
    amount: Fraction | None = None
    """The figure, when there is exactly one; an exact number as text."""
    min: Fraction | None = None
    """Least."""
    max: Fraction | None = None
    """Most."""
    system: str | None = None
    """Id of the credit system, the unit."""
    per: Per | None = None
    """What the figure is counted by."""
    division: Division | None = None
    """Division of study."""
    text: str | None = None
    """What the figure is for, when it needs words."""
    method: Literal["decision", "rule", "same_unit", "equivalence", "notional_hours"]
    """Where the figure comes from."""
    bookable: Fraction | None = None
    """The amount that is safe to expect, rounded down to the unit's smallest step."""
    rounding: str | None = None
    """How it was rounded."""
    path: tuple[CreditStep, ...] = ()
    """Conversions used, in order."""
    hours: Range | None = None
    """Hours of learning that the credit stands for, side by side with it."""


@described
@dataclass(frozen=True, kw_only=True)
class OutcomeLevel:
    """Level in the place's framework."""

    framework: str
    """Id of the framework."""
    levels: tuple[str, ...]
    """The level, or the levels of a range, from low to high; none when no level corresponds."""
    method: Literal["stated", "own_level", "comparison"]
    """stated by the rule or decision; own_level: the credential's level counts there; comparison: to orient."""
    strength: str | None = None
    """Weakest link of the path, when levels were compared."""
    path: tuple[LevelStep, ...] = ()
    """Tables used, in order."""
    text: str | None = None
    """A remark."""


@described
@dataclass(frozen=True, kw_only=True)
class OutcomeCondition:
    """A condition, and how it stands for this credential."""

    text: str
    """The condition."""
    state: Literal["met", "failed", "unknown"]
    """How it stands."""
    on: Literal["credential", "holder", "programme", "recogniser"]
    """On what it falls."""
    shown_by: str | None = None
    """Who must show it."""
    missing: tuple[str, ...] = ()
    """What would settle it: JSON pointers into the question."""


@described
@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the reasoning, written while deciding."""

    text: str
    """What was asked, what was found and what followed."""
    by: str | None = None
    """Id of the rule, decision or conversion used."""
    sources: tuple[Citation, ...] = ()
    """What it rests on."""


@described
@dataclass(frozen=True, kw_only=True)
class RecogniserAnswer:
    """What one body decided, or does by its own rules."""

    recogniser: str
    """Id of the body."""
    name: str
    """Its name."""
    kind: RecogniserKind
    """What it is."""
    status: Status
    """Its answer for this credential."""
    by: str
    """Id of the decision or rule."""
    basis: Basis
    """What kind of text it is."""
    statement: str
    """What it says."""
    programme: str | None = None
    """Programme into which it goes."""
    programme_level: StudyLevel | None = None
    """Level of study of that programme."""
    credit: OutcomeCredit | None = None
    """Credit given."""
    share: Share | None = None
    """Share of a programme."""
    level: OutcomeLevel | None = None
    """Level given."""
    form: Form | None = None
    """How it is recognised."""
    conditions: tuple[OutcomeCondition, ...] = ()
    """Its conditions."""
    valid_from: date | None = None
    """First day on which it holds."""
    valid_to: date | None = None
    """First day on which it no longer holds."""
    last_day: date | None = None
    """Last day on which it holds."""
    confidence: Confidence = "low"
    """Weakest evidence."""
    sources: tuple[Citation, ...] = ()
    """What it rests on."""


@described
@dataclass(frozen=True, kw_only=True)
class Alternative:
    """What would hold if facts were known that are not."""

    when: str
    """The facts in words."""
    status: Status
    """The status that would follow."""
    by: str
    """Id of the rule."""


@described
@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The answer for one place and one purpose."""

    jurisdiction: str
    """Code of the place."""
    purpose: Purpose
    """What it should count for."""
    recogniser: AskedRecogniser | None = None
    """The body asked about, when the question names one."""
    status: Status
    """recognised; conditional: yes, if the conditions are met; discretionary: somebody decides case by case;
    not_recognised: a rule says no or a requirement is failed; undetermined: the facts given do not decide it, see
    missing; no_information: the data holds no rule, which is not a no."""
    statement: str
    """The answer in a sentence."""
    basis: Basis | None = None
    """What kind of text it rests on."""
    binding: bool | None = None
    """Whether whoever decides must follow that text."""
    because: tuple[str, ...] = ()
    """Ids of the rules and decisions that decided."""
    credit: OutcomeCredit | None = None
    """Credit, in the unit of the place or of the decision."""
    share: Share | None = None
    """Share of a programme that it may fill."""
    level: OutcomeLevel | None = None
    """Level in the place's framework."""
    form: Form | None = None
    """How it is recognised."""
    conditions: tuple[OutcomeCondition, ...] = ()
    """Conditions, each with its state."""
    missing: tuple[str, ...] = ()
    """What would change the answer if it were known: JSON pointers into the question."""
    alternatives: tuple[Alternative, ...] = ()
    """Rules that may apply besides, depending on what is missing."""
    decided_by: str | None = None
    """Who decides in the single case."""
    contact: AskedRecogniser | None = None
    """Who can be asked."""
    contact_url: str | None = None
    """Public page of the contact."""
    appeals: tuple[Appeal, ...] = ()
    """Who hears an appeal or a complaint if it is refused, as far as that is recorded."""
    programme: str | None = None
    """Programme that the decision speaks of."""
    recognisers: tuple[RecogniserAnswer, ...] = ()
    """Bodies that decided on it or have rules of their own; none of them binds another."""
    valid_from: date | None = None
    """First day on which what decided holds."""
    valid_to: date | None = None
    """First day on which it no longer holds."""
    last_day: date | None = None
    """Last day on which it holds."""
    confidence: Confidence | None = None
    """Weakest evidence used: high, medium or low. Absent when there is no information."""
    warnings: tuple[str, ...] = ()
    """What to be careful about: old readings, statements without a source."""
    explanation: tuple[Step, ...] = ()
    """How the answer came about, step by step."""
    sources: tuple[str, ...] = ()
    """Ids of the sources that the answer rests on; the report lists them in full."""


@described
@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole answer to a question."""

    as_of: date
    """Day on which the answer holds."""
    release: ReleaseReference
    """State of the data used."""
    credential: UnderstoodCredential
    """The credential as understood."""
    outcomes: tuple[Outcome, ...]
    """One answer for every place, purpose and named recogniser asked about."""
    sources: tuple[Source, ...] = ()
    """All sources cited."""
    notice: str = (
        "Guidance from published sources, dated and cited. It decides nothing: the body named in each outcome does."
    )
    """What this answer is."""
    labels: tuple[Label, ...] = ()
    """What the codes of this answer are called in the language asked for; none when no language was asked for."""
    permalink: str | None = None
    """Address that gives this same answer again: day and release are pinned."""
