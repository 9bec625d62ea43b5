"""Decides: question, rules and decisions in; report out. Pure and repeatable byte for byte."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.domain import answers
from app.domain.criteria import AwardTest, Criterion
from app.domain.facts import Facts
from app.domain.jurisdictions import WORLD
from app.domain.labelling import labels_of
from app.domain.levels import LevelReference, LevelResult
from app.domain.opinions import Opinion, apply, closed
from app.domain.recognisers import RecogniserKind
from app.domain.report import AskedRecogniser, Outcome, Question, RecogniserAnswer, Report, Step, UnderstoodCredential
from app.domain.rules import BASES, PURPOSES, Condition, Decision, Purpose, Rule, Ruling, Status
from app.domain.ruleset import RuleSet
from app.domain.text import contains_phrase
from app.domain.truth import Truth
from app.domain.understanding import not_given, read_title

_PREFERENCE = {"recognised": 0, "conditional": 1, "discretionary": 2, "not_recognised": 3}


def evaluate(
    question: Question,
    rules: RuleSet,
    decisions: Sequence[Decision],
    *,
    understood: UnderstoodCredential | None = None,
) -> Report:
    """Report where a credential is recognised, for what purpose and for what credit.

    ``decisions`` are those published on this very credential. ``understood`` carries what the catalogue added to the
    question; it is reported with what the title says. Places asked about without any rule answer ``no_information``.
    """
    question, readings = read_title(question, rules)
    facts = facts_of(question, rules)
    credential = question.credential
    before = understood.readings if understood else ()
    outcomes = []
    for place, recogniser in _asked(question, rules):
        for purpose in question.purposes or PURPOSES:
            outcomes.append(_outcome(place, purpose, recogniser, facts, rules, decisions))
    cited = {source for outcome in outcomes for source in _cited(outcome)}
    report = Report(
        as_of=question.as_of,
        release=rules.release,
        credential=UnderstoodCredential(
            credential=credential,
            catalogue_id=credential.id,
            readings=(*before, *readings),
            notional_hours=facts.notional_hours(),
            eqf_level=_eqf(credential.level, facts),
            not_given=not_given(credential),
        ),
        outcomes=tuple(outcomes),
        sources=tuple(rules.sources[source] for source in sorted(cited) if source in rules.sources),
    )
    return replace(report, labels=labels_of(report, rules, question.language)) if question.language else report


def _cited(outcome: Outcome) -> Iterable[str]:
    """Every source that an outcome names: what it rests on, and what its steps and single bodies cite."""
    yield from outcome.sources
    parts: tuple[Step | RecogniserAnswer, ...] = (*outcome.explanation, *outcome.recognisers)
    for part in parts:
        yield from (citation.source for citation in part.sources)


def facts_of(question: Question, rules: RuleSet) -> Facts:
    """What criteria are tested against for this question."""
    return Facts(
        credential=question.credential,
        as_of=question.as_of,
        holder=question.holder,
        programme=question.programme,
        levels=rules.levels,
        credits=rules.credits,
        places=rules.places,
        schemes=rules.schemes,
        same_as=rules.same_as,
        circumstances=rules.circumstances,
    )


def _eqf(level: LevelReference | None, facts: Facts) -> LevelResult | None:
    return None if level is None else facts.levels.convert(level, "eqf", facts.as_of)


def _asked(question: Question, rules: RuleSet) -> Iterable[tuple[str, AskedRecogniser | None]]:
    """Every place, and every body within it, that the question asks about.

    A body is asked about once, in its own place, unless the question names places: then in each of them.
    """
    if not question.recognisers:
        return [(place, None) for place in question.jurisdictions or rules.places_with_rules]
    pairs = []
    for asked in question.recognisers:
        known = rules.recognisers.get(asked.id or "")
        home = known.jurisdiction if known else asked.country
        pairs += [(place, asked) for place in question.jurisdictions or ((home or WORLD),)]
    return pairs


def _outcome(
    place: str,
    purpose: Purpose,
    asked: AskedRecogniser | None,
    facts: Facts,
    rules: RuleSet,
    decisions: Sequence[Decision],
) -> Outcome:
    """The answer for one place and one purpose, by one body when one is asked about."""
    facts = replace(facts, place=place)
    chain = rules.places.chain(_home(place, asked, facts, rules), facts.as_of)
    steps = [Step(text=_opening(place, purpose, asked, chain, facts, rules))]
    own_ids = rules.kin.get(asked.id or "", frozenset()) if asked else frozenset()
    heard, listed, ended = [], [], []
    for ruling in _rulings(purpose, chain, own_ids, facts.as_of, rules, decisions):
        body = _body(ruling)
        own = body in own_ids
        opinion = _opinion(ruling, facts, rules)
        if opinion is None:
            if ruling.ended_by(facts.as_of) and apply(ruling, facts, rules).scope is not Truth.FALSE:
                steps.append(_over(ruling))
                if own or _is_general(ruling, body, asked, rules):
                    ended.append(ruling)
                if isinstance(ruling, Decision) and own:
                    heard.append((_rank(ruling, own, chain, facts, rules), closed(ruling)))
            continue
        if own or _is_general(ruling, body, asked, rules):
            if _advises_no(opinion, body) and not own:
                opinion = replace(opinion, status=None)
            heard.append((_rank(ruling, own, chain, facts, rules), opinion))
        elif asked is None and body is not None:
            listed.append(opinion)
    heard = _without_superseded(_without_dead_windows(heard), steps)
    ranked = sorted(heard, key=lambda pair: (pair[0], pair[1].ruling.id))
    silent = [o for _, o in ranked if o.scope is Truth.FALSE or o.status is None]
    if silent:
        steps.append(Step(text="Silent on this credential: " + "; ".join(_silence(o) for o in silent) + "."))
    groups: list[list[Opinion]] = []
    ranks: list[tuple[int, ...]] = []
    for rank, opinion in ranked:
        if opinion in silent:
            continue
        if ranks and ranks[-1] == rank:
            groups[-1].append(opinion)
        else:
            ranks.append(rank)
            groups.append([opinion])
    decisive, opened, status = _decide(groups)
    speaking = [o for o in listed if o.speaks]
    return answers.compose(
        place=place,
        purpose=purpose,
        asked=asked,
        status=status,
        decisive=decisive,
        beaten=[o for group in groups for o in group if o is not decisive and o not in opened],
        opened=opened,
        listed=speaking,
        ended=ended,
        steps=steps,
        facts=facts,
        rules=rules,
    )


def _home(place: str, asked: AskedRecogniser | None, facts: Facts, rules: RuleSet) -> str:
    """The place whose rules bind: the body's own part of the country, when that lies in the place asked about."""
    known = rules.recognisers.get(asked.id or "") if asked else None
    if known and rules.places.lies_in(known.jurisdiction, place, facts.as_of):
        return known.jurisdiction
    return place


