"""Puts an outcome together once it is decided: credit, level, conditions, explanation, sources."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from app.domain.appeals import Appeal, find_appeals
from app.domain.credits import HOURS, CreditAmount, CreditResult, Range, as_range
from app.domain.findings import Facts
from app.domain.levels import LevelReference
from app.domain.opinions import Opinion
from app.domain.report import (
    Alternative,
    AskedRecogniser,
    Outcome,
    OutcomeCondition,
    OutcomeCredit,
    OutcomeLevel,
    RecogniserAnswer,
    Step,
)
from app.domain.rules import Decision, Grant, LevelGrant, Purpose, Rule, Ruling, Status
from app.domain.ruleset import RuleSet
from app.domain.sources import Citation, Confidence, attested_from, weakest_confidence
from app.domain.truth import Truth

_COUNTS = frozenset({"recognised", "conditional", "discretionary"})
_STUDY = frozenset({"credit_transfer", "stacking", "register", "admission"})

NOTHING_IN_FORCE = "Nothing in force on this day is recorded. That is not a no: ask whoever decides."
NOTHING_KNOWN = "The data holds no rule on this. That is not a no: ask whoever decides."


@dataclass
class _Used:
    """Steps, citations and confidences gathered while an outcome is put together."""

    steps: list[Step]
    citations: list[Citation] = field(default_factory=list)
    confidences: list[Confidence] = field(default_factory=list)

    def ruling(self, ruling: Ruling) -> None:
        self.citations += ruling.sources
        self.confidences.append(ruling.confidence)

    def conversion(self, text: str, by: str | None, sources: tuple[Citation, ...], confidence: Confidence) -> None:
        self.steps.append(Step(text=text, by=by, sources=sources))
        self.citations += sources
        self.confidences.append(confidence)


def compose(
    *,
    place: str,
    purpose: Purpose,
    asked: AskedRecogniser | None,
    status: Status,
    decisive: Opinion | None,
    beaten: Sequence[Opinion],
    opened: Sequence[Opinion],
    listed: Sequence[Opinion],
    ended: Sequence[Ruling],
    steps: Iterable[Step],
    facts: Facts,
    rules: RuleSet,
) -> Outcome:
    """The outcome for one place and purpose, from the opinion that decides it.

    ``beaten`` are weaker opinions, kept in the explanation; ``opened`` may yet speak; ``listed`` are those of single
    bodies, which bind nobody else; ``ended`` are general rulings that are over, told where nothing else is in force.
    """
    used = _Used(list(steps))
    for opinion in opened:
        used.steps.append(_step("May apply, depending on what is missing", opinion))
    if decisive is not None:
        used.steps.append(_step(f"Decides: {status.replace('_', ' ')}", decisive))
        used.ruling(decisive.ruling)
    for opinion in beaten:
        lead = "Also in force, weaker or to the same effect"
        used.steps.append(_step("May apply too, without changing the answer" if opinion.is_open else lead, opinion))
    members = tuple(_answer(opinion, facts, rules, used) for opinion in listed)
    conditions = decisive.conditions if decisive and status != "undetermined" else ()
    if decisive is None and not opened and any(member.status in _COUNTS for member in members):
        return _only_at_members(place, purpose, members, used, rules)
    ruling = decisive.ruling if decisive and status != "undetermined" else None
    credit = level = None
    if ruling is not None and status in _COUNTS:
        credit = _credit(ruling, facts, rules, used) or _indicative_credit(place, purpose, facts, rules, used)
        level = _level(ruling.level, facts, used) or _comparable_level(place, purpose, facts, rules, used)
    if ruling is None:
        for opinion in opened:
            used.ruling(opinion.ruling)
    missing = [name for o in (*([decisive] if decisive else ()), *opened) for name in o.missing]
    contact, contact_url = _contact(ruling, place, rules)
    return Outcome(
        jurisdiction=place,
        purpose=purpose,
        recogniser=asked,
        status=status,
        statement=_statement(status, decisive, opened, ended),
        basis=ruling.basis if ruling else None,
        binding=ruling.binding if ruling else None,
        because=(ruling.id,) if ruling else (),
        credit=credit,
        share=ruling.share if ruling and status in _COUNTS else None,
        level=level,
        form=ruling.form if ruling and status in _COUNTS else None,
        conditions=conditions,
        missing=tuple(dict.fromkeys(missing)),
        alternatives=tuple(_alternative(opinion) for opinion in opened),
        decided_by=ruling.decided_by if ruling else None,
        contact=contact,
        contact_url=contact_url,
        appeals=()
        if status in ("recognised", "no_information")
        else _appeals(place, purpose, asked, facts, rules, used),
        programme=ruling.programme if isinstance(ruling, Decision) else None,
        recognisers=members,
        valid_from=ruling.valid_from if ruling else None,
        valid_to=ruling.valid_to if ruling else None,
        last_day=ruling.last_day if ruling else None,
        confidence=weakest_confidence(used.confidences) if used.confidences else None,
        warnings=_warnings([o.ruling for o in (*([decisive] if decisive else ()), *opened)], facts.as_of, rules),
        explanation=tuple(used.steps),
        sources=_source_ids(used.citations),
    )


def _only_at_members(
    place: str, purpose: Purpose, members: tuple[RecogniserAnswer, ...], used: _Used, rules: RuleSet
) -> Outcome:
    """Nothing holds for the whole place, but single bodies there have answered: yes, at those bodies."""
    willing = [member for member in members if member.status in _COUNTS]
    names = ", ".join(sorted({member.name for member in willing}))
    used.steps.append(Step(text=f"No rule for the whole place is recorded; answers of single bodies are: {names}."))
    used.citations += [citation for member in willing for citation in member.sources]
    used.confidences += [member.confidence for member in willing]
    contact, contact_url = _contact(None, place, rules)
    return Outcome(
        jurisdiction=place,
        purpose=purpose,
        status="conditional",
        statement=f"Recorded only for single bodies, none of which binds another: {names}.",
        basis="decision",
        binding=False,
        because=tuple(dict.fromkeys(member.by for member in willing)),
        conditions=(
            OutcomeCondition(text=f"The receiving body is one of: {names}.", state="unknown", on="recogniser"),
        ),
        contact=contact,
        contact_url=contact_url,
        recognisers=members,
        confidence=weakest_confidence(used.confidences),
        explanation=tuple(used.steps),
        sources=_source_ids(used.citations),
    )


def _statement(status: Status, decisive: Opinion | None, opened: Sequence[Opinion], ended: Sequence[Ruling]) -> str:
    if status == "no_information":
        past = "".join(f" Until {ruling.last_day}: {ruling.statement}" for ruling in ended)
        return f"{NOTHING_IN_FORCE}{past}" if past else NOTHING_KNOWN
    if status == "undetermined":
        return "The facts given do not decide it: " + "; ".join(o.ruling.statement.rstrip(".") for o in opened) + "."
    assert decisive is not None
    return decisive.statement


def _step(lead: str, opinion: Opinion) -> Step:
    tests = [f"{finding.text}: {_WORDS[finding.truth]}" for finding in opinion.scope_findings]
    tests += [f"{condition.text.rstrip('.')}: {condition.state}" for condition in opinion.conditions]
    shown = f" [{'; '.join(tests)}]" if tests else ""
    basis = opinion.ruling.basis.replace("_", " ")
    text = f"{lead} ({opinion.ruling.id}, {basis}): {opinion.statement}{shown}"
    return Step(text=text, by=opinion.ruling.id, sources=opinion.ruling.sources)


_WORDS = {Truth.TRUE: "yes", Truth.FALSE: "no", Truth.UNKNOWN: "not known"}


def _alternative(opinion: Opinion) -> Alternative:
    unknown = [finding.text for finding in opinion.scope_findings if finding.truth is Truth.UNKNOWN]
    assert opinion.status is not None
    return Alternative(when=" and ".join(unknown), status=opinion.status, by=opinion.ruling.id)


def _answer(opinion: Opinion, facts: Facts, rules: RuleSet, used: _Used) -> RecogniserAnswer:
    """The entry of one body. Its sources are its own, and listed with the outcome's."""
    ruling = opinion.ruling
    assert isinstance(ruling, Rule | Decision)
    assert ruling.recogniser is not None
    assert opinion.status is not None
    body = rules.recognisers[ruling.recogniser]
    own = _Used([])
    own.ruling(ruling)
    counts = opinion.status in _COUNTS
    decision = ruling if isinstance(ruling, Decision) else None
    answer = RecogniserAnswer(
        recogniser=body.id,
        name=body.name,
        kind=body.kind,
        status=opinion.status,
        by=ruling.id,
        basis=ruling.basis,
        statement=opinion.statement,
        programme=decision.programme if decision else None,
        programme_level=decision.programme_level if decision else None,
        credit=_credit(ruling, facts, rules, own) if counts else None,
        share=ruling.share if counts else None,
        level=_level(ruling.level, facts, own) if counts else None,
        form=ruling.form if counts else None,
        conditions=opinion.conditions,
        valid_from=ruling.valid_from,
        valid_to=ruling.valid_to,
        last_day=ruling.last_day,
        confidence=weakest_confidence(own.confidences),
        sources=tuple(dict.fromkeys(own.citations)),
    )
    used.citations += own.citations
    return answer


