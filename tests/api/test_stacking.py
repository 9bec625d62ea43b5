"""Several credentials towards one award."""

from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.choosing import Problem, choose


def pilot(ref: str, points: str, **more: Any) -> dict[str, Any]:
    """A credential that counts in XF with its own size."""
    credential = {
        "title": f"Bees {ref}", "schemes": ["xf-pilot"], "assessed": True, "issuer": {"country": "XF"},
        "credit": {"amount": points, "system": "xf-point"}, **more,
    }  # fmt: skip
    return {"ref": ref, "credential": credential}


def stack(client: TestClient, *credentials: dict[str, Any], points: str = "60", **award: Any) -> dict[str, Any]:
    body = {
        "credentials": list(credentials),
        "award": {"jurisdiction": "XF", "credit": {"amount": points, "system": "xf-point"}, **award},
        "as_of": "2024-09-01",
    }
    response = client.post("/v1/stacking", json=body)
    assert response.status_code == 200, response.json()
    result: dict[str, Any] = response.json()
    return result


def states(result: dict[str, Any]) -> dict[str, str]:
    return {piece["ref"]: piece["state"] for piece in result["pieces"]}


def test_what_counts_is_added_up_and_what_is_missing_is_told(exland: TestClient) -> None:
    result = stack(exland, pilot("a", "10"), pilot("b", "12.5"))
    assert states(result) == {"a": "counts", "b": "counts"}
    assert (result["total"], result["missing"]) == ({"min": "45/2", "max": "45/2"}, {"min": "75/2", "max": "75/2"})
    assert result["pieces"][0]["by"] == ["xf-pilot-transfer"]


def test_what_somebody_decides_is_told_apart(exland: TestClient) -> None:
    other = {"ref": "c", "credential": {"title": "Wasps", "schemes": [], "credit": {"amount": 5, "system": "xf-point"}}}
    result = stack(exland, pilot("a", "10"), other)
    assert states(result) == {"a": "counts", "c": "may_count"}
    assert (result["total"]["min"], result["possible"]["min"]) == ("10", "15")


def test_a_cap_keeps_the_best_choice_and_says_that_it_binds(exland: TestClient) -> None:
    cap = {"text": "At most half from elsewhere", "share": "1/2"}
    result = stack(exland, pilot("a", "20"), pilot("b", "15"), pilot("c", "12"), caps=[cap])
    assert states(result) == {"a": "left_out", "b": "counts", "c": "counts"} or result["total"]["min"] == "27"
    assert result["total"]["min"] == "27"
    assert result["caps"] == [{"text": "At most half from elsewhere", "most": "30", "used": "27", "binds": True}]


def test_credit_must_be_earned_with_the_body_itself(exland: TestClient) -> None:
    result = stack(exland, pilot("a", "30"), points="40", residence="20")
    assert states(result) == {"a": "left_out"}
    assert result["caps"][0]["most"] == "20"


def test_the_same_credential_counts_once(exland: TestClient) -> None:
    twice = [{"ref": ref, "credential": {"id": "xf-beekeeping"}} for ref in ("a", "b")]
    result = stack(exland, *twice)
    assert sorted(states(result).values()) != ["counts", "counts"]
    assert any("the same credential" in text for piece in result["pieces"] for text in piece["because"])


def test_only_one_of_an_exclusion_counts(exland: TestClient) -> None:
    result = stack(exland, pilot("a", "10"), pilot("b", "12"), exclusions=[["a", "b"]])
    assert states(result) == {"a": "left_out", "b": "counts"}


def test_a_group_is_filled_before_the_sum_is_made_large(exland: TestClient) -> None:
    cap = {"text": "At most 20", "credit": "20"}
    group = {"name": "wasps", "at_least": "8", "title": ["wasps"]}
    wasps = pilot("w", "8", title="Wasps")
    result = stack(exland, pilot("a", "20"), wasps, caps=[cap], groups=[group])
    assert states(result) == {"a": "left_out", "w": "counts"}
    assert result["groups"] == [{"name": "wasps", "needed": "8", "has": "8", "missing": "0"}]


