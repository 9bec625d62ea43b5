"""Conversion between units of credit."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.domain.credits import HOURS, CreditAmount, CreditGraph, CreditReading, Range
from tests.factories import DAY, a_system, an_equivalence, exland

AMOUNTS = st.fractions(min_value=0, max_value=500, max_denominator=60)
POSITIVE = st.fractions(min_value=Fraction(1, 10), max_value=60, max_denominator=12)


def amount(value: object, system: str) -> CreditAmount:
    return CreditAmount(amount=Fraction(str(value)), system=system)


def test_a_published_equivalence_comes_before_notional_hours() -> None:
    result = exland().credits.convert(amount(5, "xf-point"), "xg-unit", DAY)
    assert (result.min, result.max, result.method) == (10, 10, "equivalence")
    assert [step.by for step in result.path] == ["points-units"]


def test_notional_hours_give_an_interval() -> None:
    result = exland().credits.convert(amount(4, "xf-point"), "xh-credit", DAY)
    assert result.method == "notional_hours"
    assert (result.min, result.max) == (Fraction(100, 45), Fraction(120, 40))
    assert result.bookable == 2
    assert result.confidence == "medium"


def test_a_place_may_read_a_credit_in_its_own_hours() -> None:
    credits = exland().credits
    assert credits.hours(amount(1, "xf-point"), DAY).max == 30
    assert credits.hours(amount(1, "xf-point"), DAY, ("XF", "WORLD")).max == 28


def test_a_unit_without_hours_or_equivalence_is_not_converted() -> None:
    assert exland().credits.convert(amount(1, "bare-mark"), "xf-point", DAY) is None


def test_an_evaluators_own_figure_is_used_only_when_that_evaluator_is_asked() -> None:
    credits = exland().credits
    assert credits.convert(amount(6, "xf-point"), "xh-credit", DAY).method == "notional_hours"
    own = credits.convert(amount(6, "xf-point"), "xh-credit", DAY, recogniser="xf-college")
    assert (own.min, own.max, own.method) == (2, 2, "equivalence")


def test_an_equivalence_counts_only_while_it_holds() -> None:
    link = an_equivalence("link", 1, "a", 2, "b", valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1))
    graph = CreditGraph({"a": a_system("a"), "b": a_system("b")}, (), (link,))
    assert graph.convert(amount(1, "a"), "b", date(2020, 12, 31)).max == 2
    assert graph.convert(amount(1, "a"), "b", date(2021, 1, 1)) is None


def test_the_stronger_of_two_published_figures_is_taken() -> None:
    practice = an_equivalence("a-practice", 1, "a", 3, "b", basis="practice")
    law = an_equivalence("z-law", 1, "a", 2, "b", basis="law")
    graph = CreditGraph({"a": a_system("a"), "b": a_system("b")}, (), (practice, law))
    assert graph.convert(amount(1, "a"), "b", DAY).path[0].by == "z-law"


def test_local_equivalences_hold_only_in_their_place() -> None:
    local = an_equivalence("local", 1, "a", 2, "b", jurisdiction="XF")
    graph = CreditGraph({"a": a_system("a"), "b": a_system("b")}, (), (local,))
    assert graph.convert(amount(1, "a"), "b", DAY) is None
    assert graph.convert(amount(1, "a"), "b", DAY, places=("XF",)).min == 2


def _graph(factor: tuple[Fraction, Fraction], other: Fraction, hours: tuple[Fraction, Fraction]) -> CreditGraph:
    """Three units: a and b linked by a range, b and c by a figure, d only by hours; a and b also have hours."""
    low, high = sorted(factor)
    systems = {
        "a": a_system("a", sorted(hours), "0.5"),
        "b": a_system("b", None, 1),
        "c": a_system("c", None, "0.1"),
        "d": a_system("d", (hours[0], hours[0]), 1),
        HOURS: a_system(HOURS, (1, 1), 1),
    }
    links = (an_equivalence("ab", 1, "a", (low, high), "b"), an_equivalence("bc", 1, "b", other, "c"))
    return CreditGraph(systems, (), links)


@given(AMOUNTS, st.tuples(POSITIVE, POSITIVE), POSITIVE, st.tuples(POSITIVE, POSITIVE), st.sampled_from("bcd"))
def test_converting_there_and_back_never_gains(
    start: Fraction,
    factor: tuple[Fraction, Fraction],
    other: Fraction,
    hours: tuple[Fraction, Fraction],
    unit: str,
) -> None:
    graph = _graph(factor, other, hours)
    there = graph.convert(CreditAmount(amount=start, system="a"), unit, DAY)
    assert there is not None
    assert there.bookable is not None
    assert there.bookable <= there.min <= there.max
    back = graph.convert(CreditAmount(amount=there.bookable, system=unit), "a", DAY)
    assert back is not None
    assert back.bookable is not None
    assert back.bookable <= start


@given(AMOUNTS, AMOUNTS, st.tuples(POSITIVE, POSITIVE), POSITIVE, st.tuples(POSITIVE, POSITIVE))
def test_more_credit_never_converts_to_less(
    one: Fraction, two: Fraction, factor: tuple[Fraction, Fraction], other: Fraction, hours: tuple[Fraction, Fraction]
) -> None:
    graph = _graph(factor, other, hours)
    less, more = sorted((one, two))
    for unit in "bcd":
        small = graph.convert(CreditAmount(amount=less, system="a"), unit, DAY)
        large = graph.convert(CreditAmount(amount=more, system="a"), unit, DAY)
        assert small.bookable <= large.bookable
        assert small.max <= large.max


@given(st.permutations(["p", "q", "r", "s"]))
def test_the_path_does_not_depend_on_the_order_of_links(order: list[str]) -> None:
    ends = {"p": ("a", "b"), "q": ("b", "d"), "r": ("a", "c"), "s": ("c", "d")}
    links = tuple(an_equivalence(name, 1, ends[name][0], ord(name) % 5 + 1, ends[name][1]) for name in order)
    graph = CreditGraph({unit: a_system(unit) for unit in "abcd"}, (), links)
    there = graph.convert(amount(1, "a"), "d", DAY)
    back = graph.convert(amount(1, "d"), "a", DAY)
    assert [step.by for step in there.path] == ["p", "q"]
    assert [step.by for step in back.path] == ["q", "p"]


def test_an_institutions_reading_comes_before_its_places() -> None:
    readings = (
        CreditReading(
            id="own",
            system="a",
            jurisdiction="XF",
            recogniser="xf-college",
            hours=Range(min=Fraction(20), max=Fraction(20)),
            confidence="high",
        ),
    )
    graph = replace(exland().credits, readings=(*exland().credits.readings, replace(readings[0], system="xf-point")))
    assert graph.hours(amount(1, "xf-point"), DAY, ("XF",)).min == 28
    assert graph.hours(amount(1, "xf-point"), DAY, ("XF",), "xf-college").min == 20