def _credit(ruling: Ruling, facts: Facts, rules: RuleSet, used: _Used) -> OutcomeCredit | None:
    """The credit that a ruling gives, with the hours that it stands for."""
    grant = ruling.credit
    if grant is None:
        return None
    if grant.meaning == "own_size":
        return _own_size(grant, ruling, facts, used)
    if grant.meaning == "zero":
        grant = Grant(meaning="zero", amount=Fraction(0), system=grant.system, text=grant.text)
    amount = grant.amount if grant.meaning in ("exact", "zero") else None
    hours = None
    if grant.system is not None and grant.meaning not in ("zero", "not_published"):
        places = rules.places.chain(place_of(ruling, rules), facts.as_of)
        stated = CreditAmount(system=grant.system, amount=amount, min=grant.min, max=grant.max)
        result = rules.credits.hours(stated, facts.as_of, places)
        hours = Range(min=result.min, max=result.max) if result else None
    return OutcomeCredit(
        meaning=grant.meaning,
        amount=amount,
        min=grant.min,
        max=grant.max,
        system=grant.system,
        per=grant.per,
        division=grant.division,
        text=grant.text,
        method="decision" if isinstance(ruling, Decision) else "rule",
        hours=hours,
    )


def _own_size(grant: Grant, ruling: Ruling, facts: Facts, used: _Used) -> OutcomeCredit:
    """The credential's own size in the unit of the ruling, by the body's own figures first."""
    assert grant.system is not None
    recogniser = ruling.recogniser if isinstance(ruling, Rule | Decision) else None
    result = _converted(facts, grant.system, (), recogniser)
    if result is None:
        text = grant.text or "The size of the credential is not known, or no published conversion leads to this unit."
        return OutcomeCredit(meaning="not_published", system=grant.system, text=text, method="rule")
    return _outcome_credit("own_size", result, facts, used, grant)


