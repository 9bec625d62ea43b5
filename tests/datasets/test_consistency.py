"""Statements that are sound in themselves and disagree with one another."""

import re
from pathlib import Path

import pytest

from app.datasets.consistency import check_consistency
from app.datasets.evidence import check_use, read_facts
from app.datasets.exceptions import DeviantLink, Exceptions, UnusedFact
from app.datasets.problems import InvalidData
from app.datasets.reader import read_dataset
from tests.factories import EXLAND

PLACE = """
sources: [{id: d, title: Decree, published: "2020"}, {id: undated, title: Leaflet}]
jurisdictions: [{id: XF, name: Exland, kind: country, confidence: low}]
"""
RULE = "jurisdiction: XF, purposes: [funding], status: recognised, basis: law, binding: true, statement: Paid."
LEVELS = """
frameworks:
  - {id: xfq, name: X, jurisdiction: XF, confidence: low, levels: [{value: 1}, {value: 2}, {value: 3}]}
  - {id: eqf, name: E, jurisdiction: XF, confidence: low, levels: [{value: 1}, {value: 2}, {value: 3}]}
level_links:
"""
LINK = "framework: xfq, to_framework: eqf, strength: compared, confidence: low, reviewed_on: 2024-01-01"
UNITS = """
credit_systems:
  - {id: hours, name: hour, jurisdiction: XF, confidence: low}
  - {id: point, name: point, jurisdiction: XF, hours: {min: 25, max: 30}, confidence: low}
  - {id: unit, name: unit, jurisdiction: XF, hours: {min: 10, max: 10}, confidence: low}
equivalences:
"""
LINKED = "system: point, basis: practice, confidence: low, reviewed_on: 2024-01-01"


def told(text: str, exceptions: Exceptions = Exceptions()) -> list[str]:  # noqa: B008 - frozen
    problems = check_consistency([read_dataset("xf.yaml", f"{PLACE}{text}".encode())], exceptions)
    return [str(problem) for problem in problems]


def test_a_rule_without_any_day_is_told() -> None:
    (problem,) = told(f"rules: [{{id: a, {RULE}, confidence: high, sources: [{{source: undated}}]}}]")
    assert "line 4, /rules/0/valid_from: found no day at all" in problem


@pytest.mark.parametrize("day", ["valid_from: 2020-01-01", "valid_to: 2020-01-01", "reviewed_on: 2020-01-01"])
def test_a_day_of_its_own_will_do(day: str) -> None:
    assert told(f"rules: [{{id: a, {RULE}, {day}, confidence: low}}]") == []


def test_so_will_a_dated_source() -> None:
    assert told(f"rules: [{{id: a, {RULE}, confidence: high, sources: [{{source: d}}]}}]") == []


@pytest.mark.parametrize(
    ("end", "fault"),
    [
        ("", "/rules/0/valid_to: found no valid_to, expected no later than 2024-01-01"),
        (", valid_to: 2024-01-02", "/rules/0/valid_to: found 2024-01-02, expected no later than 2024-01-01"),
        (", valid_to: 2024-01-01", None),
    ],
)
def test_what_was_superseded_must_have_ended(end: str, fault: str | None) -> None:
    old = f"{{id: old, {RULE}, confidence: low, valid_from: 2020-01-01{end}}}"
    new = f"{{id: new, {RULE}, confidence: low, valid_from: 2024-01-01, supersedes: [old], decided_by: a board}}"
    problems = told(f"rules: [{old}, {new}]")
    assert (fault is None and problems == []) or (fault is not None and fault in problems[0])


def test_the_same_rule_twice_at_one_time_is_told() -> None:
    twice = "rules:\n  - {{id: a, {rule}, valid_from: 2020-01-01, valid_to: {end}, confidence: low}}\n  - {{id: b, {rule}, valid_from: 2022-01-01, confidence: low}}"  # noqa: E501
    (problem,) = told(twice.format(rule=RULE, end="2023-01-01"))
    assert "/rules/1/valid_from: found the same as a" in problem
    assert told(twice.format(rule=RULE, end="2022-01-01")) == []


