"""Three-valued tests on credentials."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.domain.criteria import Criterion
from app.domain.evaluation import facts_of
from app.domain.facts import Facts
from app.domain.findings import find, holds, missing_in
from app.domain.levels import LevelReference
from app.domain.programmes import Programme
from app.domain.report import Question
from app.domain.truth import Truth, all_of, any_of, negated
from app.domain.validity import DayRange
from tests.factories import DAY, a_credential, exland

TRUTHS = st.sampled_from(Truth)
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def criterion(**parts: Any) -> Criterion:
    return TypeAdapter(Criterion).validate_python(parts)


def facts(**given: Any) -> Facts:
    more = {key: given.pop(key) for key in ("holder", "programme") if key in given}
    return facts_of(Question(credential=a_credential(**given), as_of=DAY, **more), exland())


@given(st.lists(TRUTHS))
def test_and_and_or_are_each_others_mirror(truths: list[Truth]) -> None:
    assert all_of(truths) == negated(any_of(negated(truth) for truth in truths))


@given(st.lists(TRUTHS, min_size=1), st.data())
def test_learning_one_unknown_never_turns_true_into_false(truths: list[Truth], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(truths) - 1))
    learnt = data.draw(st.sampled_from([T, F])) if truths[place] is U else truths[place]
    refined = [*truths[:place], learnt, *truths[place + 1 :]]
    for join in (all_of, any_of):
        if join(truths) is not U:
            assert join(refined) is join(truths)


LEVEL4 = LevelReference(framework="xfq", value="4")


@pytest.mark.parametrize(
    ("asked", "given_", "truth"),
    [
        ({}, {}, T),
        ({"assessed": True}, {"assessed": True}, T),
        ({"assessed": True}, {"assessed": False}, F),
        ({"assessed": True}, {}, U),
        ({"assessed": False}, {"assessed": False}, T),
        ({"level": {"framework": "xfq", "at_least": "3"}}, {"level": LEVEL4}, T),
        ({"level": {"framework": "xfq", "at_most": "3"}}, {"level": LEVEL4}, F),
        ({"level": {"framework": "xfq", "at_least": "3"}}, {}, U),
        ({"level": {"framework": "eqf", "one_of": ["6"]}}, {"level": LEVEL4}, U),  # it is EQF 6 or 7
        ({"level": {"framework": "eqf", "one_of": ["6", "7"]}}, {"level": LEVEL4}, T),
        ({"volume": {"system": "xf-point", "at_least": 5}}, {"credit": (5, "xf-point")}, T),
        ({"volume": {"system": "xf-point", "at_least": 5}}, {"credit": (4, "xf-point")}, F),
        ({"volume": {"system": "xf-point", "at_least": 5}}, {"notional_hours": Fraction(150)}, T),
        ({"volume": {"system": "xf-point", "at_least": 5}}, {"notional_hours": Fraction(139)}, F),
        ({"volume": {"system": "xf-point", "at_least": 5}}, {"credit": (5, "bare-mark")}, U),
        ({"notional_hours": {"at_least": 140}}, {"credit": (5, "xf-point")}, T),
        ({"notional_hours": {"at_least": 141}}, {"credit": (5, "xf-point")}, F),
        ({"duration_weeks": {"at_most": 12}}, {"duration_weeks": Fraction(13)}, F),
        ({"issuer": {"country": ["XF"]}}, {"issuer": {"country": "XF"}}, T),
        ({"issuer": {"country": ["XR"]}}, {"issuer": {"country": "XG"}}, T),
        ({"issuer": {"country": ["XF"]}}, {"issuer": {"country": "XR"}}, U),  # only the region was told
        ({"issuer": {"country": ["XF"]}}, {"issuer": {}}, U),
        ({"issuer": {"kind": ["company"]}}, {"issuer": {"kind": "university"}}, F),
        ({"issuer": {"name": ["Apiary Ltd."]}}, {"issuer": {"name": "apiary ltd"}}, T),
        ({"issuer": {"accredited_by": ["CAE"]}}, {"issuer": {"accredited_by": ("Credit Authority of Exland",)}}, T),
        ({"issuer": {"accredited_by": ["CAE"]}}, {"issuer": {"accredited_by": ()}}, F),
        ({"quality_assured": True}, {"quality_assured_by": ()}, F),
        ({"quality_assured_by": ["xf-authority"]}, {"quality_assured_by": ("cae",)}, T),
        ({"schemes": ["xf-pilot"]}, {"schemes": ("xf-pilot",)}, T),
        ({"schemes": ["xf-pilot"]}, {"schemes": ()}, F),
        ({"schemes": ["xf-pilot"]}, {}, U),
        ({"schemes": ["xf-pilot"]}, {"issuer": {"country": "XG"}}, F),  # nobody there can award under it
        ({"registers": ["xf-register"]}, {"registers": ("xf-register",)}, T),
        ({"kind": ["badge", "exam"]}, {"kind": "badge"}, T),
        ({"delivery": ["online"]}, {"delivery": ("online", "workshop")}, T),
        ({"field": ["061"]}, {"field": "0613"}, T),
        ({"field": ["061"]}, {"field": "06"}, U),  # the broad field may or may not be it
        ({"field": ["061"]}, {"field": "02"}, F),
        ({"digital_formats": ["open_badge"]}, {"digital_formats": ("pdf",)}, F),
        ({"awarded": {"within_years": 5}}, {"awarded_on": date(2019, 9, 1)}, T),
        ({"awarded": {"within_years": 5}}, {"awarded_on": date(2019, 8, 31)}, F),
        ({"awarded": {"on_or_after": date(2020, 1, 1), "before": date(2021, 1, 1)}}, {}, U),
        ({"title": ["bee keeping", "beekeeping"]}, {"title": "Advanced Beekeeping!"}, T),
        ({"title": ["bee"]}, {"title": "Beekeeping"}, F),
        ({"credentials": ["xf-beekeeping"]}, {"id": "xf-beekeeping"}, T),
        ({"circumstances": [{"fact": "final_year_project", "equals": True}]}, {}, U),
        ({"circumstances": [{"fact": "final_score", "at_least": 60}]}, {"holder": {"final_score": "59.5"}}, F),
        ({"circumstances": [{"fact": "final_score", "at_least": 60}]}, {"holder": {"final_score": "60"}}, T),
        ({"programme": {"level": ["undergraduate"]}}, {"programme": Programme(level="bachelor")}, T),
        ({"programme": {"level": ["bachelor"]}}, {"programme": Programme(level="undergraduate")}, U),
        ({"programme": {"title": ["farming"]}}, {"programme": Programme(title="Diploma in Farming")}, T),
        ({"any_of": [{"assessed": True}, {"kind": ["badge"]}]}, {"kind": "badge"}, T),
        ({"any_of": [{"assessed": True}, {"kind": ["badge"]}]}, {"kind": "exam"}, U),
        ({"none_of": [{"assessed": False}]}, {"assessed": False}, F),
        ({"none_of": [{"assessed": False}]}, {}, U),
        ({"all_of": [{"assessed": True}, {"kind": ["exam"]}]}, {"assessed": False}, F),
    ],
)  # fmt: skip
def test_a_criterion(asked: dict[str, Any], given_: dict[str, Any], truth: Truth) -> None:
    assert holds(criterion(**asked), facts(**given_)) is truth


def test_what_is_missing_is_told_as_pointers() -> None:
    findings = find(criterion(assessed=True, kind=["badge"], schemes=["xf-pilot"]), facts(kind="badge"))
    assert missing_in(findings) == ("/credential/assessed", "/credential/schemes")


def test_an_empty_list_says_none_and_an_absent_one_says_unknown() -> None:
    asked = criterion(quality_assured=True)
    assert holds(asked, facts(quality_assured_by=())) is F
    assert holds(asked, facts()) is U


def test_facts_do_not_change_when_criteria_are_tested() -> None:
    before = facts(assessed=True)
    after = replace(before)
    holds(criterion(assessed=True), before)
    assert before == after


@pytest.mark.parametrize(
    ("first", "last", "truth"),
    [
        ("2024-01-01", "2024-12-31", T),
        ("2023-01-01", "2023-12-31", F),
        ("2023-06-01", "2024-06-01", U),
    ],
)
def test_a_year_of_award_decides_only_where_all_its_days_agree(first: str, last: str, truth: Truth) -> None:
    days = DayRange(min=date.fromisoformat(first), max=date.fromisoformat(last))
    test = criterion(awarded={"on_or_after": "2024-01-01"})
    assert holds(test, facts(awarded_on=days)) is truth
