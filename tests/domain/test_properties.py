"""What holds for every question and every set of rules."""

from dataclasses import fields, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.credential import Credential, Issuer
from app.domain.credits import CreditAmount
from app.domain.criteria import Criterion, IssuerTest, LevelTest, NumberTest, VolumeTest
from app.domain.levels import LevelReference
from app.domain.report import Outcome
from app.domain.rules import BASES, Condition, Rule
from app.domain.ruleset import RuleSet
from tests.factories import DAY, a_rule, ask, exland, rules_of

FACTS: dict[str, st.SearchStrategy[Any]] = {
    "assessed": st.booleans(),
    "graded": st.booleans(),
    "kind": st.sampled_from(["badge", "exam", "course"]),
    "schemes": st.sampled_from([(), ("xf-pilot",)]),
    "quality_assured_by": st.sampled_from([(), ("xf-authority",)]),
    "level": st.sampled_from("12345").map(lambda value: LevelReference(framework="xfq", value=value)),
    "credit": st.integers(1, 60).map(lambda n: CreditAmount(amount=Fraction(n), system="xf-point")),
    "field": st.sampled_from(["06", "0613", "02"]),
    "awarded_on": st.dates(date(2010, 1, 1), date(2024, 1, 1)),
}

LEAVES = st.one_of(
    st.builds(Criterion, assessed=st.booleans()),
    st.builds(Criterion, graded=st.booleans()),
    st.builds(Criterion, kind=st.sampled_from([("badge",), ("badge", "exam")])),
    st.builds(Criterion, schemes=st.just(("xf-pilot",))),
    st.builds(Criterion, quality_assured=st.booleans()),
    st.builds(Criterion, field=st.sampled_from([("061",), ("02", "06")])),
    st.builds(Criterion, issuer=st.builds(IssuerTest, country=st.sampled_from([("XF",), ("XG",)]))),
    st.builds(Criterion, level=st.sampled_from("12345").map(lambda v: LevelTest(framework="xfq", at_least=v))),
    st.builds(Criterion, volume=st.integers(1, 60).map(lambda n: VolumeTest(system="xf-point", at_least=Fraction(n)))),
    st.builds(Criterion, notional_hours=st.integers(1, 900).map(lambda n: NumberTest(at_most=Fraction(n)))),
)
CRITERIA = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.builds(Criterion, all_of=st.lists(below, min_size=1, max_size=2).map(tuple)),
        st.builds(Criterion, any_of=st.lists(below, min_size=1, max_size=2).map(tuple)),
        st.builds(Criterion, none_of=st.lists(below, min_size=1, max_size=1).map(tuple)),
    ),
    max_leaves=3,
)
DAYS = st.one_of(st.none(), st.dates(DAY - timedelta(days=3), DAY + timedelta(days=3)))


@st.composite
def rule_lists(draw: st.DrawFn) -> list[Rule]:
    rules = []
    for n in range(draw(st.integers(0, 4))):
        conditions = ()
        if draw(st.booleans()):
            criterion = draw(st.one_of(st.none(), LEAVES))
            conditions = (Condition(text="A condition.", on="credential", criterion=criterion),)
        rules.append(
            a_rule(
                id=f"rule-{n}",
                scope=draw(st.one_of(st.just(Criterion()), CRITERIA)),
                requirements=draw(st.one_of(st.just(Criterion()), CRITERIA)),
                conditions=conditions,
                status=draw(st.sampled_from(["recognised", "conditional", "discretionary", "not_recognised"])),
                otherwise=draw(st.sampled_from(["not_recognised", "discretionary", "silent"])),
                basis=draw(st.sampled_from(BASES)),
                confidence=draw(st.sampled_from(["high", "medium", "low"])),
                valid_from=draw(DAYS),
                valid_to=draw(DAYS),
                purposes=("funding",),
            )
        )
    return rules


def release(rules: list[Rule]) -> RuleSet:
    return replace(exland(), data=replace(exland().data, rules=tuple(rules)))


def credential(facts: dict[str, Any]) -> Credential:
    return Credential(title="Something", issuer=Issuer(country="XF"), **facts)


SOME_FACTS = st.fixed_dictionaries({}, optional=FACTS)


def answer(rules: list[Rule], facts: dict[str, Any]) -> Outcome:
    return ask(release(rules), credential(facts), purpose="funding")


@settings(max_examples=150, deadline=None)
@given(rule_lists(), SOME_FACTS, st.data())
def test_more_knowledge_only_refines(rules: list[Rule], known: dict[str, Any], data: st.DataObject) -> None:
    """What is recognised or refused stays so; any other answer changes only through what it called missing."""
    before = answer(rules, known)
    unknown = sorted(set(FACTS) - set(known))
    if not unknown:
        return
    learnt = data.draw(st.sampled_from(unknown))
    after = answer(rules, {**known, learnt: data.draw(FACTS[learnt])})
    if before.status in ("recognised", "not_recognised", "no_information"):
        assert after.status == before.status
    elif after.status != before.status:
        told = {pointer.split("/")[2] for pointer in before.missing}
        assert learnt in told or (learnt == "credit" and "notional_hours" in told)


@settings(max_examples=80, deadline=None)
@given(rule_lists(), SOME_FACTS)
def test_a_refusal_rests_on_facts_and_never_on_silence(rules: list[Rule], known: dict[str, Any]) -> None:
    outcome = answer(rules, known)
    if outcome.status == "not_recognised":
        (decided,) = [rule for rule in rules if rule.id == outcome.because[0]]
        assert decided.status == "not_recognised" or any(c.state == "failed" for c in outcome.conditions)


@settings(max_examples=80, deadline=None)
@given(rule_lists(), SOME_FACTS, st.randoms())
def test_the_order_of_rules_does_not_matter(rules: list[Rule], known: dict[str, Any], random: Any) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)
    assert answer(rules, known) == answer(shuffled, known)


@settings(max_examples=80, deadline=None)
@given(rule_lists(), SOME_FACTS)
def test_nothing_outside_its_validity_is_used(rules: list[Rule], known: dict[str, Any]) -> None:
    outcome = answer(rules, known)
    in_force = [rule for rule in rules if rule.holds_on(DAY)]
    assert set(outcome.because) <= {rule.id for rule in in_force}
    without = answer(in_force, known)
    ignored = {"explanation", *(["statement"] if outcome.status == "no_information" else [])}
    for part in fields(outcome):
        if part.name not in ignored:
            assert getattr(outcome, part.name) == getattr(without, part.name)


@settings(max_examples=80, deadline=None)
@given(rule_lists(), SOME_FACTS)
def test_low_evidence_alone_never_gives_recognised(rules: list[Rule], known: dict[str, Any]) -> None:
    outcome = answer([replace(rule, confidence="low") for rule in rules], known)
    assert outcome.status != "recognised"


def test_an_empty_release_knows_nothing() -> None:
    assert ask(rules_of()).status == "no_information"
