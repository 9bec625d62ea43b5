"""Reading framework files: text stays text, and every fault is told with its place."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.datasets.check import check_data
from app.datasets.checks import check_files
from app.datasets.evidence import check_evidence
from app.datasets.problems import InvalidData
from app.datasets.reader import json_schema, read_dataset
from app.datasets.yaml_text import pointer_parts, pointer_to, read_yaml
from app.settings import ROOT
from tests.factories import EXLAND

STATEMENT = "confidence: low"


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        read_dataset("xf.yaml", text.encode())
    return [str(problem) for problem in caught.value.problems]


def reference_problems(text: str) -> list[str]:
    return [str(problem) for problem in check_files([read_dataset("xf.yaml", text.encode())])]


def test_scalars_stay_text() -> None:
    value = read_yaml("x", b"a: NO\nb: 012\nc: 1_0\nd: 2024-09-01\ne: 5\nf: true\ng: ~\nh: 'true'\ni: yes").value
    assert value == {
        "a": "NO", "b": "012", "c": "1_0", "d": "2024-09-01", "e": "5", "f": True, "g": None, "h": "true", "i": "yes",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key a second time"),
        ("a: &x [1]\nb: *x", 1, "an alias"),
        ("? [1, 2]\n: 3", 1, "a key that is not text"),
        ("a: [1, 2", 1, "did not find expected"),
        ("a: !!python/name:os.system x", 1, "the tag"),
        ("[" * 60 + "]" * 60, 1, "levels of nesting"),
    ],
)
def test_what_is_refused_is_told_with_its_line(text: str, line: int, found: str) -> None:
    with pytest.raises(InvalidData) as caught:
        read_yaml("x.yaml", text.encode())
    assert any(found in problem.found for problem in caught.value.problems)
    assert caught.value.problems[0].line >= line


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(InvalidData, match="at most 5000000"):
        read_yaml("x.yaml", b"#" * 5_000_001)


@given(st.lists(st.text(min_size=1), max_size=4))
def test_a_json_pointer_can_be_read_back(parts: list[str]) -> None:
    assert pointer_parts(pointer_to(*parts)) == parts


def test_a_fault_says_file_line_pointer_found_and_expected() -> None:
    text = """
rules:
  - id: xf-five-points
    jurisdiction: XF
    purposes: [credit_transfer]
    status: recognised
    basis: law
    binding: true
    statement: Five points.
    confidence: high
    credit: {meaning: exact, amount: five, system: ects}
"""
    assert problems(text) == [
        'xf.yaml line 11, /rules/0/credit/amount: found \'five\', expected a number such as "5", "2.5" or "1/3".'
    ]


def test_all_faults_of_a_file_are_told_together() -> None:
    text = """
rules:
  - id: a
    jurisdiction: XF
    purposes: [transfer]
    status: maybe
    basis: law
    binding: perhaps
    statment: x
    valid_from: last year
    confidence: high
"""
    told = problems(text)
    assert len(told) == 6
    assert any("line 5, /rules/0/purposes/0" in problem and "'credit_transfer'" in problem for problem in told)
    assert any("line 9, /rules/0/statment: found the unknown key 'statment'" in problem for problem in told)
    assert any("statement" in problem and "unknown key" in problem for problem in told)
    assert any("line 10" in problem and "2024-09-01" in problem for problem in told)


def test_references_that_lead_nowhere_name_the_nearest() -> None:
    told = reference_problems(
        """
