"""Names made ready for search: the same finds as comparing with each in turn."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from app.domain.text import fold
from app.services.naming import Issuers, Titles, names_of
from app.store.folded_names import Name
from tests.factories import exland

WORDS = st.sampled_from(["data", "science", "sciences", "cyber", "security", "cybersecurity", "2", "course", "exam"])
TITLES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@given(TITLES, st.lists(TITLES, max_size=12))
def test_near_titles_are_those_that_are_alike_and_have_the_same_numbers(title: str, known: list[str]) -> None:
    expected = {}
    for key, name in enumerate(known):
        alike = max(fuzz.token_sort_ratio(title, name), fuzz.ratio(title.replace(" ", ""), name.replace(" ", "")))
        if alike >= 92 and ("2" in title.split()) == ("2" in name.split()):
            expected[key] = alike
    found = Titles([Name(name, key) for key, name in enumerate(known)]).near(title, 92)
    assert found == expected


def test_a_generic_word_more_or_less_is_the_same_title_but_two_different_ones_are_not() -> None:
    titles = Titles([Name("biology", 1), Name("biology course", 2), Name("biology exam", 3), Name("botany course", 4)])
    assert titles.but_for_generic_words("biology") == {2, 3}
    assert titles.but_for_generic_words("biology course") == {1}
    assert titles.but_for_generic_words("chemistry") == set()


@given(TITLES, st.lists(TITLES, max_size=12))
def test_issuers_are_alike_when_one_name_is_in_the_other_word_by_word(told: str, known: list[str]) -> None:
    expected = {name for name in known if f" {told} " in f" {name} " or f" {name} " in f" {told} "}
    assert Issuers(known).like(told) == expected


def test_a_body_is_found_by_any_spelling_of_its_names_or_one_that_is_nearly_right() -> None:
    rules = exland()
    names = names_of(rules)
    assert names_of(rules) is names
    for body in rules.data.recognisers:
        assert body in names.recognisers([fold(body.name)])
        assert body in names.recognisers_like(fold(body.name) + "s", 90)
    assert names.recognisers_like("nobody of this name", 90) == []
