"""Several credentials towards one award: what counts, how much of it, and what holds it back.

Pure: which of the credentials are taken when not all can be is somebody else's choice (a solver); this module says what
may be chosen from, and what a choice adds up to.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from app.domain.credential import Credential, CredentialKind
from app.domain.credits import CreditAmount, Range
from app.domain.described import described
from app.domain.facts import Facts
from app.domain.levels import LevelReference
from app.domain.report import Outcome
from app.domain.rules import Share, Status
from app.domain.sources import Confidence
from app.domain.text import contains_phrase
from app.domain.validity import as_days, years_before
from app.domain.verification import Verification


@described
@dataclass(frozen=True, kw_only=True)
class Cap:
    """The most that may come from some of the credentials."""

    text: str
    """The cap in words."""
    credit: Fraction | None = None
    """Most credit, in the award's unit."""
    share: Fraction | None = None
    """Most, as a share of the award's credit ("2/5")."""
    kinds: tuple[CredentialKind, ...] = ()
    """Kinds of credentials that it is about. Empty: all."""
    refs: tuple[str, ...] = ()
    """Names of the credentials that it is about. Empty: all."""


@described
@dataclass(frozen=True, kw_only=True)
class Group:
    """Credit that must come from some of the credentials."""

    name: str
    """What the group is called."""
    at_least: Fraction
    """Least credit from it, in the award's unit."""
    refs: tuple[str, ...] = ()
    """Names of the credentials that belong to it. Empty: those that the other keys describe."""
    fields: tuple[str, ...] = ()
    """ISCED-F codes, or beginnings of such."""
    title: tuple[str, ...] = ()
    """Words in the title, any of which is enough."""
    level_at_least: LevelReference | None = None
    """Level that they reach."""


@described
@dataclass(frozen=True, kw_only=True)
class Award:
    """The larger award."""

    title: str | None = None
    """Its title."""
    jurisdiction: str
    """Code of the place where it is awarded."""
    recogniser: str | None = None
    """The body that awards it, by id or name."""
    credit: CreditAmount
    """How much credit it takes in all."""
    level_at_least: LevelReference | None = None
    """Level that every credential must reach to count."""
    residence: Fraction | None = None
    """Credit that must be earned with the body itself, in the award's unit."""
    within_years: int | None = None
    """How old a credential may be."""
    caps: tuple[Cap, ...] = ()
    """The most that may come from elsewhere. Given, they replace the caps that the data knows."""
    groups: tuple[Group, ...] = ()
    """Credit that must come from some of the credentials."""
    exclusions: tuple[tuple[str, ...], ...] = ()
    """Lists of names of which only one may count."""


State = Literal["counts", "may_count", "left_out", "does_not_count", "size_unknown"]


@described
@dataclass(frozen=True, kw_only=True)
class Piece:
    """What one credential brings."""

    ref: str
    """Its name in the question."""
    title: str
    """Its title."""
    state: State
    """counts; may_count: somebody decides; left_out: it could count, but not beside the others; does_not_count;
    size_unknown: recognised, but no amount in the award's unit is known."""
    status: Status
    """What the rules of the place, or of the body, say of it."""
    credit: Range | None = None
    """Credit that it brings, in the award's unit."""
    by: tuple[str, ...] = ()
    """Ids of the rules and decisions."""
    because: tuple[str, ...] = ()
    """Why, in sentences."""
    confidence: Confidence | None = None
    """Weakest evidence used."""
    verification: Verification | None = None
    """Whether the document that shows it is genuine, step by step. Absent where none was handed in."""


@described
@dataclass(frozen=True, kw_only=True)
class AppliedCap:
    """A cap, and how much of it is used."""

    text: str
    """The cap in words."""
    most: Fraction
    """Most credit, in the award's unit."""
    used: Fraction
    """How much of it is used, at the least."""
    by: str | None = None
    """Id of the rule or decision that it stands in; absent when the question gave it."""
    binds: bool
    """Whether something is left out because of it."""


@described
@dataclass(frozen=True, kw_only=True)
class FilledGroup:
    """A group, and how far it is filled."""

    name: str
    """The group."""
    needed: Fraction
    """Credit that it needs."""
    has: Fraction
    """Credit that it has, at the least."""
    missing: Fraction
    """What is still missing."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The most credit that some of the pieces may bring together."""

    text: str
    most: Fraction
    """In the award's unit."""
    refs: frozenset[str]
    """Names of the pieces."""
    by: str | None = None
    """Id of the rule or decision that it stands in; None when the question gave it."""


def worth(outcome: Outcome, system: str, facts: Facts) -> Range | None:
    """The credit of an outcome in a unit, or None when it names none or no published way leads there."""
    credit = outcome.credit
    if credit is None or credit.system is None:
        return None
    low = credit.amount if credit.amount is not None else credit.min
    high = credit.amount if credit.amount is not None else credit.max
    if credit.meaning == "up_to":
        low = Fraction(0)
    if low is None and high is None:
        return None
    if credit.system == system:
        return Range(min=low, max=high)
    places = facts.places.chain(outcome.jurisdiction, facts.as_of)
    amount = CreditAmount(system=credit.system, min=low, max=high)
    result = facts.credits.convert(amount, system, facts.as_of, places=facts.issuer_places, to_places=places)
    return None if result is None else Range(min=result.min, max=result.max)