def _indicative_credit(place: str, purpose: Purpose, facts: Facts, rules: RuleSet, used: _Used) -> OutcomeCredit | None:
    """What the credential's size would be in the place's own unit, where the ruling gives no figure."""
    known = rules.places.by_code.get(place)
    if purpose not in ("credit_transfer", "stacking"):
        return None
    units = (rules.places.by_code.get(code) for code in rules.places.chain(place, facts.as_of))
    system = next((unit.credit_system for unit in units if unit and unit.credit_system), None)
    if system is None or known is None:
        return None
    result = _converted(facts, system, rules.places.chain(place, facts.as_of))
    return None if result is None else _outcome_credit("indicative", result, facts, used, None)


def _converted(
    facts: Facts, system: str, to_places: tuple[str, ...], recogniser: str | None = None
) -> CreditResult | None:
    credential = facts.credential
    credit = credential.credit
    if credit is None and credential.notional_hours is not None:
        hours = as_range(credential.notional_hours)
        credit = CreditAmount(system=HOURS, min=hours.min, max=hours.max)
    if credit is None:
        return None
    places = facts.issuer_places
    return facts.credits.convert(
        credit, system, facts.as_of, places=places, to_places=to_places or places, recogniser=recogniser
    )


def _outcome_credit(
    meaning: Literal["own_size", "indicative"], result: CreditResult, facts: Facts, used: _Used, grant: Grant | None
) -> OutcomeCredit:
    exact = result.min is not None and result.min == result.max
    span = f"{result.min}" if exact else f"{result.min} to {result.max}"
    way = " then ".join(f"{step.by}" for step in result.path) or "no conversion needed"
    used.conversion(
        f"Its size is {span} {result.system} ({way}); {result.rounding}.",
        result.path[0].by if result.path else None,
        result.sources,
        result.confidence,
    )
    return OutcomeCredit(
        meaning=meaning,
        amount=result.min if exact else None,
        min=None if exact else result.min,
        max=None if exact else result.max,
        system=result.system,
        per=grant.per if grant else None,
        division=grant.division if grant else None,
        text=grant.text if grant else "The receiving body decides how much of it counts.",
        method=result.method,
        bookable=result.bookable,
        rounding=result.rounding,
        path=result.path,
        hours=facts.notional_hours(),
    )