def _opening(
    place: str, purpose: Purpose, asked: AskedRecogniser | None, chain: tuple[str, ...], facts: Facts, rules: RuleSet
) -> str:
    who = f" by {asked.name}" if asked else ""
    wider = [code for code in chain[1:] if code != WORLD]
    inherits = f", which belongs to {', '.join(wider)}" if wider else ""
    note = ""
    parts = rules.parts_with_rules(place, facts.as_of)
    if parts and place in rules.places.by_code and rules.places.by_code[place].kind == "country":
        note = f" Parts of it have rules of their own: {', '.join(parts)}."
    if asked and asked.id is None:
        note += f" Nothing is recorded of {asked.name} itself: what follows holds for any such body in {place}."
    return f"Asked on {facts.as_of}: {purpose.replace('_', ' ')} in {place}{inherits}{who}.{note}"


def _rulings(
    purpose: Purpose,
    chain: tuple[str, ...],
    own_ids: frozenset[str],
    on: date,
    rules: RuleSet,
    decisions: Sequence[Decision],
) -> list[Ruling]:
    """Everything that may bear on the question, in the order of ids."""
    found: dict[str, Ruling] = {}
    for place in chain:
        for rule in rules.rules_by_place.get(place, ()):
            found[rule.id] = rule
    for body in own_ids:
        for rule in rules.rules_by_recogniser.get(body, ()):
            found[rule.id] = rule
    for decision in decisions:
        where = rules.place_of(decision)
        inside = where in chain or rules.places.lies_in(where, chain[0], on)
        if inside or decision.recogniser in own_ids:
            found[decision.id] = decision
    return [found[key] for key in sorted(found) if purpose in found[key].purposes]


