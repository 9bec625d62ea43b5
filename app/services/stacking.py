"""Several credentials towards one award: looks each up, then chooses what to count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.circumstances import CircumstanceValue
from app.domain.credential import Credential
from app.domain.credits import Range
from app.domain.described import described
from app.domain.errors import UnknownReference, UnreadableQuestion
from app.domain.evaluation import facts_of
from app.domain.facts import Facts
from app.domain.genuineness import reservation
from app.domain.programmes import Programme
from app.domain.report import AskedRecogniser, Outcome, Question, ReleaseReference, Report
from app.domain.rules import Purpose
from app.domain.ruleset import RuleSet
from app.domain.sources import Source
from app.domain.stacking import (
    AppliedCap,
    Award,
    FilledGroup,
    Limit,
    Piece,
    State,
    limits_of,
    members,
    shortcomings,
    total_of,
    used,
    worth,
)
from app.domain.verification import Genuineness, Verification, genuineness_of
from app.services.checking import check_level, check_place
from app.services.choosing import Problem, choose
from app.services.conversion import find_framework, find_system
from app.services.lookup import look_up

_PURPOSES: tuple[Purpose, ...] = ("stacking", "credit_transfer")
_PREFERENCE = {"recognised": 0, "conditional": 1, "discretionary": 2}


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A credential that is brought to an award, under the caller's name for it."""

    ref: str
    credential: Credential
    holder: Mapping[str, CircumstanceValue]
    verification: Verification | None = None
    """What is known of the document that shows it, where one does."""

    @property
    def genuineness(self) -> Genuineness | None:
        """What its answer takes from that."""
        return None if self.verification is None else genuineness_of(self.verification)


@described
@dataclass(frozen=True, kw_only=True)
class Stack:
    """What several credentials add up to towards an award."""

    as_of: date
    """Day on which it holds."""
    release: ReleaseReference
    """State of the data used."""
    award: Award
    """The award, with units and frameworks by their ids."""
    unit: str
    """Unit of all amounts: that of the award."""
    pieces: tuple[Piece, ...]
    """What each credential brings, in the order of the question."""
    total: Range
    """What those that count add up to: at the least, and at the most."""
    possible: Range
    """The same if everybody who decides case by case says yes."""
    missing: Range
    """What is still to be earned for the award: at the least, and at the most."""
    caps: tuple[AppliedCap, ...] = ()
    """Caps, and how much of them is used."""
    groups: tuple[FilledGroup, ...] = ()
    """Groups, and how far they are filled."""
    notes: tuple[str, ...] = ()
    """What to be careful about."""
    notice: str = "Guidance from published sources, dated and cited. Whoever awards decides what counts, and how much."
    """What this answer is."""
    sources: tuple[Source, ...] = ()
    """All sources cited."""


async def stack(session: AsyncSession, rules: RuleSet, award: Award, brought: Sequence[Brought], as_of: date) -> Stack:
    """What the credentials bring to the award, and the best choice when not all can count.

    A credential counts whole or not at all, and once: the same catalogue entry under two names counts once. Raises
    UnknownReference and UnreadableQuestion with pointers into the question.
    """
    award = _with_ids(award, rules)
    total = award.credit.amount if award.credit.amount is not None else award.credit.min
    if total is None:
        raise UnreadableQuestion("The award needs an amount of credit.", "/award/credit")
    reports = []
    for n, one in enumerate(brought):
        question = Question(
            credential=one.credential,
            as_of=as_of,
            jurisdictions=(award.jurisdiction,),
            purposes=_PURPOSES,
            recognisers=(AskedRecogniser(name=award.recogniser),) if award.recogniser else (),
            holder=one.holder,
            programme=Programme(title=award.title),
            genuineness=one.genuineness,
        )
        try:
            reports.append(await look_up(session, rules, question))
        except (UnknownReference, UnreadableQuestion) as fault:
            if one.verification is not None and fault.pointer.startswith("/credential"):  # what a document says
                raise UnreadableQuestion(str(fault), f"/credentials/{n}/credential/document") from None
            fault.pointer = fault.pointer.replace("/credential", f"/credentials/{n}/credential", 1)
            raise
    system = award.credit.system
    states: dict[str, tuple[State, list[str]]] = {}
    worths: dict[str, Range] = {}
    looked = []
    for one, report in zip(brought, reports, strict=True):
        credential = report.credential.credential
        facts = facts_of(Question(credential=credential, as_of=as_of), rules)
        outcome = _best(report)
        brings = worth(outcome, system, facts)
        states[one.ref] = _as_shown(_state(credential, award, outcome, brings, facts), one.genuineness)
        if brings is not None and states[one.ref][0] in ("counts", "may_count"):
            worths[one.ref] = brings
        looked.append((one.ref, credential, outcome, report))
    facts = facts_of(Question(credential=Credential(title=""), as_of=as_of), rules)
    pieces = [(ref, credential, outcome) for ref, credential, outcome, _ in looked]
    limits = limits_of(award, total, pieces, facts)
    groups = [
        (group, members(group, [(ref, credential) for ref, credential, _ in pieces], facts)) for group in award.groups
    ]
    same = _same(looked)
    one_of = [*award.exclusions, *same]
    sure = {ref for ref in worths if states[ref][0] == "counts"}

    def chosen_of(refs: set[str]) -> frozenset[str]:
        return choose(
            Problem(
                worth={ref: worths[ref].min or Fraction(0) for ref in refs},
                hoped={ref: worths[ref].max or worths[ref].min or Fraction(0) for ref in refs},
                at_most=[(limit.refs, limit.most) for limit in limits],
                at_least=[(refs, group.at_least) for group, refs in groups],
                one_of=one_of,
            )
        )

    certain, hoped = chosen_of(sure), chosen_of(set(worths))
    counted = total_of(worths, certain, limits)
    possible = total_of(worths, hoped, limits)
    return Stack(
        as_of=as_of,
        release=rules.release,
        award=award,
        unit=system,
        pieces=tuple(
            replace(
                _piece(ref, outcome, report, states[ref], worths.get(ref), certain | hoped, certain, same),
                verification=one.verification,
            )
            for one, (ref, _, outcome, report) in zip(brought, looked, strict=True)
        ),
        total=counted,
        possible=possible,
        missing=Range(
            min=max(total - (counted.max or Fraction(0)), Fraction(0)),
            max=max(total - (counted.min or Fraction(0)), Fraction(0)),
        ),
        caps=tuple(_applied(limit, worths, certain, sure) for limit in limits),
        groups=tuple(_filled(group.name, group.at_least, refs, worths, certain) for group, refs in groups),
        notes=_notes(limits, award, [one for one in brought if one.ref in certain | hoped]),
        sources=tuple({source.id: source for report in reports for source in report.sources}.values()),
    )