def _level(grant: LevelGrant | None, facts: Facts, used: _Used) -> OutcomeLevel | None:
    """The level that a ruling gives: the one it states, or the credential's own in its framework."""
    if grant is None:
        return None
    if grant.own:
        return _converted_level(grant.framework, "own_level", facts, used, grant.text)
    reference = LevelReference(framework=grant.framework, value=grant.value, min=grant.min, max=grant.max)
    levels = facts.levels.values(reference)
    return OutcomeLevel(framework=grant.framework, levels=levels, method="stated", text=grant.text)


def _comparable_level(place: str, purpose: Purpose, facts: Facts, rules: RuleSet, used: _Used) -> OutcomeLevel | None:
    """The credential's level in the place's framework, for orientation only."""
    chain = (rules.places.by_code.get(code) for code in rules.places.chain(place, facts.as_of))
    framework = next((known.framework for known in chain if known and known.framework), None)
    if framework is None or purpose not in _STUDY:
        return None
    return _converted_level(framework, "comparison", facts, used, "A comparison of levels; it recognises nothing.")


def _converted_level(
    framework: str, method: Literal["own_level", "comparison"], facts: Facts, used: _Used, text: str | None
) -> OutcomeLevel | None:
    if facts.credential.level is None:
        return None
    result = facts.levels.convert(facts.credential.level, framework, facts.as_of)
    if result is None:
        return None
    levels = ", ".join(result.levels) or "no level corresponds"
    way = " then ".join(step.link for step in result.path) or "the same framework"
    used.conversion(
        f"Its level in {framework}: {levels} ({way}; {result.strength}).",
        result.path[0].link if result.path else None,
        result.sources,
        result.confidence,
    )
    return OutcomeLevel(
        framework=framework,
        levels=result.levels,
        method=method,
        strength=result.strength,
        path=result.path,
        text=text,
    )


def place_of(ruling: Ruling, rules: RuleSet) -> str:
    """Code of the place in which a rule or decision has effect."""
    if isinstance(ruling, Rule):
        return ruling.jurisdiction
    assert isinstance(ruling, Decision)
    return ruling.jurisdiction or rules.recognisers[ruling.recogniser].jurisdiction


def _contact(ruling: Ruling | None, place: str, rules: RuleSet) -> tuple[AskedRecogniser | None, str | None]:
    """Whom to ask: the body that the ruling names, else its own if it has a page, else the one of the place."""
    known = rules.places.by_code.get(place)
    own = rules.recognisers.get(ruling.recogniser or "") if isinstance(ruling, Rule | Decision) else None
    named = (ruling.contact if ruling else None) or (own.id if own and own.url else None)
    body = rules.recognisers.get(named or (known.contact if known else None) or "")
    if body is None:
        return None, None
    return AskedRecogniser(name=body.name, id=body.id, kind=body.kind, country=body.jurisdiction), body.url


def _appeals(
    place: str, purpose: Purpose, asked: AskedRecogniser | None, facts: Facts, rules: RuleSet, used: _Used
) -> tuple[Appeal, ...]:
    """Who hears an appeal or a complaint there; its sources are listed with the outcome's."""
    appeals = find_appeals(
        rules.data.appeal_routes,
        rules.places.chain(place, facts.as_of),
        purpose,
        facts.as_of,
        recogniser_ids=rules.kin.get(asked.id or "", frozenset()) if asked else frozenset(),
        kind=asked.kind if asked else None,
        recognisers=rules.recognisers,
    )
    used.citations += [citation for appeal in appeals for citation in appeal.sources]
    return appeals


def _warnings(rulings: Sequence[Ruling], as_of: date, rules: RuleSet) -> tuple[str, ...]:
    found = []
    for ruling in rulings:
        if ruling.confidence == "low":
            found.append(f"{ruling.id} rests on no source that could be read (confidence low).")
        if ruling.reviewed_on is not None and (as_of - ruling.reviewed_on).days > 365:
            found.append(f"{ruling.id} was last compared with its sources on {ruling.reviewed_on}, over a year before.")
        attested = attested_from(ruling, rules.sources)
        if attested is not None and as_of < attested:
            found.append(
                f"Since when {ruling.id} holds is not recorded, and nothing that was read is older than {attested}: "
                "that it held on the day asked about is assumed."
            )
        if ruling.note:
            found.append(f"{ruling.id}: {ruling.note}")
    return tuple(dict.fromkeys(found))


def _source_ids(citations: Iterable[Citation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation.source for citation in citations))
