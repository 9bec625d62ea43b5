"""Credentials that no rule can tell apart get the same answer."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.credential import Credential, Issuer
from app.domain.credits import CreditAmount
from app.domain.evaluation import evaluate
from app.domain.levels import LevelReference
from app.domain.likeness import asking_of, interest_of, likeness
from app.domain.report import Question, UnderstoodCredential
from app.domain.text import PhraseIndex, contains_phrase, fold
from app.services.answering import Memory, answer, memory_of
from tests.factories import exland

WORDS = ["bees", "pilot", "credential", "not", "a", "degree", "bachelor", "final year project", "attendance only",
         "module", "wasps", "in practice", "honey", "assessed", "badge"]  # fmt: skip

titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
credentials: st.SearchStrategy[Credential] = st.builds(
    Credential,
    title=titles,
    aliases=st.lists(titles, max_size=1).map(tuple),
    issuer=st.builds(
        Issuer,
        name=st.sampled_from([None, "Apiary Ltd", "University of Exland", "Somebody"]),
        kind=st.sampled_from([None, "university", "company"]),
        country=st.sampled_from([None, "XF", "XG", "DE"]),
    ),
    level=st.sampled_from([None, LevelReference(framework="xfq", value="3")]),
    credit=st.sampled_from([None, CreditAmount(system="xf-point", amount=Fraction(5))]),
    assessed=st.sampled_from([None, True, False]),
    schemes=st.sampled_from([None, (), ("xf-pilot",)]),
    field=st.sampled_from([None, "06", "0613", "0811"]),
    kind=st.sampled_from([None, "module", "badge", "course"]),
    delivery=st.sampled_from([None, ("online",), ("classroom",), ("online", "classroom")]),
    features=st.sampled_from([{}, {"anything": True}]),
)


def question(credential: Credential) -> Question:
    return Question(credential=credential, as_of=date(2024, 9, 1), jurisdictions=("XF", "XG"))


INTEREST = interest_of(question(Credential(title="any")), exland(), asking_of(exland()))


@settings(max_examples=300, deadline=None)
@given(one=credentials, other=credentials)
def test_what_is_alike_gets_the_same_outcomes(one: Credential, other: Credential) -> None:
    other = replace(
        other, level=one.level, credit=one.credit, assessed=one.assessed, issuer=replace(other.issuer, country="XG")
    )
    one = replace(one, issuer=replace(one.issuer, country="XG"))
    first, second = likeness(one, INTEREST), likeness(other, INTEREST)
    if first is not None and first == second:
        reports = [evaluate(question(credential), exland(), ()) for credential in (one, other)]
        assert reports[0].outcomes == reports[1].outcomes


@settings(max_examples=300, deadline=None)
@given(asked=st.lists(credentials, min_size=1, max_size=6))
def test_an_answer_from_memory_is_the_answer(asked: list[Credential]) -> None:
    for credential in (*asked, *asked):
        understood = UnderstoodCredential(credential=credential)
        expected = evaluate(question(credential), exland(), (), understood=understood)
        assert answer(question(credential), exland(), (), understood) == expected


def test_the_memory_is_used() -> None:
    def asked(title: str) -> Any:
        credential = Credential(title=title)
        return answer(question(credential), exland(), (), UnderstoodCredential(credential=credential))

    before = asked("Sparrows of the north")
    after = asked("Starlings of the south")
    assert after.outcomes is before.outcomes
    assert after.credential.credential.title == "Starlings of the south"
    assert asked("Sparrows of the north, a pilot credential").outcomes != before.outcomes
    assert memory_of(exland()) is memory_of(exland())


@given(text=titles, phrases=st.lists(titles, max_size=6))
def test_the_index_finds_what_stands_in_a_text(text: str, phrases: list[str]) -> None:
    found = PhraseIndex(phrases).inside(fold(text))
    assert found == {fold(phrase) for phrase in phrases if contains_phrase(text, phrase)}


def test_answers_are_kept_up_to_a_number_of_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.answering.KEPT", 30)
    rules = exland()
    memory = Memory(rules)
    for n in range(100):
        asked = question(Credential(title="Bees", credit=CreditAmount(system="xf-point", amount=Fraction(n))))
        way = memory.way(asked, rules)
        assert way is not None
        assert way.find(asked.credential, rules) is not None
    kept = [len(shared.report.outcomes) for shared in memory._kept.values()]
    assert 0 < sum(kept) <= 30 < sum(kept) + kept[-1]