sources: [{id: decree-12, title: Decree 12}]
jurisdictions: [{id: XF, name: Exland, kind: country, confidence: high, credit_system: xf-pont}]
credit_systems: [{id: xf-point, name: point, jurisdiction: XF, confidence: high, sources: [{source: decree-13}]}]
"""
    )
    assert told == [
        "xf.yaml line 3, /jurisdictions/0/credit_system: found 'xf-pont', expected the id of one of the credit systems "
        "(xf-point?).",
        "xf.yaml line 4, /credit_systems/0/sources/0/source: found 'decree-13', expected the id of one of the sources "
        "(decree-12?).",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("valid_from: 2024-01-01, valid_to: 2024-01-01, confidence: low", "a day after 2024-01-01"),
        ("confidence: high", "'low', because no source is cited"),
    ],
)
def test_a_statement_is_dated_and_sourced(line: str, expected: str) -> None:
    places = "jurisdictions: [{id: XF, name: Exland, kind: country, confidence: low}]\n"
    text = f"{places}credit_systems: [{{id: xf-point, name: point, jurisdiction: XF, {line}}}]"
    (told,) = reference_problems(text)
    assert expected in told


def test_practice_binds_nobody() -> None:
    rule = "jurisdiction: XF, purposes: [funding], status: recognised, basis: practice, binding: true, statement: Paid."
    places = "jurisdictions: [{id: XF, name: Exland, kind: country, confidence: low}]"
    (told,) = reference_problems(f"{places}\nrules: [{{id: a, {rule}, confidence: low}}]")
    assert "/rules/0/binding: found true, expected false" in told


def test_the_same_id_twice_is_told_with_both_places() -> None:
    (told,) = reference_problems("sources:\n  - {id: a, title: A}\n  - {id: a, title: B}")
    assert "line 3" in told
    assert "xf.yaml line 2 has too" in told


def test_levels_must_exist_in_their_framework() -> None:
    told = reference_problems(
        """
jurisdictions: [{id: XF, name: Exland, kind: country, confidence: low}]
frameworks: [{id: xfq, name: XFQ, jurisdiction: XF, confidence: low, levels: [{value: 1}, {value: 2}]}]
level_links: [{id: l, framework: xfq, to_framework: xfq, strength: compared, confidence: low, table: {"1": ["3"]}}]
"""
    )
    assert told == [
        "xf.yaml line 4, /level_links/0/to_framework: found '3', expected a level of xfq: 1, 2.",
    ]


FACT = {"id": "xf-fact", "confidence": "medium", "url": "https://xf.example/decree-12"}


@pytest.mark.parametrize(
    ("evidence", "confidence", "source", "fault"),
    [
        ("xf-fact", "medium", "decree-12", None),
        ("xf-nothing", "medium", "decree-12", "the id of a fact"),
        ("xf-fact", "high", "decree-12", "no more than 'medium'"),
        ("xf-fact", "medium", "other", "one of https://xf.example/decree-12"),
    ],
)
def test_statements_rest_on_their_evidence(evidence: str, confidence: str, source: str, fault: str | None) -> None:
    text = f"""
sources:
  - {{id: decree-12, title: D, url: "https://xf.example/decree-12"}}
  - {{id: other, title: O, url: "https://o.example"}}
credit_systems:
  - {{id: p, name: p, jurisdiction: WORLD, confidence: {confidence}, evidence: [{evidence}],
     sources: [{{source: {source}}}]}}
"""
    told = [str(p) for p in check_evidence([read_dataset("xf.yaml", text.encode())], {"xf-fact": FACT})]
    assert (fault is None and told == []) or (fault is not None and fault in told[0])


def test_the_invented_place_is_sound() -> None:
    assert len(check_data(EXLAND)) == 2


def test_the_published_schema_is_that_of_the_code() -> None:
    published = json.loads((ROOT / "data" / "schema" / "framework.schema.json").read_text())
    assert published == json.loads(json.dumps(json_schema()))


def test_every_framework_file_names_the_schema() -> None:
    for path in sorted((ROOT / "data").glob("*/*.yaml")):
        if path.parent.name in ("frameworks", "catalogue"):
            first = path.read_text().splitlines()[0]
            assert first == "# yaml-language-server: $schema=../schema/framework.schema.json", path


def test_every_field_of_the_format_is_described() -> None:
    for name, definition in json_schema()["$defs"].items():
        assert definition.get("description") or "enum" in definition, name
        for key, field in definition.get("properties", {}).items():
            assert field.get("description") or "$ref" in field or "allOf" in field, f"{name}.{key}"


def test_the_real_data_is_sound() -> None:
    assert len(check_data(Path(ROOT / "data"))) > 20