def _with_ids(award: Award, rules: RuleSet) -> Award:
    """The award with units and frameworks by their ids. Raises UnknownReference."""
    check_place(award.jurisdiction, rules, "/award/jurisdiction")
    credit = replace(award.credit, system=find_system(award.credit.system, rules, "/award/credit/system"))
    level = award.level_at_least
    if level is not None:
        level = replace(level, framework=find_framework(level.framework, rules, "/award/level_at_least/framework"))
        check_level(level, rules, "/award/level_at_least")
    return replace(award, credit=credit, level_at_least=level)


def _best(report: Report) -> Outcome:
    """The outcome that serves the holder best: counting towards an award, or study credit."""
    return min(
        report.outcomes,
        key=lambda outcome: (
            _PREFERENCE.get(outcome.status, 3),
            outcome.credit is None or outcome.credit.meaning in ("not_published", "indicative"),
            _PURPOSES.index(outcome.purpose) if outcome.purpose in _PURPOSES else len(_PURPOSES),
        ),
    )


def _state(
    credential: Credential, award: Award, outcome: Outcome, brings: Range | None, facts: Facts
) -> tuple[State, list[str]]:
    against, unknown = shortcomings(credential, award, facts)
    if against:
        return "does_not_count", against
    if outcome.status not in _PREFERENCE:
        return "does_not_count", [outcome.statement]
    if brings is None:
        return "size_unknown", [outcome.statement, *unknown]
    if outcome.status == "discretionary" or unknown:
        return "may_count", [outcome.statement, *unknown]
    return "counts", [outcome.statement]


def _as_shown(state: tuple[State, list[str]], genuineness: Genuineness | None) -> tuple[State, list[str]]:
    """The same for a credential that a document shows: it counts for nothing unless that may be genuine."""
    kind, because = state
    reserved = None if genuineness is None else reservation(genuineness)
    if genuineness is None or reserved is None:
        return state
    if genuineness.genuine == "failed":
        return "does_not_count", [reserved, *because]
    return kind, because if kind == "does_not_count" else [*because, reserved]


def _same(looked: Sequence[tuple[str, Credential, Outcome, Report]]) -> list[tuple[str, ...]]:
    """Names of credentials that are one and the same entry of the catalogue."""
    by_entry: dict[str, list[str]] = {}
    for ref, _, _, report in looked:
        if report.credential.catalogue_id is not None:
            by_entry.setdefault(report.credential.catalogue_id, []).append(ref)
    return [tuple(refs) for refs in by_entry.values() if len(refs) > 1]


def _piece(
    ref: str,
    outcome: Outcome,
    report: Report,
    state: tuple[State, list[str]],
    brings: Range | None,
    chosen: frozenset[str],
    certain: frozenset[str],
    same: Sequence[tuple[str, ...]],
) -> Piece:
    kind, because = state
    if kind in ("counts", "may_count") and ref not in chosen:
        kind = "left_out"
        twin = next((refs for refs in same if ref in refs), None)
        text = f"It is the same credential as {', '.join(name for name in twin if name != ref)}." if twin else None
        because = [text or "Beside the others it would exceed a cap or an exclusion.", *because]
    elif kind == "counts" and ref not in certain:
        kind = "may_count"
    return Piece(
        ref=ref,
        title=report.credential.credential.title,
        state=kind,
        status=outcome.status,
        credit=brings,
        by=outcome.because,
        because=tuple(because),
        confidence=outcome.confidence,
    )


def _applied(limit: Limit, worths: dict[str, Range], chosen: frozenset[str], sure: set[str]) -> AppliedCap:
    return AppliedCap(
        text=limit.text,
        most=limit.most,
        used=used(limit, worths, chosen),
        by=limit.by,
        binds=used(limit, worths, sure) > limit.most,
    )


def _filled(
    name: str, needed: Fraction, refs: frozenset[str], worths: dict[str, Range], chosen: frozenset[str]
) -> FilledGroup:
    has = sum((worths[ref].min or Fraction(0) for ref in refs if ref in chosen), Fraction(0))
    return FilledGroup(name=name, needed=needed, has=has, missing=max(needed - has, Fraction(0)))


def _notes(limits: Sequence[Limit], award: Award, chosen: Sequence[Brought]) -> tuple[str, ...]:
    notes = []
    if not limits:
        notes.append("No cap on recognised learning is recorded for this award; there may be one all the same.")
    elif award.caps:
        notes.append("The caps of the question were used; those that the data knows were not.")
    reserved = [one.ref for one in chosen if one.genuineness is not None and reservation(one.genuineness)]
    if reserved:
        notes.append(f"These count only if their issuers confirm the documents that show them: {', '.join(reserved)}.")
    return tuple(notes)