def shortcomings(credential: Credential, award: Award, facts: Facts) -> tuple[list[str], list[str]]:
    """What keeps a credential from counting towards an award, and what is not known that might."""
    against, unknown = [], []
    if award.within_years is not None:
        oldest = years_before(facts.as_of, award.within_years)
        days = None if credential.awarded_on is None else as_days(credential.awarded_on)
        inside = None if days is None else days.within(oldest, None)
        span = "year" if award.within_years == 1 else f"{award.within_years} years"
        if inside is False:
            against.append(f"It is older than {span}.")
        elif inside is None:
            unknown.append(f"Whether it was awarded within the last {span} is not known.")
    if credential.expires_on is not None and credential.expires_on <= facts.as_of:
        against.append(f"It expired on {credential.expires_on}.")
    if award.level_at_least is not None:
        reached = reaches(credential, award.level_at_least, facts)
        if reached is False:
            against.append(f"It is below level {_lowest(award.level_at_least)} of {award.level_at_least.framework}.")
        elif reached is None:
            unknown.append("Its level is not known, or no published table leads to the framework asked for.")
    return against, unknown


def reaches(credential: Credential, wanted: LevelReference, facts: Facts) -> bool | None:
    """Whether a credential's level is at least the one wanted; None when that is not known."""
    framework = facts.levels.frameworks.get(wanted.framework)
    level = _lowest(wanted)
    least = framework.rank(level) if framework and level else None
    if credential.level is None or framework is None or least is None:
        return None
    result = facts.levels.convert(credential.level, wanted.framework, facts.as_of)
    ranks = [framework.rank(value) for value in result.levels] if result else []
    known = [rank for rank in ranks if rank is not None]
    if not known:
        return None
    if min(known) >= least:
        return True
    return False if max(known) < least else None


def _lowest(reference: LevelReference) -> str | None:
    return reference.value if reference.value is not None else reference.min


def members(group: Group, credentials: Iterable[tuple[str, Credential]], facts: Facts) -> frozenset[str]:
    """The names of the credentials that belong to a group; what is not known to belong does not."""
    return frozenset(ref for ref, credential in credentials if _belongs(group, ref, credential, facts))


def _belongs(group: Group, ref: str, credential: Credential, facts: Facts) -> bool:
    if group.refs:
        return ref in group.refs
    titles = (credential.title, *credential.aliases)
    return (
        (not group.fields or any((credential.field or "").startswith(code) for code in group.fields))
        and (not group.title or any(contains_phrase(title, words) for title in titles for words in group.title))
        and (group.level_at_least is None or reaches(credential, group.level_at_least, facts) is True)
    )


def limits_of(
    award: Award, total: Fraction, pieces: Sequence[tuple[str, Credential, Outcome]], facts: Facts
) -> list[Limit]:
    """Everything that limits the sum: the award's own caps and residence, else the caps that rules and decisions state.

    A share of something other than the programme (a semester, a course) cannot be tested here and is left to whoever
    decides; it stays in the outcome.
    """
    every = frozenset(ref for ref, _, _ in pieces)
    limits = []
    if award.residence is not None:
        text = f"At least {award.residence} must be earned with the awarding body itself."
        limits.append(Limit(text=text, most=max(total - award.residence, Fraction(0)), refs=every))
    for cap in award.caps:
        most = cap.credit if cap.credit is not None else total * cap.share if cap.share is not None else None
        if most is not None:
            chosen = frozenset(
                ref
                for ref, credential, _ in pieces
                if (not cap.refs or ref in cap.refs) and (not cap.kinds or credential.kind in cap.kinds)
            )
            limits.append(Limit(text=cap.text, most=most, refs=chosen))
    if award.caps:
        return limits
    by_rule: dict[str, list[tuple[str, Outcome]]] = {}
    for ref, _, outcome in pieces:
        for name in outcome.because:
            by_rule.setdefault(name, []).append((ref, outcome))
    for name, several in sorted(by_rule.items()):
        refs = frozenset(ref for ref, _ in several)
        outcome = several[0][1]
        share: Share | None = outcome.share
        if share is not None and share.of == "programme" and share.max is not None:
            text = share.text or f"At most {share.max} of the programme."
            limits.append(Limit(text=text, most=total * share.max, refs=refs, by=name))
        credit = outcome.credit
        if credit is not None and credit.per in ("programme", "qualification") and credit.max is not None:
            stated = CreditAmount(system=credit.system or "", amount=credit.max)
            result = facts.credits.convert(stated, award.credit.system, facts.as_of) if credit.system else None
            if result is not None and result.max is not None:
                text = credit.text or f"At most {credit.max} {credit.system} in a programme."
                limits.append(Limit(text=text, most=result.max, refs=refs, by=name))
    return limits


def used(limit: Limit, worths: dict[str, Range], chosen: Collection[str]) -> Fraction:
    """How much of a limit some of the pieces use, at the least."""
    return sum((worths[ref].min or Fraction(0) for ref in limit.refs if ref in chosen), Fraction(0))


def total_of(worths: dict[str, Range], chosen: Collection[str], limits: Sequence[Limit]) -> Range:
    """What the chosen pieces add up to: at the least, and at the most as far as each limit lets them."""
    low = sum((worths[ref].min or Fraction(0) for ref in chosen), Fraction(0))
    whole = sum((worths[ref].max or Fraction(0) for ref in chosen), Fraction(0))
    inside = [
        sum((worths[ref].max or Fraction(0) for ref in chosen if ref in limit.refs), Fraction(0)) for limit in limits
    ]
    excess = [max(reached - limit.most, Fraction(0)) for reached, limit in zip(inside, limits, strict=True)]
    return Range(min=low, max=max(whole - max(excess, default=Fraction(0)), low))
