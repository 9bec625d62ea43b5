"""Levels and the links between frameworks."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.domain.levels import LevelGraph, LevelReference
from tests.factories import DAY, exland


def reference(framework: str, value: str) -> LevelReference:
    return LevelReference(framework=framework, value=value)


def test_a_level_crosses_two_tables_and_reports_the_weakest_link() -> None:
    result = exland().levels.convert(reference("xfq", "3"), "xgq", DAY)
    assert result.levels == ("B",)
    assert result.strength == "compared"
    assert result.confidence == "medium"
    assert [step.link for step in result.path] == ["xfq-eqf", "xgq-eqf"]


def test_a_range_stays_a_range() -> None:
    assert exland().levels.convert(reference("xfq", "4"), "xgq", DAY).levels == ("C", "D")


def test_a_level_without_counterpart_gives_no_levels_and_still_a_path() -> None:
    result = exland().levels.convert(reference("xfq", "5"), "eqf", DAY)
    assert result.levels == ()
    assert result.path


def test_a_table_that_does_not_say_is_no_path() -> None:
    levels = exland().levels
    silent = replace(levels.links[0], table={"1": ("3",)})
    assert LevelGraph(levels.frameworks, (silent,)).convert(reference("xfq", "2"), "eqf", DAY) is None
    assert LevelGraph(levels.frameworks, (silent,)).convert(reference("eqf", "8"), "xfq", DAY) is None


def test_no_counterpart_halfway_says_nothing_of_the_framework_beyond() -> None:
    assert exland().levels.convert(reference("xfq", "5"), "xgq", DAY) is None


def test_a_link_counts_only_within_its_validity() -> None:
    assert exland().levels.convert(reference("xfq", "3"), "eqf", date(2019, 12, 31)) is None


def test_an_unknown_level_or_framework_gives_nothing() -> None:
    assert exland().levels.convert(reference("xfq", "9"), "eqf", DAY) is None
    assert exland().levels.convert(reference("nope", "1"), "eqf", DAY) is None


def test_a_stronger_longer_path_beats_a_weaker_shorter_one() -> None:
    levels = exland().levels
    direct = replace(
        levels.links[0],
        id="direct",
        framework="xfq",
        to_framework="xgq",
        strength="indicative",
        confidence="high",
        table={"3": ("D",)},
    )
    graph = LevelGraph(levels.frameworks, (*levels.links, direct))
    assert graph.convert(reference("xfq", "3"), "xgq", DAY).levels == ("B",)
    direct_is_stronger = replace(direct, strength="referenced")
    graph = LevelGraph(levels.frameworks, (*levels.links, direct_is_stronger))
    assert graph.convert(reference("xfq", "3"), "xgq", DAY).levels == ("D",)


@given(st.sampled_from(["1", "2", "3", "4"]))
def test_going_there_and_back_keeps_the_level_among_the_results(value: str) -> None:
    levels = exland().levels
    there = levels.convert(reference("xfq", value), "eqf", DAY)
    for reached in there.levels:
        assert value in levels.convert(reference("eqf", reached), "xfq", DAY).levels