def _body(ruling: Ruling) -> str | None:
    return ruling.recogniser if isinstance(ruling, Rule | Decision) else None


_ONLY: Mapping[RecogniserKind, Purpose] = {"funder": "funding", "employer": "employment"}
"""Kinds of bodies that are concerned with one purpose: what a place does for others says nothing of them."""


def _concerns(purposes: tuple[Purpose, ...], kind: RecogniserKind | None) -> bool:
    """Whether rules for these purposes concern bodies of a kind."""
    only = _ONLY.get(kind) if kind else None
    return only is None or only in purposes


def _is_general(ruling: Ruling, body: str | None, asked: AskedRecogniser | None, rules: RuleSet) -> bool:
    """Whether a ruling speaks for the whole place: nobody's own, or an authority's."""
    if asked is not None and ruling.purposes and not _concerns(ruling.purposes, asked.kind):
        return False
    if isinstance(ruling, Rule):
        if asked is None and ruling.except_recognisers:
            return False
        if asked is not None:
            if asked.id in ruling.except_recognisers:
                return False
            if ruling.recogniser_kinds and asked.kind is not None and asked.kind not in ruling.recogniser_kinds:
                return False
    known = rules.recognisers.get(body or "")
    return body is None or (known is not None and known.is_authority)


def _advises_no(opinion: Opinion, body: str | None) -> bool:
    """Whether one body refuses what others remain free to accept: its no holds only where it is asked itself.

    A recommendation that was not given, or that has expired, leaves the decision with those whom it would advise.
    """
    return body is not None and not opinion.ruling.binding and opinion.status == "not_recognised"


def _opinion(ruling: Ruling, facts: Facts, rules: RuleSet) -> Opinion | None:
    """The ruling applied, or None when it does not hold on the day asked about."""
    if isinstance(ruling, Decision) and ruling.dated_by == "award":
        if ruling.starts_after(facts.as_of):
            return None
        opinion = apply(_with_award_window(ruling), facts, rules)
        # A refusal of awards of one period says nothing of those of another.
        return replace(opinion, status=None) if opinion.failed and ruling.status == "not_recognised" else opinion
    return apply(ruling, facts, rules) if ruling.holds_on(facts.as_of) else None


def _with_award_window(decision: Decision) -> Decision:
    """A decision that counts by the day of the award, with that as a condition that can be tested."""
    if decision.valid_from is None and decision.valid_to is None:
        return decision
    since = f" from {decision.valid_from}" if decision.valid_from else ""
    until = f" until {decision.last_day}" if decision.valid_to else ""
    window = Condition(
        text=f"Earned{since}{until}",
        on="holder",
        criterion=Criterion(awarded=AwardTest(on_or_after=decision.valid_from, before=decision.valid_to)),
    )
    return replace(decision, conditions=(window, *decision.conditions))


