"""Puts an outcome together once it is decided: credit, level, conditions, explanation, sources."""

from collections.abc import Iterable, Sequence
from datetime import date

from app.domain.appeals import Appeal, find_appeals
from app.domain.facts import Facts
from app.domain.grants import Used, comparable_level, granted_credit, granted_level, indicative_credit
from app.domain.opinions import Opinion
from app.domain.report import (
    Alternative,
    AskedRecogniser,
    Outcome,
    OutcomeCondition,
    RecogniserAnswer,
    Step,
)
from app.domain.rules import Decision, Purpose, Rule, Ruling, Status
from app.domain.ruleset import RuleSet
from app.domain.sources import Citation, attested_from, weakest_confidence
from app.domain.truth import Truth

_COUNTS = frozenset({"recognised", "conditional", "discretionary"})

NOTHING_IN_FORCE = "Nothing in force on this day is recorded. That is not a no: ask whoever decides."
NOTHING_KNOWN = "The data holds no rule on this. That is not a no: ask whoever decides."


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
    used = Used(list(steps))
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
        credit = granted_credit(ruling, facts, rules, used) or indicative_credit(place, purpose, facts, rules, used)
        level = granted_level(ruling.level, facts, used) or comparable_level(place, purpose, facts, rules, used)
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
    place: str, purpose: Purpose, members: tuple[RecogniserAnswer, ...], used: Used, rules: RuleSet
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


def _answer(opinion: Opinion, facts: Facts, rules: RuleSet, used: Used) -> RecogniserAnswer:
    """The entry of one body. Its sources are its own, and listed with the outcome's."""
    ruling = opinion.ruling
    assert isinstance(ruling, Rule | Decision)
    assert ruling.recogniser is not None
    assert opinion.status is not None
    body = rules.recognisers[ruling.recogniser]
    own = Used([])
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
        credit=granted_credit(ruling, facts, rules, own) if counts else None,
        share=ruling.share if counts else None,
        level=granted_level(ruling.level, facts, own) if counts else None,
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
    place: str, purpose: Purpose, asked: AskedRecogniser | None, facts: Facts, rules: RuleSet, used: Used
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
