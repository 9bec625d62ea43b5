"""What a text says in general, and what was decided on one credential.

A rule speaks of credentials of a described kind; a decision of one credential. Both give the same kind of ruling.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from app.domain.criteria import Criterion
from app.domain.described import described
from app.domain.programmes import StudyLevel
from app.domain.recognisers import RecogniserKind
from app.domain.sources import Statement

Purpose = Literal["credit_transfer", "admission", "stacking", "register", "employment", "funding"]
PURPOSES: tuple[Purpose, ...] = ("credit_transfer", "admission", "stacking", "register", "employment", "funding")

Status = Literal["recognised", "conditional", "discretionary", "not_recognised", "undetermined", "no_information"]
RuledStatus = Literal["recognised", "conditional", "discretionary", "not_recognised"]

Basis = Literal[
    "law", "national_framework", "convention", "agreement", "decision", "recommendation", "pilot",
    "institutional_policy", "practice",
]  # fmt: skip
BASES: tuple[Basis, ...] = (
    "law", "national_framework", "convention", "agreement", "decision", "pilot", "recommendation",
    "institutional_policy", "practice",
)  # fmt: skip
"""From the strongest to the weakest."""

Form = Literal[
    "named_course", "unspecified_credit", "exemption", "advanced_standing", "graded_credit", "pass_credit",
    "supplement_entry", "register_entry", "none",
]  # fmt: skip

Per = Literal["credential", "course", "source", "semester", "year", "programme", "qualification", "institution"]

Division = Literal["lower", "upper", "graduate", "vocational"]


@described
@dataclass(frozen=True, kw_only=True)
class Grant:
    """The credit that a ruling gives."""

    meaning: Literal["exact", "up_to", "at_least", "range", "zero", "not_published", "own_size"]
    """exact figure; up_to a ceiling; at_least a floor; range between two; zero credit; not_published: recognised, but
    no amount is published; own_size: the credential's own size, converted into the unit."""
    amount: Fraction | None = None
    """The figure, for exact."""
    min: Fraction | None = None
    """Least, for at_least and range."""
    max: Fraction | None = None
    """Most, for up_to and range."""
    system: str | None = None
    """Id of the credit system, the unit."""
    per: Per | None = None
    """What the figure is counted by (per course, per programme ...)."""
    division: Division | None = None
    """Division of study where the place tells them apart."""
    text: str | None = None
    """What the figure is for, when it needs words."""


@described
@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of a programme: the part that may come from recognised learning."""

    min: Fraction | None = None
    """Least share, between 0 and 1 ("1/4")."""
    max: Fraction | None = None
    """Most share, between 0 and 1 ("2/5" for 40 %)."""
    about: Fraction | None = None
    """Share where the source gives a rough one ("about half")."""
    of: Literal["programme", "semester", "year", "course", "qualification"] = "programme"
    """What it is a share of."""
    text: str | None = None
    """The cap in words, with what it is shared with."""


@described
@dataclass(frozen=True, kw_only=True)
class LevelGrant:
    """The level at which a ruling places the credential."""

    framework: str
    """Id of the framework."""
    value: str | None = None
    """The level, when the ruling names one."""
    min: str | None = None
    """Lowest level of a range."""
    max: str | None = None
    """Highest level of a range."""
    own: bool = False
    """True: the credential's own level, expressed in this framework through published links."""
    text: str | None = None
    """A remark, for instance a second range under other conditions."""


@described
@dataclass(frozen=True, kw_only=True)
class Condition:
    """Something that must be so before the ruling holds."""

    text: str
    """The condition in a sentence."""
    on: Literal["credential", "holder", "programme", "recogniser"]
    """On what it falls."""
    shown_by: str | None = None
    """Who must show that it is met."""
    criterion: Criterion | None = None
    """How to test it; without one it stays for a person to judge."""


@described
@dataclass(frozen=True, kw_only=True)
class Ruling(Statement):
    """What is said about recognising: common to rules and decisions."""

    purposes: tuple[Purpose, ...]
    """Purposes that it speaks of."""
    status: RuledStatus
    """What it gives when everything that it asks is met. conditional: yes, if the conditions are met."""
    basis: Basis
    """What kind of text it is."""
    binding: bool
    """Whether whoever decides must follow it."""
    statement: str
    """What it says, in a sentence an adviser can repeat."""
    conditions: tuple[Condition, ...] = ()
    """What must be so besides; each is reported as met, failed or unknown."""
    credit: Grant | None = None
    """Credit given."""
    share: Share | None = None
    """Share of a programme that it may fill."""
    level: LevelGrant | None = None
    """Level given."""
    form: Form | None = None
    """How it is recognised."""
    decided_by: str | None = None
    """Who decides in the single case, in words."""
    contact: str | None = None
    """Id of the recogniser to ask."""
    supersedes: tuple[str, ...] = ()
    """Ids of earlier statements that it replaced."""


@described
@dataclass(frozen=True, kw_only=True)
class Rule(Ruling):
    """What a jurisdiction, scheme or body does with credentials of a described kind."""

    jurisdiction: str
    """Code of the place in which it holds."""
    recogniser: str | None = None
    """Id of the body whose own rule it is; absent: everybody's in the place."""
    recogniser_kinds: tuple[RecogniserKind, ...] = ()
    """When a question names the body that decides, the rule speaks only of these kinds. Empty: of any."""
    except_recognisers: tuple[str, ...] = ()
    """Ids of bodies of which it does not speak, although they are in the place."""
    scope: Criterion = Criterion()
    """Of which credentials it speaks. Empty: of all."""
    requirements: Criterion = Criterion()
    """What they must meet. Empty: nothing more."""
    otherwise: Literal["not_recognised", "discretionary", "silent"] = "not_recognised"
    """What follows when a requirement or a tested condition fails; silent: the rule then says nothing."""
    otherwise_statement: str | None = None
    """What it says in that case, in a sentence."""
    scheme: str | None = None
    """Id of the scheme that it belongs to."""


@described
@dataclass(frozen=True, kw_only=True)
class Decision(Ruling):
    """A published answer of one recogniser on one credential, or on several named ones: a precedent."""

    credentials: tuple[str, ...]
    """Ids of the catalogue credentials that it speaks of."""
    recogniser: str
    """Id of the body that decided."""
    jurisdiction: str | None = None
    """Code of the place in which it has effect; absent: the recogniser's."""
    programme: str | None = None
    """Title of the programme into which the credit goes."""
    programme_level: StudyLevel | None = None
    """Level of study of that programme."""
    dated_by: Literal["question", "award"] = "question"
    """question: it must be in force on the day asked about; award: on the day the credential was earned."""