def _rank(ruling: Ruling, own: bool, chain: tuple[str, ...], facts: Facts, rules: RuleSet) -> tuple[int, ...]:
    """Precedence, the stronger the smaller.

    The body's own before its place's; decisions before rules; a decision on the programme asked about before others;
    the nearer place; the stronger basis.
    """
    other_programme = 0
    if isinstance(ruling, Decision):
        where = rules.place_of(ruling)
        other_programme = int(not _same_programme(ruling.programme, facts.programme.title))
    else:
        assert isinstance(ruling, Rule)
        where = ruling.jurisdiction
    distance = chain.index(where) if where in chain else 0
    kind = 0 if isinstance(ruling, Decision) else 1
    return (0 if own else 1, kind, other_programme, distance, BASES.index(ruling.basis))


def _same_programme(decided: str | None, asked: str | None) -> bool:
    return bool(decided and asked) and (
        contains_phrase(decided or "", asked or "") or contains_phrase(asked or "", decided or "")
    )


def _over(ruling: Ruling) -> Step:
    return Step(
        text=f"No longer in force since {ruling.valid_to}: {ruling.statement}", by=ruling.id, sources=ruling.sources
    )


def _silence(opinion: Opinion) -> str:
    reasons = [finding.text for finding in opinion.scope_findings if finding.truth is Truth.FALSE]
    reasons = reasons or [condition.text for condition in opinion.conditions if condition.state == "failed"]
    return f"{opinion.ruling.id} (not: {reasons[0] if reasons else 'applicable'})"


Heard = list[tuple[tuple[int, ...], Opinion]]


def _without_dead_windows(heard: Heard) -> Heard:
    """A window that closed says no only when the same body left nothing open for the same purpose."""
    alive = {_body(o.ruling) for rank, o in heard if isinstance(o.ruling, Decision) and not o.closed}
    return [(rank, o) for rank, o in heard if not (o.closed and _body(o.ruling) in alive)]


def _without_superseded(heard: Heard, steps: list[Step]) -> Heard:
    """Leave out what something else that is heard replaced; say so."""
    replaced = {earlier: o.ruling for _, o in heard for earlier in o.ruling.supersedes}
    for earlier, later in sorted(replaced.items()):
        if any(o.ruling.id == earlier for _, o in heard):
            steps.append(Step(text=f"{earlier} was superseded by {later.id}.", by=later.id, sources=later.sources))
    return [(rank, o) for rank, o in heard if o.ruling.id not in replaced]


def _decide(groups: list[list[Opinion]]) -> tuple[Opinion | None, list[Opinion], Status]:
    """Which opinion decides, which may yet change that, and the status that follows.

    The strongest group that surely speaks decides. Within it a rule that says no beats the others, then the best
    answer stands. One that may yet change the answer, depending on what is missing, leaves a promise or a refusal
    undetermined; where somebody decides anyway, the answer stands and what is missing is told.
    """
    opened: list[Opinion] = []
    for group in groups:
        sure = [o for o in group if o.speaks]
        if not sure:
            opened += [o for o in group if o.is_open]
            continue
        forbidding = [o for o in sure if o.forbids]
        decisive = min(forbidding or sure, key=_before_others)
        status = decisive.status
        assert status is not None
        if not forbidding:
            opened += [o for o in group if o is not decisive and o.missing and _may_change(o, status)]
        if opened and status in ("recognised", "not_recognised"):
            return decisive, opened, "undetermined"
        return decisive, opened, status
    return None, opened, "undetermined" if opened else "no_information"


def _before_others(opinion: Opinion) -> tuple[int, int, str]:
    """Order among answers of equal rank: the better, then the newer, then by name."""
    since = opinion.ruling.valid_from
    return _PREFERENCE[opinion.status or "not_recognised"], -(since.toordinal() if since else 0), opinion.ruling.id


def _may_change(opinion: Opinion, status: Status) -> bool:
    """Whether an opinion of the deciding group could still say no for all, or give a better answer."""
    forbids = opinion.may_forbid and status != "not_recognised"
    return forbids or _PREFERENCE[opinion.potential] < _PREFERENCE[status]