def test_what_is_too_old_or_expired_or_too_low_does_not_count(exland: TestClient) -> None:
    old = pilot("old", "10", awarded_on="2015-01-01")
    gone = pilot("gone", "10", awarded_on="2024-01-01", expires_on="2024-08-01")
    low = pilot("low", "10", awarded_on="2024-01-01", level={"framework": "xfq", "value": "2"})
    fits = pilot("fits", "10", awarded_on="2024-01-01", level={"framework": "xfq", "value": "4"})
    level = {"framework": "xfq", "value": "3"}
    result = stack(exland, old, gone, low, fits, within_years=5, level_at_least=level)
    assert states(result) == {
        "old": "does_not_count", "gone": "does_not_count", "low": "does_not_count", "fits": "counts",
    }  # fmt: skip


def test_an_age_that_is_not_known_may_count_and_says_why(exland: TestClient) -> None:
    result = stack(exland, pilot("a", "10"), within_years=5)
    assert states(result) == {"a": "may_count"}
    assert any("is not known" in text for text in result["pieces"][0]["because"])


def test_caps_of_the_data_hold_where_the_question_names_none(exland: TestClient) -> None:
    learning = {"title": "Bees", "awarded_on": "2024-01-01", "credit": {"amount": "50", "system": "xf-point"}}
    body = {
        "credentials": [{"ref": "a", "credential": learning, "holder": {"final_score": 70}}],
        "award": {"jurisdiction": "XF", "recogniser": "University of Exland",
                  "credit": {"amount": "60", "system": "xf-point"}},
        "as_of": "2024-09-01",
    }  # fmt: skip
    caps = exland.post("/v1/stacking", json=body).json()["caps"]
    assert {(cap["by"], cap["most"]) for cap in caps} == {("xf-university-rpl", "30"), ("xf-university-rpl", "90")}


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"award": {"jurisdiction": "XX", "credit": {"amount": 5, "system": "xf-point"}}}, "/award/jurisdiction", "XF"),
        ({"award": {"jurisdiction": "XF", "credit": {"system": "xf-point"}}}, "/award/credit", "amount"),
        ({"credentials": [pilot("a", "5"), pilot("a", "5")]}, "", "name of its own"),
        ({"credentials": [pilot("a", "5", schemes=["nothing"])]}, "/credentials/0/credential/schemes/0", "xf-pilot"),
    ],
)
def test_what_makes_no_sense_is_told_where(
    exland: TestClient, change: dict[str, Any], pointer: str, words: str
) -> None:
    body = {
        "credentials": [pilot("a", "5")],
        "award": {"jurisdiction": "XF", "credit": {"amount": "60", "system": "xf-point"}},
        **change,
    }
    response = exland.post("/v1/stacking", json=body)
    assert response.status_code == 422
    assert response.json().get("pointer", "") == pointer
    assert words in str(response.json())


AMOUNTS = st.fractions(min_value=0, max_value=40, max_denominator=4)


@settings(max_examples=60, deadline=None)
@given(worth=st.lists(AMOUNTS, min_size=1, max_size=7), most=AMOUNTS, least=AMOUNTS)
def test_no_other_choice_is_better(worth: list[Fraction], most: Fraction, least: Fraction) -> None:
    """Compared with every subset there is."""
    names = {f"c{n}": amount for n, amount in enumerate(worth)}
    group = {name for name in names if int(name[1:]) % 2}
    problem = Problem(
        worth=names, hoped=names, at_most=[(set(names), most)], at_least=[(group, least)], one_of=[{"c0", "c1"}]
    )
    chosen = choose(problem)

    def value(refs: frozenset[str]) -> tuple[Fraction, Fraction, int]:
        has = sum((names[ref] for ref in refs & group), Fraction(0))
        return (-max(least - has, Fraction(0)), sum((names[ref] for ref in refs), Fraction(0)), -len(refs))

    subsets = [frozenset(name for n, name in enumerate(names) if mask >> n & 1) for mask in range(2 ** len(names))]
    allowed = [
        refs
        for refs in subsets
        if sum((names[ref] for ref in refs), Fraction(0)) <= most and len(refs & {"c0", "c1"}) < 2
    ]
    assert chosen in allowed
    assert value(chosen) == max(map(value, allowed))
    assert choose(problem) == chosen