@pytest.mark.parametrize(
    ("table", "more", "fault"),
    [
        ('{"1": ["1"], "2": ["2"], "3": []}', "", None),
        ('{"1": ["1"], "2": ["2"]}', "", "/level_links/0/table: found no 3"),
        ('{"1": ["1"], "2": ["2"]}', ", partial: not published", None),
        ('{"1": ["1"], "2": ["2"], "3": ["3"]}', ", partial: not published", "found a whole table"),
        ('{"1": ["2"], "2": ["1"], "3": ["3"]}', "", "/level_links/0/table/2: found 1"),
        ('{"1": ["1", "2"], "2": [], "3": ["1"]}', "", "/level_links/0/table/3: found 1"),
    ],
)
def test_level_tables_are_whole_and_never_lead_down(table: str, more: str, fault: str | None) -> None:
    problems = told(f"{LEVELS}  - {{id: l, {LINK}, table: {table}{more}}}")
    assert (fault is None and problems == []) or (fault is not None and fault in problems[0])


def test_two_tables_for_the_same_levels_on_the_same_day_are_told() -> None:
    table = 'table: {"1": ["1"], "2": ["2"], "3": ["3"]}'
    (problem,) = told(f"{LEVELS}  - {{id: l, {LINK}, {table}}}\n  - {{id: m, {LINK}, {table}}}")
    assert "the same as l" in problem


def test_credit_that_grows_on_its_way_round_is_told_unless_excepted() -> None:
    text = f"{UNITS}  - {{id: e, {LINKED}, amount: 1, equals: {{system: unit, amount: 4}}}}"
    (problem,) = told(text)
    assert "hours" in problem
    assert "off by 33%" in problem
    assert told(text, Exceptions(credit_links=(DeviantLink(link="e", because="so published"),))) == []


def test_a_range_that_holds_the_published_figure_is_no_contradiction() -> None:
    assert told(f"{UNITS}  - {{id: e, {LINKED}, amount: 1, equals: {{system: unit, min: 2, max: 3}}}}") == []


def test_links_of_two_places_or_two_times_never_meet() -> None:
    sections = f"{UNITS}  - {{id: e, {LINKED}, amount: 1, equals: {{system: unit, amount: 2}}, jurisdiction: XF}}\n"
    other = f"  - {{id: f, {LINKED}, amount: 1, equals: {{system: unit, amount: 3}}, jurisdiction: XG}}"
    assert told(sections + other) == []


def test_a_fact_is_used_or_listed_as_unused_but_not_both() -> None:
    facts = read_facts(EXLAND / "evidence")
    file = read_dataset("xf.yaml", b"credit_systems: [{id: p, name: p, jurisdiction: XF, confidence: low, evidence: [xf-points]}]")  # fmt: skip # noqa: E501

    def problems(*unused: str) -> list[str]:
        listed = tuple(UnusedFact(fact=name, because="no matter") for name in unused)
        return [str(problem) for problem in check_use([file], facts, Exceptions(unused_facts=listed))]

    assert problems("xf-pilot") == []
    assert "evidence/xf.yaml line 9: found 'xf-pilot', unused" in problems()[0]
    assert any("'xf-points', a fact that a statement uses" in problem for problem in problems("xf-pilot", "xf-points"))
    assert any("'xf-bees', no such fact" in problem for problem in problems("xf-pilot", "xf-bees"))


@pytest.mark.parametrize(
    ("contact", "sound"),
    [("", False), (", contact: board", False), (", contact: centre", True), (", recogniser: centre", True)],
)
def test_where_somebody_decides_there_is_somebody_to_ask(contact: str, sound: bool) -> None:
    bodies = """
recognisers:
  - {id: centre, name: Centre, kind: enic_naric, jurisdiction: XF, url: "https://xf.example", confidence: low}
  - {id: board, name: Board, kind: university, jurisdiction: XF, confidence: low}
"""
    rule = RULE.replace("status: recognised", "status: discretionary")
    problems = told(f"{bodies}rules: [{{id: a, {rule}, confidence: low, valid_from: 2020-01-01{contact}}}]")
    assert sound == (problems == [])
    assert sound or "/rules/0/contact: found nobody to ask" in problems[0]


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        ("facts: [{id: a, confidence: high}]", "evidence/a.yaml line 1, /facts/0: found no 'topic', expected this key"),
        ("facts: [{id: a, topic: level, confidence: sure}]", "/facts/0/confidence: found 'sure'"),
        ("facts: [{id: a, topic: level, confidence: low, source: s1}]", "/facts/0/source: found 's1', expected one of"),
        ("facts: a", "/facts: found 'a'"),
        ("[]", "found no mapping"),
    ],
)
def test_an_evidence_sheet_that_lacks_what_the_checks_need_is_told(tmp_path: Path, sheet: str, told: str) -> None:
    (tmp_path / "a.yaml").write_text(f"{sheet}\n")
    with pytest.raises(InvalidData, match=re.escape(told)):
        read_facts(tmp_path)
